"""An endpoint that fails, is slow or asks for patience: what it costs itself, and nobody else."""

from datetime import timedelta

from sqlalchemy import update

from services.demo.site import Answer
from services.runtime.database import transaction, utcnow
from services.webhooks import shares
from services.webhooks.breaker import AT_LEAST, GIVE_UP, HOLDS, TRIP
from services.webhooks.models import Attempt, Delivery, Endpoint, endpoints
from tests.support.house import announced, balanced, in_ledger, only, rows, run, run_announcements


def several(count):
    for number in range(1, count + 1):
        announced(f"evt_{number}", number, f"art_{number}")


def test_after_five_failures_the_rest_is_held_and_one_success_brings_it_all(endpoint, subscriber, http):
    """The held spend no attempts; then everything comes at once, in order."""
    subscriber.answers = [500] * TRIP
    several(TRIP + 4)
    run()
    assert len(subscriber.requests) == TRIP
    assert [row.attempts for row in rows(Delivery)] == [1] * TRIP + [0] * 4
    health = http.get(f"/webhooks/endpoints/{endpoint['id']}/health").json()
    assert (health["pending"], health["failures"]) == (TRIP + 4, TRIP)
    assert (health["state"], health["last_status"]) == ("held", 500)
    assert health["held_until"] is not None
    assert balanced()

    run(only(Endpoint).not_before)
    assert {row.state for row in rows(Delivery)} == {"delivered"}
    assert sorted(subscriber.numbers[TRIP:]) == list(range(1, TRIP + 5))
    assert only(Endpoint).failures == 0


def test_a_held_endpoint_is_probed_with_one_delivery_at_a_time(endpoint, subscriber):
    """Each probe that fails holds it longer."""
    subscriber.answers = [500] * (TRIP + 2)
    several(TRIP + 4)
    run()
    for probe in (1, 2):
        before = only(Endpoint).not_before
        run(before)
        assert len(subscriber.requests) == TRIP + probe
        assert only(Endpoint).not_before - before >= HOLDS[probe]


def test_patience_is_asked_for_the_whole_endpoint(endpoint, subscriber):
    """After a 429 nothing else is sent either until its time has come."""
    subscriber.answers = [Answer(429, headers={"Retry-After": "600"})]
    several(3)
    run()
    assert len(subscriber.requests) == 1
    run(utcnow() + timedelta(minutes=9))
    assert len(subscriber.requests) == 1
    run(utcnow() + timedelta(minutes=11))
    assert len(subscriber.requests) == 4


def test_a_rate_is_kept_by_waiting(http, subscriber):
    """Two a second: the third comes a second later, not sooner."""
    http.post("/webhooks/endpoints", json={"url": subscriber.url, "rate": 2})
    several(5)
    run()
    assert len(subscriber.requests) == 2
    rest = only(Endpoint).not_before
    assert rest - first_attempt_at() >= timedelta(seconds=0.9)
    run(rest)
    assert len(subscriber.requests) == 4


def first_attempt_at():
    return rows(Attempt)[0].at


def test_five_days_of_failure_disable_an_endpoint_and_the_others_of_the_key_are_told(http, subscriber):
    """Re-enabled, it gets what it missed meanwhile; nobody else's endpoints hear of it."""
    failing = http.post("/webhooks/endpoints", json={"url": subscriber.url, "description": "desk"}).json()
    fields = {"url": f"{subscriber.url}/told", "event_types": ["endpoint.*"]}
    http.post("/webhooks/endpoints", json=fields)
    http.post("/webhooks/endpoints", json=fields, headers={"Authorization": "Bearer bob"})
    with transaction() as session:
        ages = {"failures": AT_LEAST - 1, "failing_since": utcnow() - GIVE_UP}
        session.execute(update(endpoints).where(endpoints.c.id == failing["id"]).values(ages))
    subscriber.answers = [500]
    announced("evt_1", 1)
    run()
    announced("evt_2", 2, "art_2")
    run()

    (answer,) = [request for request in subscriber.requests if request.path == "/hook/told"]
    assert b'"type":"endpoint.disabled"' in answer.body
    assert b'"description":"desk"' in answer.body
    view = http.get(f"/webhooks/endpoints/{failing['id']}").json()
    assert view["state"] == "disabled"
    assert f"All {AT_LEAST} attempts" in view["reason"]
    assert balanced()

    http.patch(f"/webhooks/endpoints/{failing['id']}", json={"state": "active"})
    run()
    mine = [request.headers["webhook-id"] for request in subscriber.requests if request.path == "/hook"]
    assert mine == ["evt_1", "evt_1", "evt_2"]
    assert disabled() == []


def disabled():
    return [row.id for row in rows(Endpoint) if row.state == "disabled"]


def test_the_slow_and_the_failing_share_half_of_the_threads(endpoint, subscriber, monkeypatch):
    """Without a seat one of them waits a second; an endpoint that answers does not need one."""
    results = [shares.seat(0, failing=True) for _ in range(shares.SEATS)]
    for entry in results:
        assert entry.__enter__()
    try:
        subscriber.answers = [500]
        announced("evt_1", 1)
        run()
        assert len(subscriber.requests) == 1
        announced("evt_2", 2, "art_2")
        run()
        assert len(subscriber.requests) == 1
        (waiting,) = in_ledger("Deliver")
        assert "share of the threads" in waiting.reason
    finally:
        for seat in results:
            seat.__exit__(None, None, None)
    run(utcnow() + timedelta(minutes=3))
    assert pending() == 0


def pending():
    return len([row for row in rows(Delivery) if row.state == "pending"])


def test_news_goes_before_what_a_re_ingestion_found(endpoint, subscriber):
    """And a test before both."""
    for number in (1, 2, 3):
        announced(f"evt_{number}", number, f"art_{number}", lane="bulk")
    announced("evt_4", 4, "art_4")
    run_announcements()
    run()
    assert subscriber.events[0] == "evt_4"
    assert len(subscriber.events) == 4
