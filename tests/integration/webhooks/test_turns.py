"""An endpoint's turn is said once, however much is owed meanwhile, and nothing that is owed is left without one."""

import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

from sqlalchemy import event, text

from services.runtime import database
from services.runtime.database import transaction, utcnow
from services.runtime.ledger import health_gates, worker
from services.runtime.ledger.jobs import MAX_ATTEMPTS, claim, due
from services.webhooks import deliver, tasks
from services.webhooks.announce import NEWS, create_deliveries
from services.webhooks.deliver import TOGETHER, addressee, hold, next_due
from services.webhooks.models import Delivery
from tests.support.house import announced, balanced, in_ledger, log_of, rows, run, run_announcements


def test_what_is_owed_during_a_turn_is_brought_although_no_other_turn_is_said(endpoint, subscriber):
    """The turn looks once more before it ends."""
    announced()
    run_announcements()
    ((turn, _),) = due(utcnow(), kinds=("Deliver",))
    messages = []

    def meanwhile():
        announced("evt_2", 2, "art_2")
        run_announcements()
        messages.extend((entry.id, entry.again_at) for entry in in_ledger("Deliver"))

    subscriber.meanwhile = [meanwhile]
    worker.handle("Deliver", [turn])
    assert messages == [(turn, None)]
    run()
    assert subscriber.events == ["evt_1", "evt_2"]
    assert in_ledger() == []
    assert balanced()


def test_what_comes_close_together_is_brought_in_one_turn(endpoint, subscriber):
    """Each further turn would cost a hop through the queue."""
    happens(1, 2)
    ((turn, _),) = due(utcnow(), kinds=("Deliver",))
    subscriber.meanwhile = [lambda: happens(3)]
    worker.handle("Deliver", [turn])
    assert subscriber.events == ["evt_1", "evt_2", "evt_3"]
    assert in_ledger() == []


def test_news_brings_a_turn_of_a_re_ingestion_into_the_live_lane(endpoint, subscriber):
    """News waits behind nothing; and what is found in bulk says nothing more."""
    announced(lane="bulk")
    run_announcements()
    assert [entry.lane for entry in in_ledger()] == ["bulk"]
    announced("evt_2", 2, "art_2", lane="bulk")
    announced("evt_3", 3, "art_3")
    run_announcements()
    assert [entry.lane for entry in in_ledger()] == ["live"]
    run()
    assert subscriber.events == ["evt_3", "evt_1", "evt_2"]


def test_a_turn_that_waits_for_a_retry_comes_sooner_for_news(endpoint, subscriber):
    """The failed delivery keeps its pause."""
    subscriber.answers = [500]
    announced()
    run()
    (waiting,) = in_ledger()
    assert waiting.due_at > utcnow()
    announced("evt_2", 2, "art_2")
    run()
    assert subscriber.events == ["evt_1", "evt_2"]
    assert [entry.key for entry in in_ledger()] == [waiting.key]
    assert balanced()


def test_a_turn_ends_after_whoever_owes_at_that_moment(db, endpoint):
    """Else it would not see what is owed, and whoever owes would count on it."""
    order = announced()
    with ThreadPoolExecutor(1) as pool:
        with transaction() as session:
            owed = create_deliveries(session, {order.event: NEWS}, utcnow())
            ending = pool.submit(_ends_a_turn, endpoint["id"])
            _until(lambda: ending.done() or db == "sqlite" or _somebody_waits(session))
        assert ending.result(60) is not None
    assert [entry.endpoint for entry in owed] == [endpoint["id"]]


def test_an_announcement_takes_as_many_statements_for_six_endpoints_as_for_two(http, subscriber):
    """Once their turns are said."""
    subscribes(http, subscriber, 2)
    happens(1)
    few = _statements(lambda: happens(2))
    subscribes(http, subscriber, 4)
    happens(3)
    assert len(_statements(lambda: happens(4))) == len(few)
    assert len(rows(Delivery)) == 2 + 2 + 6 + 6


def test_announcements_that_wait_together_take_as_many_statements_as_a_few(endpoint, subscriber):
    """They are numbered in the order in which their events were written, each endpoint's without a gap."""
    waiting(0)()  # it says the endpoint's turn
    few = _statements(waiting(*range(1, 4)))
    assert len(_statements(waiting(*range(4, 44)))) == len(few)
    run()
    assert subscriber.events == [f"evt_{number}" for number in range(44)]
    assert subscriber.numbers == list(range(1, 45))


def test_of_announcements_that_wait_together_only_the_early_one_waits_on(endpoint, subscriber):
    """An earlier event of its article is in other hands; that is no reason for the rest to wait, nor for an attempt."""
    announced("evt_1", 1)
    ((first, _),) = due(utcnow(), kinds=("Announce",))
    claim("Announce", [first], utcnow())
    for number, article in ((2, "art_1"), (3, "art_3"), (4, "art_4")):
        announced(f"evt_{number}", number, article)
    worker.handle("Announce", [row for row, _ in due(utcnow(), kinds=("Announce",))])
    assert sorted(row.event for row in rows(Delivery)) == ["evt_3", "evt_4"]
    assert {(entry.key, entry.attempts) for entry in in_ledger("Announce")} == {("evt_1", 1), ("evt_2", 0)}
    with transaction() as session:
        session.execute(text("UPDATE ledger SET lease_until = NULL, due_at = enqueued_at WHERE kind = 'Announce'"))
    run()
    assert subscriber.events.index("evt_1") < subscriber.events.index("evt_2")
    assert balanced()


def test_a_round_takes_as_many_statements_for_many_deliveries_as_for_a_few(endpoint, subscriber, monkeypatch):
    """They are read and written together."""
    for slow_machine, name in ((deliver, "UNWRITTEN"), (tasks, "SLICE")):
        monkeypatch.setattr(slow_machine, name, timedelta(hours=1))  # or what takes long is written down on the way
    monkeypatch.setattr(health_gates, "GOOD_FOR", 3600.0)
    health_gates.probe("secret")  # as it is every ten seconds, whoever delivers what
    happens(*range(1, 4))
    few = _statements(run)
    happens(*range(4, 3 + TOGETHER))
    assert len(_statements(run)) == len(few)
    assert subscriber.numbers == list(range(1, 3 + TOGETHER))


def test_whoever_lost_its_turn_writes_over_nothing(endpoint, subscriber, http):
    """Two attempts at one delivery, of workers that both believed to hold it: the first that is written counts."""
    announced()
    run_announcements()
    ((turn, _),) = due(utcnow(), kinds=("Deliver",))
    other = []

    def meanwhile():
        with transaction() as session:
            session.execute(text("UPDATE deliveries SET state = 'delivered', attempts = 1, tries = 1, next_try = NULL"))
            session.execute(text(ATTEMPTED))
        other.append(True)

    subscriber.meanwhile = [meanwhile]
    subscriber.answers = [500]
    worker.handle("Deliver", [turn])
    assert other == [True]
    (view,) = log_of(http, endpoint)["deliveries"]
    assert (view["state"], [attempt["outcome"] for attempt in view["attempts"]]) == ("delivered", ["delivered"])


def subscribes(http, subscriber, count):
    for _ in range(count):
        http.post("/webhooks/endpoints", json={"url": subscriber.url})


def happens(*numbers):
    for number in numbers:
        announced(f"evt_{number}", number, f"art_{number}")
    run_announcements()


def waiting(*numbers):
    """Several events wait to be announced; what announces them together."""
    for number in numbers:
        announced(f"evt_{number}", number, f"art_{number}")
    results = [row for row, _ in due(utcnow(), kinds=("Announce",))]
    return lambda: worker.handle("Announce", results)


ATTEMPTED = (
    "INSERT INTO attempts (delivery, number, at, request, milliseconds, response, outcome) "
    "SELECT id, 1, created_at, '{}', 1, '', 'delivered' FROM deliveries"
)


def _statements(does):
    results = []

    def remember(_connection, _cursor, statement, *_):
        results.append(statement)

    event.listen(database.engine(), "before_cursor_execute", remember)
    try:
        does()
    finally:
        event.remove(database.engine(), "before_cursor_execute", remember)
    return [statement for statement in results if not statement.startswith("PRAGMA")]


def _ends_a_turn(endpoint):
    with transaction() as session:
        to = addressee(session, endpoint, utcnow())
        hold(session, endpoint)
        return next_due(session, to)


def _somebody_waits(session):
    return session.execute(text("SELECT count(*) FROM pg_locks WHERE NOT granted")).scalar_one() > 0


def _until(truth, seconds=60):
    ends = time.monotonic() + seconds
    while not truth():
        assert time.monotonic() < ends, "waited in vain"
        time.sleep(0.02)


def test_workers_that_die_or_fail_in_a_turn_do_not_end_what_is_owed(endpoint, subscriber, monkeypatch):
    """Their deaths say nothing of the endpoint: the turn is dead-lettered by no number of them."""
    announced()
    run_announcements()
    clock = utcnow()
    for _ in range(2 * MAX_ATTEMPTS):  # each claims it and is gone before it is handled
        ((turn, _),) = due(clock, kinds=("Deliver",))
        claim("Deliver", [turn], clock)
        clock += timedelta(minutes=1)
    worker.handle("Deliver", [turn], clock)  # it rests for a moment: whoever takes it up may die of it again
    clock += timedelta(minutes=2)
    with monkeypatch.context() as broken:
        broken.setattr(tasks, "addressee", fails)
        worker.handle("Deliver", [turn], clock)
    (waiting,) = in_ledger("Deliver")
    assert (waiting.dead_lettered_at, "the roof fell in" in waiting.reason) == (None, True)
    run(clock + timedelta(hours=1))
    assert (subscriber.events, balanced()) == (["evt_1"], True)


def fails(*_args):
    raise OSError("the roof fell in")
