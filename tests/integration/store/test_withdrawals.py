"""Articles that an operator hides, shows again, or erases: everywhere, and whatever their page says meanwhile."""

import gzip
import importlib
import json
import zlib
from datetime import timedelta

import pytest
from sqlalchemy import inspect, text

from services.access import keys
from services.app import create_app
from services.audit import report
from services.contracts.messages import EraseCaptures
from services.contracts.wiring import SERVICES
from services.runtime import database
from services.runtime.archive import capture_store, packer
from services.runtime.database import reading, transaction, utcnow
from services.runtime.events.tables import events
from services.runtime.ledger import jobs, worker
from services.runtime.ledger.jobs import enqueue
from services.runtime.settings import runtime_settings
from services.runtime.transparency_log import checkpoints
from services.store.models import revisions
from tests.support import in_process
from tests.support.kept import rows, sound, told
from tests.support.log_world import amiss, article_of, captured, proof_of, says, signs
from tests.support.orders import NOW, order

pytestmark = pytest.mark.integration
ID, OTHER = article_of(1), article_of(2)
SECRET = "quokkaville"
ADMIN = "/admin/withdrawals"


@pytest.fixture
def web(db, installation):
    """The whole API, for an admin and for a reader."""
    installation(secret_key="", egress_allow="127.0.0.0/8")
    for service in SERVICES:
        importlib.import_module(f"services.{service}.tasks")
    with transaction() as session:
        _, admin = keys.create(session, "admin", ["admin"], utcnow())
        _, reader = keys.create(session, "reader", ["read"], utcnow())
    app = create_app()
    with in_process.client(app, admin) as client, in_process.client(app, reader) as other:
        yield client, other


@pytest.fixture
def story(web):
    """Two articles; the first has two wordings, each with a word that nothing else has."""
    says(1, f"The harbor of {SECRET} reopened.", 0)
    says(1, f"The harbor of {SECRET} reopened at noon.", 1)
    says(2, "The airfield reopened.", 2)
    return web


def orders(client, path, status=204, **words):
    answer = client.post(f"{ADMIN}/{path}", json={"reason": "Names a witness."} | words)
    assert answer.status_code == status, answer.text


def handles(kind, now):
    """Does what the ledger holds of this kind."""
    for row, name in jobs.due(now, kinds=[kind]):
        worker.handle(name, [row], now)


def shown(client):
    """Every text that a reader gets anywhere, as one."""
    paths = ["/articles", "/events", "/feeds/articles.atom", "/feeds/articles.json", f"/articles/{ID}"]
    paths += [f"/articles/{ID}/revisions", f"/articles/{ID}/revisions/1", f"/articles/{ID}/diff", f"/log/proofs/{ID}"]
    paths += [f"/captures/{name}" for name in rows(revisions, "capture")]
    return "".join(client.get(path).text for path in paths)


def test_a_withdrawn_article_is_named_and_no_word_of_it_is_shown(story):
    """In lists, feeds, searches and events, old ones too; who asks for it learns the reason."""
    client, reader = story
    assert SECRET in shown(reader)
    orders(client, ID)
    assert SECRET not in shown(reader)
    answer = reader.get(f"/articles/{ID}")
    assert (answer.status_code, "Names a witness." in answer.json()["detail"]) == (410, True)
    listed = {line["id"]: (line["headline"], line["status"]) for line in reader.get("/articles").json()["articles"]}
    assert listed == {ID: ("Withdrawn", "withdrawn"), OTHER: ("Story 2", "live")}
    assert reader.get("/articles", params={"status": "withdrawn", "by": "status"}).json()["articles"][0]["id"] == ID
    for question in (SECRET, "harbor", "reopened"):
        assert ID not in reader.get("/articles", params={"q": question}).text
    assert "Names a witness." in reader.get("/feeds/articles.json").text
    assert told()[-1] == "article.withdrawn"
    newest = reader.get("/events").json()["events"][-1]["data"]
    assert (newest["article"]["headline"], newest["reason"]) == ("Withdrawn", "Names a witness.")
    assert sound()


def test_no_visit_import_or_reparse_revives_a_withdrawn_article(story):
    client, reader = story
    orders(client, ID)
    number = len(told())
    for minute in (3, 0):
        says(1, f"{SECRET} again.", minute)
    assert (len(told()), len(rows(revisions, "number"))) == (number, 3)
    assert reader.get(f"/articles/{ID}").status_code == 410
    assert SECRET not in shown(reader)


def test_a_restored_article_is_as_it_was_with_all_its_events(story):
    client, reader = story
    before = rows(events, "body")
    orders(client, ID)
    orders(client, ID, 409)
    orders(client, f"{ID}/restore", reason="The ban was lifted.")
    assert rows(events, "body")[: len(before)] == before
    assert told()[-2:] == ["article.withdrawn", "article.restored"]
    assert SECRET in reader.get(f"/articles/{ID}").text
    assert ID in reader.get("/articles", params={"q": SECRET}).text
    orders(client, f"{ID}/restore", 409)
    says(1, f"{SECRET} at dawn.", 200)
    assert told()[-1] == "article.updated"


def test_only_an_operator_withdraws_and_each_order_is_on_record(story):
    client, reader = story
    for path in (ID, f"{ID}/restore", f"{ID}/erase"):
        assert reader.post(f"{ADMIN}/{path}", json={"reason": "x", "confirm": ID}).status_code == 403
    orders(client, "art_nothing", 404)
    orders(client, ID, 422, reason=" ")
    orders(client, f"{ID}/erase", 422, confirm=OTHER)
    orders(client, ID)
    orders(client, f"{ID}/restore")
    orders(client, f"{ID}/erase", confirm=ID)
    entries = client.get("/admin/audit").json()["entries"]
    done = [(entry["action"], entry["subject"], entry["reason"]) for entry in entries]
    assert done[::-1] == [(f"article.{name}", ID, "Names a witness.") for name in ("withdrawn", "restored", "erased")]


def test_erasing_leaves_no_word_in_the_whole_installation(story, db):
    """Neither in the rows, nor in the files as they lie there, a packed capture and a loose one among them."""
    client, reader = story
    with transaction() as session:
        # As a dead letter, a dry run and a sighting hold words.
        session.execute(
            text(
                "INSERT INTO sightings (page, channel, source, shared, first_seen, title) VALUES "
                f"(1, 1, 'war', false, '2026-01-01 00:00:00', 'From {SECRET}')"
            )
        )
        session.execute(
            text(
                "INSERT INTO reingestion_pages (reingestion, page, outcome, changed, state, headline, "
                "announced, differences, proposal) VALUES (1, 1, 'updated', '[]', 'open', "
                f"'From {SECRET}', false, '[]', '{SECRET}')"
            )
        )
        session.execute(
            text(
                "INSERT INTO ledger (kind, key, message, lane, enqueued_at, due_at, attempts, trace_id, "
                "page, dead_lettered_at) VALUES ('SaveArticle', 'x', "
                f"'{SECRET}', 'live', '2026-01-01', '2026-01-01', 1, '', 1, '2026-01-01')"
            )
        )
    packed = rows(revisions, "capture")
    packer.pack_step(utcnow() + timedelta(hours=3))
    says(1, f"The harbor of {SECRET} stays closed.", 5)
    (loose,) = set(rows(revisions, "capture")) - set(packed)
    signs()
    before = proof_of(2)
    assert any(SECRET in part for part in everything(db))
    orders(client, f"{ID}/erase", confirm=ID)
    handles("EraseCaptures", utcnow())
    comes_again(f"{SECRET} once more.")
    assert SECRET not in shown(reader)
    assert not capture_store.holds(loose)
    whole = [part for part in everything(db) if SECRET in part.casefold()]
    with reading() as session:
        late = session.execute(text("SELECT count(*) FROM withheld_captures WHERE erased")).scalar()
    assert whole == []
    assert late == 4
    orders(client, f"{ID}/restore", 409)
    bodies = [json.loads(body) for body in rows(events, "body")]
    assert [body["sequence"] for body in bodies] == list(range(1, len(bodies) + 1))
    of_it = [body for body in bodies if body["data"].get("article", {}).get("id") == ID]
    assert {body.get("erased", False) for body in of_it} == {True}
    proves_the_others(before)
    with reading() as session:
        amiss_now = {check.name for check in report.take(session, utcnow(), deep=True).checks if not check.holds}
    assert amiss_now & {"whole captures", "whole segments", "true checkpoints", "revisions as logged"} == set()


def proves_the_others(before):
    """The other article's proof holds, the log only grew, and the erased leaf stays without its text."""
    signs(400)
    with reading() as session:
        size = checkpoints.latest(session).size
    old = before.checkpoint
    first = int(old.split("\n")[1])
    assert first < size
    assert amiss(proof_of(2, earlier=first), earlier=old) == []
    gone = proof_of(1, earlier=first)
    assert (gone.text, gone.salt, gone.capture) == (None, None, None)
    assert amiss(gone, earlier=old) == []


def comes_again(words):
    """A visit brings the page of the first article, which says this; all is done that follows."""
    about = {"page": 1, "key": "afpims/defense:1", "url": "https://www.war.gov/News/Article/1/"}
    late = order(words, minute=300, **about).model_copy(update={"capture": captured(words, 300)})
    with transaction() as session:
        enqueue(session, late)
    for kind in ("SaveArticle", "EraseCaptures"):
        handles(kind, utcnow())
    database.drop_old_pages()


def everything(db):
    """Each value of each row, and each file of the state folder, as text: as it lies there, and unpacked."""
    with database.engine().connect() as connection:
        for table in inspect(connection).get_table_names():
            if not table.startswith("article_words"):
                for row in connection.exec_driver_sql(f'SELECT * FROM "{table}"'):
                    yield from (words(value) for value in row)
    folder = runtime_settings().state
    files = [path for path in folder.rglob("*") if path.is_file()]
    if db == "sqlite":
        files.append(folder.parent / "test.db")
    for file in files:
        content = file.read_bytes()
        yield content.decode("latin-1")
        if file.name.endswith(".gz"):
            yield gzip.decompress(content).decode("latin-1")


def words(value):
    if isinstance(value, bytes | memoryview):
        try:
            return zlib.decompress(bytes(value)).decode()
        except zlib.error:
            return bytes(value).decode("latin-1")
    return str(value)


def test_a_kind_of_message_erases_twice_for_the_packers_sake(story):
    client, _ = story
    orders(client, f"{ID}/erase", confirm=ID)
    now = utcnow()
    handles("EraseCaptures", now)
    handles("EraseCaptures", now)
    later = jobs.due(now + packer.EVERY + timedelta(minutes=1), kinds=[EraseCaptures.__name__])
    assert len(later) == 1
    assert now > NOW
