"""Hosts take turns in the claim itself: one thing of a host at a time, of all processes, by rank."""

from datetime import timedelta

import pytest
from sqlalchemy import func
from sqlmodel import select

from services.audit.waits import overdue
from services.contracts.messages import FetchPage, PollChannel, Rank
from services.fetcher import due, frontier, turns
from services.fetcher.politeness import Hosts
from services.runtime.database import reading, transaction, utcnow
from services.runtime.ledger.jobs import enqueue
from services.runtime.ledger.ledger_table import LedgerRow, ledger
from tests.support.fetching import entries, later
from tests.support.host_turns import ROOM, at, claimed, waits

pytestmark = pytest.mark.integration


@pytest.mark.parametrize("few", [due.FEW, 10], ids=["each of them read", "from host to host"])
def test_a_backlog_of_one_host_keeps_no_other_host_waiting(hosts, monkeypatch, few):
    """It took 90 seconds until the first page of another host was asked for, and 9 ms for each that was turned away."""
    monkeypatch.setattr(due, "FEW", few)
    hosts("backlog", "a", "b", "c")
    enqueued_at = utcnow() - timedelta(hours=1)
    with transaction() as session:
        session.execute(ledger.insert(), [_row(number, "backlog", enqueued_at) for number in range(5_000)])
    for number, name in enumerate("abc"):
        waits(name, [9_000 + number], why="new")
    assert sorted(at(claimed())) == ["a", "b", "backlog", "c"]
    assert claimed() == []
    assert at(claimed(later(seconds=5), ROOM)) == [], "they are in flight"
    with reading() as session:
        touched = session.scalar(select(func.count()).select_from(LedgerRow).where(LedgerRow.attempts > 0))
    assert touched == 4, "what was not its turn was not touched"


def _row(number, host, at):
    return {
        "kind": "FetchPage",
        "key": f"{host}-{number}",
        "message": FetchPage(page=number, host=host).model_dump_json(),
        "lane": "bulk",
        "enqueued_at": at,
        "due_at": at,
        "attempts": 0,
        "trace_id": "",
        "host": host,
        "rank": Rank.BACKLOG,
    }


@pytest.mark.parametrize("few", [due.FEW, 1], ids=["each of them read", "from host to host"])
def test_of_a_host_what_is_new_goes_first(hosts, monkeypatch, few):
    """Channels, new pages, visits by plan, what only a sitemap claims, the backlog; of equals the longest due."""
    monkeypatch.setattr(due, "FEW", few)
    hosts("news")
    waits("news", [1, 2], lane="bulk")
    waits("news", [3], why="claimed")
    waits("news", [4])
    waits("news", [5], why="new")
    with transaction() as session:
        enqueue(session, PollChannel(channel=6, host="news"))
    now, order = later(seconds=1), []
    for _ in range(6):
        [job] = claimed(now)
        order.append((job.kind, job.key))
        with job.complete():
            pass
        now += timedelta(seconds=5)
    assert order == [("PollChannel", "6"), *(("FetchPage", key) for key in "54312")]
    assert claimed(now) == []


def test_what_is_not_due_holds_nothing_up(hosts):
    """A page that is new and not due yet, as after a failure, does not stand before one that is due."""
    hosts("news")
    waits("news", [1], why="new", due_at=later(hours=1))
    waits("news", [2])
    assert [job.key for job in claimed()] == ["2"]


def test_the_next_visit_of_a_page_has_its_own_rank(hosts):
    """It was new when it was claimed; enqueued again meanwhile, it is one to revisit. A wake-up changes no lane."""
    hosts("news")
    waits("news", [1], why="new")
    [job] = claimed()
    with job.complete() as session:
        frontier.visit(session, 1, "news", lane="live", due_at=later(minutes=5))
    assert [entry.rank for entry in entries(FetchPage)] == [Rank.REVISIT]
    waits("news", [1], lane="bulk")
    assert [(entry.rank, entry.lane, entry.due_at <= utcnow()) for entry in entries(FetchPage)] == [(2, "live", True)]
    waits("news", [2], lane="bulk")
    waits("news", [2], why="new")
    assert [(entry.rank, entry.lane) for entry in entries(FetchPage)] == [(2, "live"), (1, "live")]


@pytest.mark.parametrize("few", [due.FEW, 1], ids=["each of them read", "from host to host"])
def test_what_waits_for_its_turn_is_not_overdue_and_what_nobody_asks_for_is(hosts, monkeypatch, few):
    """An alarm on how long something waits must not ring for a backlog at the pace of its host."""
    monkeypatch.setattr(due, "FEW", few)
    hosts("news", "resting", resumes_at=later(hours=1))
    hosts("news")
    waits("news", range(9), due_at=later(hours=-2))
    waits("resting", [10], due_at=later(hours=-2))

    def seconds(at):
        with reading() as session:
            return overdue(session, at)

    assert 7_190 < seconds(utcnow()) < 7_260, "nobody asks the host"
    now = utcnow()
    [job] = claimed(now)
    assert seconds(now) == 0
    with job.complete() as session:
        turns.end(session, [job], Hosts(session, [job.host]), 5.0)
    assert seconds(now + timedelta(seconds=4)) == 0
    assert 70 < seconds(now + timedelta(seconds=100)) <= 95, "it could have been asked again after its pace"
