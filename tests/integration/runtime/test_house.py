"""Trouble of our own house costs no attempts, asks no newsroom for what cannot be kept, and is seen at once."""

import threading

import pytest
from sqlalchemy import delete
from sqlalchemy.exc import OperationalError
from sqlmodel import select

from services.access import keys
from services.app import create_app
from services.audit import report
from services.contracts.messages import FetchPage, ParsePage, PollChannel
from services.fetcher.origins import origin_of
from services.runtime.archive import marker
from services.runtime.archive.capture_store import load
from services.runtime.database import reading, transaction, utcnow
from services.runtime.ledger import health_gates, jobs, retries, worker
from services.runtime.ledger.health_gates import _State
from services.runtime.ledger.jobs import enqueue
from services.runtime.ledger.ledger_table import LedgerRow, ledger
from services.runtime.settings import runtime_settings
from tests.fakes import newsroom as fakes
from tests.support import orders
from tests.support.fetching import channel, entries, later, pages, runs, watches
from tests.support.in_process import client

pytestmark = pytest.mark.integration

STORY = "storm-response"


@pytest.fixture(autouse=True)
def gates(monkeypatch):
    """Of a process that has just begun, and that probes without pauses."""
    monkeypatch.setattr(health_gates, "_states", {name: _State() for name in health_gates._states})
    monkeypatch.setattr(health_gates, "AGAIN", 0.0)
    monkeypatch.setattr(health_gates, "GOOD_FOR", 0.0)


@pytest.fixture
def admin(db):
    with transaction() as session:
        _, key = keys.create(session, "operator", frozenset({"admin"}), utcnow())
    with client(create_app(), key) as asking:
        yield asking


def test_while_the_archive_cannot_be_written_no_page_is_asked_for(fetcher, newsroom, admin):
    """Nothing is claimed, no attempt counts, and it is seen; 6½ minutes of it dead-lettered every new page."""
    newsroom.publishes(STORY)
    watches(newsroom)
    archive = runtime_settings().captures
    archive.parent.mkdir(parents=True, exist_ok=True)
    archive.write_text("in the way")
    for _ in range(3 * jobs.MAX_ATTEMPTS):
        for row, kind in jobs.due(later(minutes=1), kinds=("PollChannel", "FetchPage")):
            worker.handle(kind, [row], later(minutes=1))
    assert len(pages()) == 1, "the feed is read all the same"
    assert not [request for request in newsroom.requests if request.path in newsroom.address(STORY)]
    [visit] = entries(FetchPage)
    assert (visit.attempts, visit.dead_lettered_at, visit.lease_token) == (0, None, None)

    ready = admin.get("/health/ready")
    assert (ready.status_code, ready.json()["ready"]) == (503, False)
    [reason] = ready.json()["reasons"]
    assert reason.startswith("The archive cannot be written: ")
    assert str(archive) not in reason, "whoever asks has not signed in"
    assert admin.get("/overview").json()["gates"][0]["reason"] == reason
    assert 'dateline_gate_shut{gate="archive"} 1.0' in admin.get("/metrics").text
    assert reason in {check.sentence for check in audited() if not check.holds}

    archive.unlink()
    runs(later(minutes=1))
    assert pages()[0].outcome == "new"
    assert admin.get("/health/ready").json()["reasons"] == []


def test_a_channel_that_is_lost_while_the_archive_cannot_be_written_is_said_to_be(fetcher, newsroom):
    """What came in its place cannot be kept then, which is no trouble of the channel's look."""
    newsroom.publishes(STORY)
    watches(newsroom)
    runs(later(minutes=1))
    archive = runtime_settings().captures
    archive.rename(archive.with_name("aside"))
    archive.write_text("in the way")
    newsroom.misbehaves(newsroom.feed_url, fakes.not_an_article())
    runs(later(hours=1))
    [poll] = entries(PollChannel)
    assert (poll.attempts, poll.reason) == (0, None)
    assert (channel().failures > 0, channel().outcome, channel().capture) == (True, "blocked", None)


def test_an_archive_that_breaks_while_a_page_is_fetched_costs_no_attempt(fetcher, newsroom, monkeypatch):
    """The probe before was good; the one after the error decides who is to blame."""
    newsroom.publishes(STORY)
    watches(newsroom)
    archive = runtime_settings().captures

    def breaks(_request, polite, _site):
        if archive.is_dir():
            archive.rename(archive.with_name("aside"))
        archive.write_text("in the way")
        return polite

    newsroom.misbehaves(STORY, breaks)
    for row, kind in jobs.due(utcnow(), kinds=("PollChannel",)):
        worker.handle(kind, [row])
    [visit] = entries(FetchPage)
    assert worker.handle("FetchPage", [visit.id], later(minutes=1)) == 1
    [visit] = entries(FetchPage)
    assert (visit.attempts, visit.dead_lettered_at) == (0, None)
    assert visit.reason.startswith("The archive cannot be written")


def test_a_folder_of_captures_that_is_closed_to_us_is_trouble_of_the_house(fetcher, newsroom):
    """The archive itself could be written: each page whose capture belonged into that folder used up its attempts."""
    newsroom.publishes(STORY)
    watches(newsroom)
    for number in range(256):
        (runtime_settings().captures / f"{number:02x}").mkdir(parents=True, exist_ok=True)
    closed = runtime_settings().captures / "7f"
    closed.rmdir()
    closed.write_text("in the way")
    for _ in range(3 * jobs.MAX_ATTEMPTS):
        for row, kind in jobs.due(later(minutes=1), kinds=("PollChannel", "FetchPage")):
            worker.handle(kind, [row], later(minutes=1))
    assert [visit.attempts for visit in entries(FetchPage)] == [0]
    assert health_gates.closed(["archive"]) == "The archive cannot be written: its folder 7f is closed to us."
    closed.unlink()
    closed.mkdir()
    runs(later(minutes=1))
    assert pages()[0].outcome == "new"


def test_nothing_is_kept_where_the_archive_was(fetcher, newsroom, monkeypatch):
    """It is taken away between two probes: what comes then waits, and is not written into what stands in its place."""
    newsroom.publishes(STORY)
    watches(newsroom)
    runs(later(minutes=1))
    archive = runtime_settings().captures
    monkeypatch.setattr(health_gates, "GOOD_FOR", 60.0)
    assert health_gates.closed(["archive"]) is None
    archive.rename(archive.with_name("aside"))
    archive.mkdir()
    newsroom.corrects(STORY)
    for row, kind in jobs.due(later(days=40), kinds=("FetchPage",)):
        assert worker.handle(kind, [row], later(days=40)) == 1
    [visit] = entries(FetchPage)
    assert (visit.attempts, visit.reason.partition(":")[0]) == (0, "The archive cannot be written")
    assert not list(archive.rglob("*.warc.gz"))


@pytest.fixture
def unmounted(fetcher, newsroom):
    """A newsroom of one story that was kept; then the archive's disk is not mounted any more."""
    newsroom.publishes(STORY)
    watches(newsroom)
    runs(later(minutes=1))
    archive, aside = runtime_settings().captures, runtime_settings().captures.with_name("aside")
    archive.rename(aside)
    archive.mkdir()
    return aside


def test_an_archive_that_is_not_mounted_is_noticed(unmounted, newsroom, admin, monkeypatch):
    """Its folder is there, empty and can be written: news went into it, and what was to be read was dead-lettered."""
    [known] = pages()
    origin = origin_of(known, {})
    fields = {"capture": known.capture, "fetched_at": known.fetched_at, "content_type": known.content_type}
    again = ParsePage(origin=origin, **fields)
    monkeypatch.setitem(worker._handlers, "ParsePage", lambda order, _job: load(order.capture))
    with transaction() as session:
        session.execute(delete(ledger).where(ledger.c.kind == "ParsePage"))
        enqueue(session, again)
    newsroom.publishes("weather-cell")
    for kinds in (("PollChannel",), ("FetchPage", "ParsePage")):
        for row, kind in jobs.due(later(hours=2), kinds=kinds):
            worker.handle(kind, [row], later(hours=2))
    for entry in (*entries(FetchPage), *entries(ParsePage)):
        assert (entry.attempts, entry.dead_lettered_at) == (0, None)
    assert not [request for request in newsroom.requests if "weather-cell" in request.path]
    assert not list(runtime_settings().captures.rglob("*.warc.gz"))
    reasons = admin.get("/health/ready").json()["reasons"]
    assert {reason.partition(":")[0] for reason in reasons} == {
        "The archive cannot be written",
        "The archive cannot be read",
    }
    assert all("mount the right one" in reason for reason in reasons)

    runtime_settings().captures.rmdir()
    unmounted.rename(runtime_settings().captures)
    assert health_gates.probe("archive") is None
    assert health_gates.probe("captures") is None
    assert admin.get("/health/ready").json()["reasons"] == []


def test_an_archive_that_is_lost_is_given_up_by_an_empty_mark(unmounted):
    """Only people can know that what is not there will not come back."""
    assert health_gates.probe("archive")
    mark = runtime_settings().captures / marker.FILE
    mark.touch()
    marker.prove()
    assert health_gates.probe("archive") is None
    assert mark.read_text() == (unmounted / marker.FILE).read_text()


def test_the_archive_of_another_database_is_refused(unmounted):
    """Two installations of one machine, and one that is mounted in the other's place."""
    (runtime_settings().captures / marker.FILE).write_text("of another")
    assert "mount the right one" in (health_gates.probe("archive") or "")


def test_an_archive_of_before_is_marked_by_who_writes_to_it(db):
    """An upgrade, or a new database beside an archive that was kept, asks nobody for anything."""
    archive = runtime_settings().captures
    marker.prove()
    assert not archive.exists(), "who only reads writes nothing"
    assert health_gates.probe("archive") is None
    assert len((archive / marker.FILE).read_text()) == 32
    (archive / marker.FILE).unlink()
    assert "mount the right one" in (health_gates.probe("captures") or ""), "known from then on"


def test_an_error_of_the_disk_is_the_messages_own_when_the_probe_succeeds(db, monkeypatch):
    """One folder with a wrong owner, say: an attempt is counted and the reason can be read."""

    def handler(_order, _job):
        raise PermissionError(13, "Permission denied", "x")

    monkeypatch.setattr(worker, "_handlers", {"SaveArticle": handler})
    with transaction() as session:
        enqueue(session, orders.order(page=1))
    assert worker.handle("SaveArticle", [1]) == 1
    with reading() as session:
        [entry] = retries.retrying(session)
    assert (entry.attempts, "Permission denied" in entry.reason) == (1, True)


def test_while_the_database_is_away_no_attempt_is_counted(db, monkeypatch):
    """It is told of the deferment as soon as it answers again."""
    away = threading.Event()
    away.set()

    def handler(_order, _job):
        threading.Timer(1.0, away.clear).start()
        raise OperationalError("SELECT 1", {}, Exception("server closed the connection unexpectedly"))

    def probe():
        if away.is_set():
            raise OperationalError("SELECT 1", {}, Exception("connection refused"))

    monkeypatch.setitem(health_gates._probes, "database", probe)
    monkeypatch.setattr(worker, "_handlers", {"SaveArticle": handler})
    with transaction() as session:
        enqueue(session, orders.order(page=1))
    assert worker.handle("SaveArticle", [1]) == 1
    with reading() as session:
        entry = session.exec(select(LedgerRow)).one()
    assert (entry.attempts, entry.lease_token, entry.dead_lettered_at) == (0, None, None)
    assert "The database cannot be written: connection refused." in entry.reason


def test_what_an_instance_that_is_gone_found_broken_counts_no_longer(db, monkeypatch):
    """Its row would stand for ever."""

    def broken():
        raise OSError(28, "No space left on device")

    monkeypatch.setitem(health_gates._probes, "archive", broken)
    assert health_gates.probe("archive") == "The archive cannot be written: No space left on device."
    with reading() as session:
        [gate] = health_gates.shut(session)
    with transaction() as session:
        health_gates.forget(session, [gate.instance])
        assert health_gates.shut(session) == []


def audited():
    with reading() as session:
        return report.take(session, utcnow()).checks


def test_a_lost_key_is_found_by_audit_and_keeps_deliveries_waiting(db, installation):
    """A new secret.key was made in silence, and every delivery was dead-lettered after five attempts."""
    from services.runtime import sealing
    from services.webhooks import custody, tasks  # noqa: F401 - it brings the probe
    from services.webhooks.models import Endpoint

    with transaction() as session:
        now = utcnow()
        made = {"url": "https://subscriber.example/", "created_at": now, "updated_at": now, "owner": 1}
        made |= {"event_types": [], "filter": {}, "labels": {}, "header_names": []}
        session.add(Endpoint(**made, sealed_secret=sealing.seal(sealing.SecretStr("whsec_x"))))
    custody.prove()
    (runtime_settings().state / sealing.FILE).unlink()
    assert (health_gates.probe("secret") or "").startswith("The endpoints' secrets cannot be read: secret.key")
    with reading() as session:
        assert not custody.check(session).holds
