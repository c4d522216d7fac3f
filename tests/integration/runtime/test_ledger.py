"""The ledger's promises, on both databases: said once, claimed by one, finished whole, never forgotten."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from services.contracts.messages import FetchPage
from services.runtime.database import transaction, utcnow
from services.runtime.ledger.jobs import MAX_ATTEMPTS, LeaseLost, claim, enqueue
from tests.support import orders
from tests.support.ledger_rows import LATER, LEASE, SOON, claimed, entries, said

NOT_YET, NOW_THEN, TOO_LATE = (FetchPage(page=1, host=host) for host in ("a.example", "b.example", "c.example"))


"""One message in three wordings: what a page is visited for is its number."""


def test_a_message_said_in_a_transaction_that_fails_was_never_said(db):
    """The caller's rows and the message are committed together or not at all."""

    def fails():
        with transaction() as session:
            enqueue(session, FetchPage(page=1))
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fails()
    assert entries() == []


def test_saying_it_twice_is_saying_it_once(db):
    """Kind and key are unique while open."""
    said()
    said()
    assert len(entries()) == 1


def test_the_earlier_of_two_times_wins_with_its_words(db):
    """An operator's `now` beats the plan's `in an hour`; a later time changes nothing."""
    now = utcnow()
    said(NOT_YET, due_at=now + LATER)
    said(NOW_THEN, due_at=now)
    said(TOO_LATE, due_at=now + LATER)
    [job] = claimed()
    assert job.message() == NOW_THEN


def test_the_live_lane_wins(db):
    """What was only to be done in bulk is news once the live path says it."""
    said(lane="bulk")
    said(lane="live")
    said(lane="bulk")
    assert [entry.lane for entry in entries()] == ["live"]


def test_what_is_not_due_cannot_be_claimed(db):
    """A wait is a row with a time, and nobody is early."""
    said(due_at=utcnow() + LATER)
    [entry] = entries()
    assert claim("FetchPage", [entry.id], utcnow()) == []
    assert len(claim("FetchPage", [entry.id], utcnow() + LATER + SOON)) == 1


def test_a_claimed_message_is_nobody_elses_until_the_lease_ends(db):
    """The lease is longer than the work; when it ends, the message is due again and the attempt is counted."""
    said()
    now = utcnow() + SOON
    [job] = claimed(now)
    assert claimed(now + LEASE - SOON) == []
    [second] = claimed(now + LEASE + SOON)
    assert (job.attempts, second.attempts) == (1, 2)


def test_a_work_counts_its_own_time_from_the_moment_of_the_claim(db):
    """Also the time that the claim itself took: a subscriber that asks for a second's rest is given all of it."""
    said()
    now, before = utcnow() + SOON, time.monotonic()
    [job] = claimed(now)
    after = time.monotonic()
    time.sleep(0.01)
    passed = (job.moment() - now).total_seconds()
    assert after - job.began + 0.01 <= passed <= time.monotonic() - before
    assert before <= job.began < after


def test_one_of_many_claimers_gets_it(db):
    """Eight threads claim the same forty rows at once: each row has exactly one holder."""
    for number in range(40):
        said(FetchPage(page=number))
    ids, now = [entry.id for entry in entries()], utcnow() + SOON
    start = threading.Barrier(8)

    def take(_turn: int) -> list[int]:
        start.wait()
        return [job.id for part in range(0, 40, 5) for job in claim("FetchPage", ids[part : part + 5], now)]

    with ThreadPoolExecutor(8) as pool:
        results = [row for rows in pool.map(take, range(8)) for row in rows]
    assert sorted(results) == ids


def test_finish_commits_rows_next_messages_and_the_end_together(db):
    """After a finish the message is gone and what it caused is there."""
    said()
    [job] = claimed()
    with job.complete() as session:
        enqueue(session, orders.order(page=1))
    assert [entry.kind for entry in entries()] == ["SaveArticle"]
    assert job.outcome == "completed"


def test_a_finish_that_fails_leaves_everything_as_it_was(db):
    """Nothing of the handler's work survives, and the message is still in flight."""
    said()
    [job] = claimed()

    def fails():
        with job.complete() as session:
            enqueue(session, orders.order(page=1))
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fails()
    [entry] = entries()
    assert (entry.kind, entry.lease_token) == ("FetchPage", job.token)


def test_a_zombies_late_finish_is_refused(db):
    """Who lost the lease commits nothing: the token has changed."""
    said()
    now = utcnow() + SOON
    [zombie] = claimed(now)
    [second] = claimed(now + LEASE + SOON)
    with pytest.raises(LeaseLost), zombie.complete() as session:
        enqueue(session, orders.order(page=1))
    with second.complete():
        pass
    assert entries() == []


def test_a_zombies_late_finish_is_refused_after_the_end_too(db):
    """The row is gone; so is the zombie's right to write."""
    said()
    now = utcnow() + SOON
    [zombie] = claimed(now)
    [second] = claimed(now + LEASE + SOON)
    with second.complete():
        pass
    with pytest.raises(LeaseLost), zombie.complete():
        pass


def test_saying_its_own_key_in_finish_means_again_then(db):
    """That is how a channel is polled for ever: the row stays, with its next time and all its attempts."""
    said()
    [job] = claimed()
    again = utcnow() + LATER
    with job.complete() as session:
        enqueue(session, FetchPage(page=1, host="www.example.gov"), due_at=again)
    [entry] = entries()
    assert (entry.due_at, entry.attempts, entry.lease_token) == (again, 0, None)
    assert (entry.host, '"host":"www.example.gov"' in entry.message) == ("www.example.gov", True)


def test_what_is_said_while_it_is_in_flight_is_handled_after_it(db):
    """The handler may have read the old state, so it runs once more."""
    said()
    [job] = claimed()
    said(NOW_THEN)
    assert claimed() == []
    with job.complete():
        pass
    [second] = claimed()
    assert second.message() == NOW_THEN


def test_what_is_said_in_flight_survives_a_deferment(db):
    """Postponed for an hour, but said for now: now."""
    said()
    [job] = claimed()
    said(NOW_THEN)
    job.defer(utcnow() + LATER, "the newsroom asks for patience")
    [second] = claimed()
    assert second.message() == NOW_THEN


def test_a_deferment_costs_no_attempt(db):
    """Weather may last; only unexpected errors are counted."""
    said()
    for _ in range(MAX_ATTEMPTS * 2):
        [job] = claimed()
        job.defer(utcnow(), "not yet")
        assert (job.attempts, job.outcome) == (1, "deferred")


def test_surprises_are_retried_later_and_then_dead_lettered(db):
    """After the last attempt the message is kept with its reason, out of everybody's way."""
    said(orders.order(page=1))
    now = utcnow()
    for attempt in range(1, MAX_ATTEMPTS + 1):
        now += timedelta(hours=1)
        [job] = claimed(now)
        assert job.retry("the roof fell in", now) is (attempt < MAX_ATTEMPTS)
        assert claimed(now) == []
    [entry] = entries()
    assert entry.dead_lettered_at == now
    assert entry.reason == "the roof fell in"
    assert claimed(now + timedelta(days=365)) == []


def test_a_dead_lettered_message_does_not_block_its_key(db):
    """News about the same page is handled, while the failed message waits for a person."""
    said()
    [job] = claimed()
    job.dead_letter("no use", utcnow())
    said(NOW_THEN)
    [second] = claimed()
    assert second.message() == NOW_THEN


def test_what_is_said_during_a_handling_that_is_given_up_on_is_not(db):
    """The failed words rest with their reason; the new ones are a message of their own."""
    said(NOT_YET)
    [job] = claimed()
    said(NOW_THEN)
    job.dead_letter("no use", utcnow())
    old, new = entries()
    assert (old.dead_lettered_at is None, old.message) == (False, NOT_YET.model_dump_json())
    assert (new.dead_lettered_at, new.message, new.attempts) == (None, NOW_THEN.model_dump_json(), 0)
    assert (new.page, new.host) == (1, NOW_THEN.host)


def test_a_zombie_sets_nothing_aside(db):
    """Who lost the lease does not judge the message."""
    said()
    now = utcnow() + SOON
    [zombie] = claimed(now)
    [_second] = claimed(now + LEASE + SOON)
    with pytest.raises(LeaseLost):
        zombie.dead_letter("too late", utcnow())
    assert entries()[0].dead_lettered_at is None
