"""Leases end with their process, and the sweep finds what nobody picked up, on both databases."""

import os
from concurrent.futures import ProcessPoolExecutor
from datetime import datetime, timedelta
from multiprocessing import get_context

import pytest
from sqlalchemy import event, update
from sqlmodel import SQLModel

from services.contracts.messages import Deliver, FetchPage
from services.runtime import database, engines
from services.runtime.database import reading, transaction, utcnow
from services.runtime.ledger import begun_work, waiting
from services.runtime.ledger.jobs import claim
from services.runtime.ledger.ledger_table import LedgerRow
from services.runtime.ledger.redelivery import any_waits, end_leases_of_the_dead, take_unclaimed
from tests.support.ledger_rows import KINDS, LATER, LEASE, SOON, claimed, entries, said


def test_the_sweep_finds_what_nobody_picked_up_and_only_that(db):
    """A lost wake-up is found once its time is up; a fresh wake-up, a wait and work in flight are left alone."""
    now = utcnow()
    lost, waiting, in_flight = (FetchPage(page=page) for page in (1, 2, 3))
    said(lost)
    said(waiting, due_at=now + LATER)
    said(Deliver(endpoint=1))  # of another kind
    said(in_flight)
    claim("FetchPage", [entries()[3].id], now + SOON)

    def swept(at, patience, lane="live"):
        return take_unclaimed(at, woken_before=at - patience, kinds=["FetchPage"], lane=lane, limit=10)

    assert swept(now + SOON, patience=timedelta(seconds=5)) == []
    assert swept(now + SOON, patience=timedelta(0), lane="bulk") == []
    assert [kind for _, kind in swept(now + SOON, patience=timedelta(0))] == ["FetchPage"]
    assert swept(now + SOON, patience=timedelta(0)) == []  # stamped: its wake-up is under way again


def test_the_sweep_finds_a_wait_that_ended_at_once(db):
    """A row that was never woken needs no patience."""
    now = utcnow()
    said(due_at=now + LATER)
    result = take_unclaimed(now + LATER, woken_before=now, kinds=["FetchPage"], lane="live", limit=10)
    assert len(result) == 1


def test_a_group_takes_only_what_was_never_tried(db):
    """One that was tried before may have killed its worker: it runs by itself."""
    said(FetchPage(page=1))
    now = utcnow() + SOON
    [tried] = claimed(now)
    said(FetchPage(page=2))
    later = now + LEASE + SOON
    ids = [entry.id for entry in entries()]
    assert [job.key for job in claim("FetchPage", ids, later, fresh=True)] == ["2"]
    assert [job.key for job in claim("FetchPage", [tried.id], later)] == ["1"]


def test_the_leases_of_a_dead_process_end_at_once(db):
    """A worker that was killed on this machine is replaced within a sweep, not after its lease."""
    said()
    now = utcnow() + SOON
    with ProcessPoolExecutor(1, get_context("spawn")) as elsewhere:
        [entry] = entries()
        assert elsewhere.submit(claims_and_dies, entry.id, now).result() == 1
    assert claimed(now + SOON) == []
    assert end_leases_of_the_dead(now + SOON) == 1
    [job] = claimed(now + SOON)
    assert job.attempts == 2


def test_two_who_find_the_same_process_gone_give_its_attempts_back_once(db):
    """Each worker and the sweeper look for the dead, each by its own clock, and one may come a moment late."""
    for page in (1, 2):
        said(FetchPage(page=page))
    now = utcnow() + SOON
    elsewhere = get_context("spawn").Process(target=claims_begins_one_and_dies, args=([e.id for e in entries()], now))
    elsewhere.start()
    elsewhere.join()
    assert end_leases_of_the_dead(now + SOON) == 2
    assert end_leases_of_the_dead(now + SOON - timedelta(milliseconds=1)) == 0
    assert [(entry.key, entry.attempts) for entry in entries()] == [("1", 1), ("2", 0)]


def claims_begins_one_and_dies(rows: list[int], now: datetime) -> None:
    claim("FetchPage", rows, now)
    with begun_work.begun(rows[0]):
        os._exit(1)


def test_the_leases_of_a_living_process_do_not(db):
    """Nobody is robbed of the work in hand."""
    said()
    now = utcnow() + SOON
    [job] = claimed(now)
    assert end_leases_of_the_dead(now) == 0
    with job.complete():
        pass


def claims_and_dies(row: int, now: datetime) -> int:
    return len(claim("FetchPage", [row], now))


def test_a_sweep_costs_no_more_however_much_is_due_or_at_rest(installation):
    """With 100 000 due it took a quarter of a second, twice a second, and SQLite's one writer with it.

    Each look begins at the row that it wants, and ends after as many as it asked for.
    """
    database.make_file()
    SQLModel.metadata.create_all(database.engine())
    requests = []
    event.listen(database.engine(), "before_cursor_execute", lambda *called: requests.append(called[2:4]))
    swept = utcnow()
    take_unclaimed(swept, woken_before=swept, kinds=list(KINDS), lane="live", limit=10)
    assert not any_waits(swept, woken_before=swept, kinds=list(KINDS), limit=10)
    end_leases_of_the_dead(swept)
    looks = [(text, values) for text, values in requests if "FROM ledger" in text]
    assert len(looks) == 3
    with database.engine().connect() as connection:
        for text, values in looks:
            plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {text}", values).all()
            reads = [step[3] for step in plan if "ledger" in step[3]]
            assert all(
                "ledger_waiting (lane=? AND kind=? AND due_at<?)" in step or "ledger_held (lease_owner>?)" in step
                for step in reads
            ), plan


def test_a_sweep_that_has_nothing_to_remind_of_writes_nothing(db):
    """What was woken a moment ago is looked at, and left alone: nobody who writes waits for that."""
    now = utcnow()
    said()
    said(FetchPage(page=2))  # in flight
    claim("FetchPage", [entries()[1].id], now + SOON)
    began = []
    event.listen(database.engine(), "begin", lambda connection: began.append(engines.use_of(connection)))
    result = take_unclaimed(now + SOON, woken_before=now - LATER, kinds=["FetchPage"], lane="live", limit=10)
    assert (result, set(began)) == ([], {"reading"})


def test_the_sweep_takes_those_first_that_wait_for_longest(db):
    """Of all kinds together, and no more than it was asked for; the others are next."""
    now = utcnow()
    for number, kind in enumerate([FetchPage, Deliver] * 3):
        message = FetchPage(page=number) if kind is FetchPage else Deliver(endpoint=number)
        said(message, due_at=now - timedelta(minutes=number))

    def swept(at):
        kinds = ["FetchPage", "Deliver"]
        return sorted(take_unclaimed(at, woken_before=now - LATER, kinds=kinds, lane="live", limit=2))

    with transaction() as session:
        session.execute(update(LedgerRow).values(woken_at=None))
    assert swept(now) == [(5, "FetchPage"), (6, "Deliver")]
    assert swept(now) == [(3, "FetchPage"), (4, "Deliver")]


def test_overdue_tells_how_long_the_oldest_waits(db):
    """Liveness is a matter of what waits, not of which process is up."""
    now = utcnow()
    with reading() as session:
        assert waiting.overdue(session, now) == 0
    said(Deliver(endpoint=1), due_at=now)
    with reading() as session:
        assert waiting.overdue(session, now + timedelta(seconds=30)) == pytest.approx(30, abs=0.1)
