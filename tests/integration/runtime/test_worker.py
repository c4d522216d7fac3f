"""How a handling ends, whatever the handler does: exactly one outcome, and the row says so."""

from datetime import timedelta

import pytest
import redis
import structlog
from sqlmodel import select

from services.contracts.errors import PermanentError
from services.contracts.messages import FetchPage, PollChannel, Reingest
from services.contracts.wiring import ROUTES
from services.runtime.celery import wake_ups
from services.runtime.database import reading, transaction, utcnow
from services.runtime.ledger import batch, failures, jobs, priority, worker
from services.runtime.ledger.jobs import enqueue
from services.runtime.ledger.ledger_table import LedgerRow
from tests.support import orders
from tests.support.drain import drain


@pytest.fixture
def hears(db, monkeypatch):
    """Makes a function the one handler of `Reingest` for this test."""
    monkeypatch.setattr(worker, "_handlers", {})

    def register(handler):
        worker.handles(Reingest)(handler)

    return register


@pytest.fixture
def lines():
    """The canonical lines of this test."""
    with structlog.testing.capture_logs() as captured:
        yield captured


def run(count: int = 1) -> list[LedgerRow]:
    with transaction() as session:
        for number in range(count):
            enqueue(session, Reingest(reingestion=number))
    drain()
    with reading() as session:
        return list(session.exec(select(LedgerRow)).all())


def handled(lines) -> list[str]:
    return [line["outcome"] for line in lines if line["event"] == "handled"]


def test_what_is_finished_is_done_and_gone(hears, lines):
    """One line for each message, with what the handler noted."""

    def handler(order, job):
        job.note(brought=order.reingestion)
        with job.complete():
            pass

    hears(handler)
    assert run(3) == []
    assert handled(lines) == ["completed"] * 3
    assert [line["brought"] for line in lines] == [0, 1, 2]


def test_an_exception_is_retried_later_with_its_reason(hears, lines):
    """Nobody planned it: due again after a pause, with the sentence of what happened."""

    def handler(_order, _job):
        raise RuntimeError("the roof fell in")

    hears(handler)
    [entry] = run()
    assert handled(lines) == ["retried"]
    assert entry.reason == "RuntimeError: the roof fell in"
    assert entry.due_at > utcnow()
    assert entry.lease_token is None


@pytest.mark.parametrize("by_the_database", [True, False])
def test_a_reason_repeats_no_secret(hears, by_the_database):
    """It is kept, logged and shown; a database quotes the whole row that it did not want."""
    secret = "https://news.example.gov/feed?token=s3cret"

    def handler(_order, job):
        if not by_the_database:
            raise RuntimeError(secret)
        with job.complete() as session:
            twice = {
                "kind": "Reingest",
                "key": "7 s3cret",
                "message": secret,
                "enqueued_at": utcnow(),
                "due_at": utcnow(),
            }
            session.add_all([LedgerRow(**twice), LedgerRow(**twice)])

    hears(handler)
    [entry] = run()
    assert entry.reason
    assert "s3cret" not in entry.reason


def test_a_permanent_error_is_dead_lettered_at_once(hears, lines):
    """Trying again cannot help, so nobody tries."""

    def handler(_order, _job):
        raise PermanentError("the capture is damaged")

    hears(handler)
    [entry] = run()
    assert handled(lines) == ["dead_lettered"]
    assert entry.dead_lettered_at is not None


def test_a_message_this_version_cannot_read_is_dead_lettered(hears, lines):
    """Kept as it was said, for a version that can."""

    def handler(_order, job):
        with job.complete():
            pass

    hears(handler)
    with transaction() as session:
        enqueue(session, Reingest(reingestion=1))
        session.exec(select(LedgerRow)).one().message = '{"reingestion": "not a number"}'
    [entry] = run(0)
    assert handled(lines) == ["dead_lettered"]
    assert entry.message == '{"reingestion": "not a number"}'


@pytest.mark.parametrize("message", [PollChannel(channel=1), FetchPage(page=1)], ids=["poll", "visit"])
@pytest.mark.parametrize(
    "error", [RuntimeError("the roof fell in"), PermanentError("no use")], ids=["error", "permanent"]
)
def test_what_repeats_never_ends(db, monkeypatch, message, error):
    """A poll or visit that fails unexpectedly, however often, is due again at its next interval, with its reason.

    It was dead-lettered after five attempts, and its source was silent for ever.
    """
    kind = type(message)

    def handler(_order, _job):
        raise error

    monkeypatch.setattr(worker, "_handlers", {})
    worker.handles(kind)(handler)
    with transaction() as session:
        enqueue(session, message)
    now = utcnow()
    for _attempt in range(3 * jobs.MAX_ATTEMPTS):
        now += timedelta(days=1)
        with reading() as session:
            [entry] = session.exec(select(LedgerRow)).all()
        assert worker.handle(kind.__name__, [entry.id], now) == 1
    with reading() as session:
        [entry] = session.exec(select(LedgerRow)).all()
    assert (entry.dead_lettered_at, entry.lease_token) == (None, None)
    assert str(error) in entry.reason
    assert timedelta() < entry.due_at - utcnow() <= ROUTES[kind].repeats


def test_a_visit_whose_workers_die_is_due_again_at_its_next_interval(db, monkeypatch):
    """Deaths count as attempts, and after them there is one more in each interval."""
    monkeypatch.setattr(worker, "_handlers", {"FetchPage": lambda _order, _job: None})
    with transaction() as session:
        enqueue(session, FetchPage(page=1))
    now = utcnow()
    for _death in range(jobs.MAX_ATTEMPTS):
        now += timedelta(hours=1)
        assert jobs.claim("FetchPage", [1], now)
    assert worker.handle("FetchPage", [1], now + timedelta(hours=1)) == 1
    with reading() as session:
        [entry] = session.exec(select(LedgerRow)).all()
    assert (entry.dead_lettered_at, entry.attempts) == (None, jobs.MAX_ATTEMPTS - 1)
    assert "died or hung" in entry.reason


def test_a_handler_that_neither_finishes_nor_defers_is_a_surprise(hears, lines):
    """A message cannot fall between the chairs."""
    hears(lambda _order, _job: None)
    [entry] = run()
    assert handled(lines) == ["retried"]
    assert "neither completed nor deferred" in entry.reason


def test_running_out_of_memory_does_not_end_the_worker(hears, lines):
    """A MemoryError that reaches Celery ends its main process; here it is one more unexpected error."""

    def handler(_order, _job):
        raise MemoryError

    hears(handler)
    assert len(run()) == 1
    assert handled(lines) == ["retried"]


def test_a_deferred_message_is_due_at_its_time(hears, lines):
    """Weather: no attempt is counted, and the reason can be read."""
    until = utcnow() + timedelta(minutes=5)
    hears(lambda _order, job: job.defer(until, "the newsroom asks for patience"))
    [entry] = run()
    assert (handled(lines), entry.due_at, entry.attempts) == (["deferred"], until, 0)
    assert lines[-1]["log_level"] == "debug", "to wait for one's turn is no news"


def test_one_members_surprise_leaves_the_others_alone(hears, lines):
    """Outcomes are per message, also in a group."""

    def handler(order, job):
        if order.reingestion == 1:
            raise RuntimeError("only me")
        with job.complete():
            pass

    hears(handler)
    assert [entry.key for entry in run(3)] == ["1"]
    assert sorted(handled(lines)) == ["completed", "completed", "retried"]


def test_a_kind_without_a_handler_here_stays_due(hears):
    """A newer service may have said it; a worker that knows it will come."""
    hears(lambda _order, _job: None)
    assert worker.handle("FetchPage", [1]) == 0


def test_a_slow_group_is_given_back_in_time(hears, lines, monkeypatch):
    """What one wake-up has no time for is due again at once, at no cost of an attempt, and handled by the next."""
    monkeypatch.setattr(batch, "ENOUGH", 0.0)

    def handler(_order, job):
        with job.complete():
            pass

    hears(handler)
    with transaction() as session:
        for number in range(3):
            enqueue(session, orders.order(page=number))
    monkeypatch.setattr(worker, "_handlers", {"SaveArticle": handler})
    with reading() as session:
        ids = [entry.id for entry in session.exec(select(LedgerRow)).all()]
    assert worker.handle("SaveArticle", ids) == 3
    with reading() as session:
        assert [(entry.attempts, entry.lease_token) for entry in session.exec(select(LedgerRow)).all()] == [
            (0, None)
        ] * 3
    assert handled(lines) == []


@pytest.mark.parametrize(("lane", "left"), [("bulk", [(0, None)] * 2), ("live", [])])
def test_what_was_taken_up_from_the_bulk_lane_gives_way_to_news(
    hears, installation, redis_url, monkeypatch, lane, left
):
    """Given back at no cost of an attempt while news waits for the service; news itself gives way to nothing."""

    def handler(_order, job):
        with job.complete():
            pass

    hears(handler)
    # Redis is asked each time: an answer that counts for a while may be one from before.
    monkeypatch.setattr(priority, "MOMENT", 0)
    monkeypatch.setattr(priority, "_answers", {})
    with transaction() as session:
        for number in range(2):
            enqueue(session, orders.order(page=number), lane=lane)
    with reading() as session:
        ids = [entry.id for entry in session.exec(select(LedgerRow)).all()]
    monkeypatch.setattr(worker, "_handlers", {"SaveArticle": handler})
    installation(redis_url=redis_url)
    with redis.Redis.from_url(redis_url) as queues:
        queues.lpush("dateline:store", "news")
        worker.handle("SaveArticle", ids)
        with reading() as session:
            rows = session.exec(select(LedgerRow)).all()
        assert wake_ups.flush(40)  # what was given back is woken again
        queues.flushall()
    assert [(entry.attempts, entry.lease_token) for entry in rows] == left
    worker.handle("SaveArticle", ids)
    with reading() as session:
        assert session.exec(select(LedgerRow)).all() == []


def test_a_stopping_worker_takes_nothing_more(hears, monkeypatch):
    """What it has not claimed stays due for the next one."""
    hears(lambda _order, _job: None)
    failures.stopping.set()
    try:
        with transaction() as session:
            enqueue(session, Reingest(reingestion=1))
        assert worker.handle("Reingest", [1]) == 0
    finally:
        failures.stopping.clear()
