"""What failed unexpectedly is seen at once, everywhere, and is tried again now when a person asks for it."""

from datetime import timedelta

import pytest
from sqlmodel import select
from typer.testing import CliRunner

from services.access import keys
from services.app import create_app
from services.audit import report
from services.cli import app as dateline
from services.contracts.messages import FetchPage
from services.fetcher import sources
from services.fetcher.models import Page
from services.fetcher.source_seeds import ChannelSeed, SourceSeed
from services.runtime.database import reading, transaction, utcnow
from services.runtime.ledger import jobs, retries, worker
from services.runtime.ledger.jobs import MAX_ATTEMPTS, enqueue
from services.runtime.ledger.ledger_table import LedgerRow
from tests.support.in_process import client

pytestmark = pytest.mark.integration

REASON = "PermissionError: [Errno 13] Permission denied: 'x'"


@pytest.fixture
def failing(db, monkeypatch):
    """A poll and a visit that have failed once."""

    def handler(_order, _job):
        raise PermissionError(13, "Permission denied", "x")

    monkeypatch.setattr(worker, "_handlers", {"PollChannel": handler, "FetchPage": handler})
    # Long enough for a slow machine to look before it is due again.
    monkeypatch.setattr(jobs, "BACKOFF", (timedelta(seconds=45),))
    seed = SourceSeed(name="harbor", channels=(ChannelSeed(kind="feed", url="https://harbor.example/feed"),))
    with transaction() as session:
        sources.register(session, seed, utcnow())
        enqueue(session, FetchPage(page=7))
        enqueue(session, FetchPage(page=8), due_at=utcnow() + timedelta(days=1))
    for row, kind in jobs.due(utcnow(), kinds=("PollChannel", "FetchPage")):
        worker.handle(kind, [row])


@pytest.fixture
def admin(failing):
    with transaction() as session:
        _, key = keys.create(session, "operator", frozenset({"admin"}), utcnow())
    with client(create_app(), key) as asking:
        yield asking


def due():
    with reading() as session:
        return {(e.kind, e.key) for e in session.exec(select(LedgerRow)) if e.due_at <= utcnow()}


def test_what_is_retried_says_how_often_why_and_when_next(failing):
    """Also of a worker that died, which leaves no reason; a wait for a turn is none."""
    now = utcnow()
    with reading() as session:
        poll, visit = retries.retrying(session)
    assert (poll.kind, visit.kind, visit.key) == ("PollChannel", "FetchPage", "7")
    assert visit.sentence(now) == f"retrying (1 of {MAX_ATTEMPTS}), {REASON}, {visit.sentence(now).split(', ')[-1]}"
    assert visit.sentence(visit.due_at - timedelta(minutes=4)).endswith("next in 4 min")
    assert visit.sentence(visit.due_at).endswith("due now")
    [job] = jobs.claim("FetchPage", [visit.id], now + timedelta(minutes=1))
    job.defer(now + timedelta(hours=1), "It waits for its turn at the host.")
    with reading() as session:
        assert [entry.kind for entry in retries.retrying(session)] == ["PollChannel"]


def test_what_is_retried_is_seen_everywhere_at_once(admin):
    """Audit fails, Now and the sources name it, metrics count it: it showed only after five attempts."""
    with reading() as session:
        audited = {check.name: check for check in report.take(session, utcnow()).checks}
    assert not audited["nothing retried"].holds
    assert "2 messages failed" in audited["nothing retried"].sentence
    assert REASON in audited["nothing retried"].sentence
    overview = admin.get("/overview").json()
    assert (overview["messages"]["retrying"], len(overview["retrying"])) == (2, 2)
    assert REASON in overview["retrying"][0]["sentence"]
    assert REASON in admin.get("/sources/harbor").json()["channels"][0]["retrying"]
    assert 'dateline_messages{state="retrying"} 2.0' in admin.get("/metrics").text
    page = {"id": 7, "key": "harbor.example/a", "source": "harbor", "discovered_at": utcnow()}
    with transaction() as session:
        session.add(Page(**page))
    [source] = admin.get("/sources").json()
    assert source["retrying"].startswith(
        f"1 of its pages, the first: FetchPage retrying (1 of {MAX_ATTEMPTS}), {REASON}"
    )
    assert [
        message["key"] for message in admin.get("/admin/retries", params={"kind": "FetchPage"}).json()["messages"]
    ] == ["7"]


def test_one_is_tried_now_or_all_of_a_kind(admin):
    """Over HTTP; what is not being retried is left to its time."""
    listed = admin.get("/admin/retries").json()["messages"]
    assert due() == set()
    visit = next(entry["id"] for entry in listed if entry["kind"] == "FetchPage")
    assert admin.post(f"/admin/retries/{visit}").status_code == 204
    assert due() == {("FetchPage", "7")}
    assert admin.post("/admin/retries", json={"kind": "PollChannel"}).json() == {"taken": 1, "more": False}
    assert {kind for kind, _ in due()} == {"FetchPage", "PollChannel"}
    assert admin.post("/admin/retries/999").status_code == 404


def test_the_terminal_lists_and_hurries_them(failing):
    """By number, or all of a kind."""
    listed = CliRunner().invoke(dateline, ["retries"])
    assert (listed.exit_code, "Permission denied" in listed.stdout) == (0, True)
    hurried = CliRunner().invoke(dateline, ["retries", "now", "--all", "--kind", "FetchPage"])
    assert (hurried.exit_code, due()) == (0, {("FetchPage", "7")})
