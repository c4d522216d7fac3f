"""Several at once on one endpoint, on PostgreSQL: in one order of locks, nobody writes over or counts past another."""

import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta

import pytest
from sqlalchemy import text

from services.runtime.database import reading, transaction, utcnow
from services.runtime.ledger import worker
from services.runtime.ledger.jobs import claim, due
from services.runtime.sealing import FILE
from services.webhooks import custody, replay, retention, subscriptions
from services.webhooks.limits import ENDPOINTS
from services.webhooks.models import Delivery, Endpoint
from tests.support.house import CALLERS, announced, balanced, in_ledger, only, rows, run, run_announcements

pytestmark = [pytest.mark.integration, pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)]

ANN = CALLERS["ann"]


@pytest.fixture
def second():
    """Another worker."""
    with ThreadPoolExecutor(1) as pool:
        yield pool


@contextmanager
def held(endpoint):
    """Its owner changes it, and has not committed yet."""
    with transaction() as session:
        yield session, subscriptions.own(session, ANN, endpoint["id"], to_change=True)


def waits_for_us(working):
    """Until the other waits for a lock of ours; or has ended, and needed none."""
    ends = time.monotonic() + 60
    with reading() as session:
        while not working.done() and not session.execute(text("SELECT 1 FROM pg_locks WHERE NOT granted")).first():
            assert time.monotonic() < ends, "waited in vain"
            time.sleep(0.02)


def happens(count):
    for number in range(1, count + 1):
        announced(f"evt_{number}", number, f"art_{number}")
    run_announcements()


def test_a_change_and_a_turn_of_an_endpoint_wait_for_one_another(endpoint, subscriber, second):
    """A turn held deliveries and asked for the endpoint, a change the other way round: thirty deadlocks in 25 s."""
    happens(3)
    ((turn, _),) = due(utcnow(), kinds=("Deliver",))
    subscriber.answers = [500]
    with held(endpoint) as (session, result):
        turning = second.submit(worker.handle, "Deliver", [turn])
        waits_for_us(turning)
        subscriptions.change(session, result, {"url": f"{subscriber.url}/moved"}, utcnow())
    assert turning.result(60) == 1
    assert [(entry.attempts, entry.reason) for entry in in_ledger("Deliver")] == [(0, None)], (
        "it did not have to give way"
    )
    run(utcnow() + timedelta(minutes=1))
    assert (sorted(set(subscriber.numbers)), balanced()) == ([1, 2, 3], True)


def test_who_lost_the_turn_says_no_more_how_the_endpoint_is(endpoint, subscriber):
    """Another one serves it since, and may have found it well; what was tried is in the log all the same."""
    happens(3)
    ((turn, _),) = due(utcnow(), kinds=("Deliver",))
    subscriber.answers = [500]
    subscriber.meanwhile = [lambda: claim("Deliver", [turn], utcnow() + timedelta(minutes=2))]
    worker.handle("Deliver", [turn])
    assert (only(Endpoint).failures, only(Endpoint).last_error) == (0, None)
    assert sorted(delivery.attempts for delivery in rows(Delivery)) == [0, 0, 1]


def test_what_is_owed_to_an_endpoint_that_is_just_being_enabled_is_not_forgotten(http, endpoint, subscriber, second):
    """The log was looked through beside it, and what it had missed was deleted."""
    http.patch(f"/webhooks/endpoints/{endpoint['id']}", json={"state": "disabled"})
    happens(2)
    before = utcnow() + timedelta(days=1)
    with held(endpoint) as (session, result):
        subscriptions.change(session, result, {"state": "active"}, utcnow())
        session.flush()
        forgetting = second.submit(forget, before)
        waits_for_us(forgetting)
    assert forgetting.result(60) is False
    assert len(rows(Delivery)) == 2


def test_what_is_just_being_replayed_is_not_forgotten(endpoint, subscriber, second):
    """It had been delivered and was old enough; to be brought again, it is owed."""
    happens(2)
    run()
    before = utcnow() + timedelta(days=1)
    with held(endpoint) as (session, _):
        assert replay.replay(session, endpoint["id"], replay.Range(failed_only=False), utcnow()) == 2
        forgetting = second.submit(forget, before)
        waits_for_us(forgetting)
    assert forgetting.result(60) is False
    assert [delivery.state for delivery in rows(Delivery)] == ["pending", "pending"]


def forget(before):
    with transaction() as session:
        return retention.forget(session, before)


def test_two_who_subscribe_at_once_do_not_pass_the_limit_together(endpoint, subscriber, second):
    """Both counted one less than there were."""
    now = utcnow()
    with transaction() as session:
        for _ in range(ENDPOINTS - 2):
            subscriptions.subscribe(session, ANN.key, wanted(subscriber), now)
    with transaction() as session:
        subscriptions.subscribe(session, ANN.key, wanted(subscriber), now)
        subscribing = second.submit(subscribe, subscriber)
        waits_for_us(subscribing)
    with pytest.raises(subscriptions.TooMany):
        subscribing.result(60)
    assert len(rows(Endpoint)) == ENDPOINTS


def wanted(subscriber):
    return {"url": subscriber.url, "event_types": [], "filter": {}, "metadata": {}, "headers": {}}


def subscribe(subscriber):
    with transaction() as session:
        subscriptions.subscribe(session, ANN.key, wanted(subscriber), utcnow())


def test_nothing_is_owed_to_an_endpoint_that_is_just_being_deleted(endpoint, subscriber, second):
    """An event that was announced beside it stayed pending for ever."""
    happens(1)
    announced("evt_2", 2, "art_2")
    with held(endpoint) as (session, result):
        subscriptions.delete(session, result, utcnow())
        session.flush()
        announcing = second.submit(run_announcements)
        waits_for_us(announcing)
    announcing.result(60)
    assert [delivery.state for delivery in rows(Delivery)] == ["cancelled"]
    assert balanced()
    with transaction() as session:  # as an older version has left it
        session.execute(text("UPDATE deliveries SET state = 'pending'"))
    assert not balanced()


def test_a_turn_under_way_brings_nothing_back_to_a_deleted_endpoint(http, endpoint, subscriber):
    """What fails in it would be tried again."""
    happens(3)
    ((turn, _),) = due(utcnow(), kinds=("Deliver",))
    subscriber.answers = [500]
    subscriber.meanwhile = [lambda: http.delete(f"/webhooks/endpoints/{endpoint['id']}")]
    worker.handle("Deliver", [turn])
    run(utcnow() + timedelta(hours=1))
    assert ({delivery.state for delivery in rows(Delivery)}, len(subscriber.events)) == ({"cancelled"}, 1)
    assert in_ledger("Deliver") == []


def test_a_lost_key_is_not_replaced_by_who_happens_to_subscribe(http, endpoint, subscriber, installation, tmp_path):
    """Given back later, the old key could not read the new secret; a new secret for the endpoint is a decision."""
    happens(1)
    key = tmp_path / "var" / FILE
    key.unlink()
    refused = http.post("/webhooks/endpoints", json={"url": subscriber.url})
    assert (refused.status_code, key.exists()) == (422, False)
    assert custody.ADVICE in refused.json()["detail"]
    http.post(f"/webhooks/endpoints/{endpoint['id']}/rotate")
    run(utcnow() + timedelta(minutes=1))
    assert subscriber.events == ["evt_1"], "the secret before, which nobody can read, signs nothing and is in no way"
