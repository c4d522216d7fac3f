"""The status of an article on both databases: one message changes it, with its event in the same transaction."""

import json
from datetime import timedelta

import pytest

from services.contracts.article import Evidence
from services.contracts.caller import Caller
from services.contracts.messages import SetStatus
from services.contracts.urls import article_id
from services.runtime.database import transaction, utcnow
from services.runtime.events.tables import events
from services.runtime.ledger.jobs import enqueue
from services.runtime.ledger.ledger_table import ledger
from services.runtime.ledger.worker import handle
from services.store import tasks  # noqa: F401 - registers the handler
from services.store.api import router
from services.store.lists.api import feeds
from services.store.lists.api import router as lists
from services.store.models import articles
from tests.support import in_process
from tests.support.kept import rows, saved, sound, told
from tests.support.orders import KEY, NOW, A, B, order

pytestmark = pytest.mark.integration
ID = article_id(KEY)
READER = Caller(key=1, name="reader", scopes=frozenset({"read"}))


@pytest.fixture(autouse=True)
def _database_that_stays_sound(db):
    yield
    assert sound()


@pytest.fixture
def client(db):
    app = in_process.app_of({"reader": READER}, router, lists, feeds)
    with in_process.client(app, "reader") as client:
        yield client


def status(name, minute, **about) -> SetStatus:
    at = NOW + timedelta(minutes=minute)
    return SetStatus(**{"article": ID, "page": 1, "status": name, "at": at, "since": at} | about)


def handled(*orders: SetStatus):
    """Handled as a worker does, in one batch."""
    with transaction() as session:
        for entry in orders:
            enqueue(session, entry)
    handle("SetStatus", rows(ledger, "id"), utcnow())
    with transaction() as session:
        session.execute(ledger.delete())


def standing():
    return rows(articles, "status", "status_looks")[0]


def test_a_removal_is_announced_once_with_what_shows_it():
    """The last wording, the status before, and the captured answers."""
    saved(order())
    evidence = Evidence(sign="404", detail="It answered 404.", fetched_at=NOW, capture="cap")
    handled(status("missing", 1, looks=1))
    assert (standing(), told()) == (("missing", 1), ["article.created"])
    gone = status("removed", 9, since=NOW + timedelta(minutes=1), looks=5, evidence=[evidence])
    handled(gone)
    handled(gone)
    assert (standing(), told()) == (("removed", 5), ["article.created", "article.removed"])
    data = json.loads(rows(events, "body")[-1])["data"]
    assert data["previous_status"] == "missing"
    assert data["evidence"][0]["capture"] == "cap"
    assert (data["article"]["status"], data["article"]["body"][0]["text"]) == ("removed", A)


def test_looks_of_one_article_in_one_batch_are_applied_in_their_order():
    """Missing, removed and back in one batch, the last first: two events, and it is live."""
    saved(order())
    handled(status("live", 3), status("removed", 2), status("missing", 1))
    assert (standing(), told()) == (("live", 0), ["article.created", "article.removed", "article.restored"])


def test_an_article_whose_page_speaks_again_is_live():
    """Also when it says something new: that it is back comes before what it says."""
    saved(order())
    handled(status("removed", 1))
    change = saved(order(B, minute=2))
    assert told() == ["article.created", "article.removed", "article.restored", "article.updated"]
    assert [announce.sequence for announce in change.announces] == [3, 4]
    assert standing() == ("live", 0)


def test_what_was_read_before_it_was_removed_brings_nothing_back():
    """A reparse, a late message and an import read what was there once."""
    saved(order())
    handled(status("removed", 5))
    saved(order(minute=4), order(minute=0, cause="reparse"), order(minute=9, cause="import"))
    assert (standing(), told()) == (("removed", 0), ["article.created", "article.removed"])


def test_the_end_of_a_missing_page_is_silent():
    saved(order())
    handled(status("missing", 1, looks=1))
    saved(order(minute=2))
    assert (standing(), told()) == (("live", 0), ["article.created"])


def test_an_article_that_is_not_there_is_no_error():
    handled(status("removed", 1))
    assert told() == []


def test_lists_searches_and_feeds_know_the_status(client):
    """The text stays where it was, with a label; `status` asks for some, and orders by when it began."""
    saved(order(), order(page=2, key="afpims/defense:2", url="https://www.war.gov/a/2", headline="Bridge Opens"))
    handled(status("removed", 1, looks=5))
    [gone] = client.get("/articles", params={"status": "removed", "by": "status"}).json()["articles"]
    assert (gone["headline"], gone["status"], gone["status_looks"]) == ("Harbor Reopens", "removed", 5)
    assert gone["status_since"] == "2026-01-12T15:01:00Z"
    [result] = client.get("/articles", params={"q": "reopens", "status": "removed"}).json()["articles"]
    assert result["headline"] == "Harbor Reopens"
    [result] = client.get("/articles", params={"q": "reopens", "status": "live"}).json()["articles"]
    assert result["headline"] == "Bridge Opens"
    assert len(client.get("/articles").json()["articles"]) == 2
    assert len(client.get("/articles", params={"status": "live"}).json()["articles"]) == 1
    assert client.get(f"/articles/{ID}").json()["status"] == "removed"
    items = {entry["title"]: entry for entry in client.get("/feeds/articles.json").json()["items"]}
    assert "status:removed" in items["Harbor Reopens"]["tags"]
    assert items["Bridge Opens"]["_dateline"]["status"] == "live"
    assert 'term="status:removed"' in client.get("/feeds/articles.atom", params={"status": "removed"}).text
    assert client.get("/articles", params={"status": "eaten"}).status_code == 422
