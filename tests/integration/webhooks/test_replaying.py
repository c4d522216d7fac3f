"""Once more, on request; the same by pulling; and what is forgotten in the end."""

import json
import threading
import time
from datetime import timedelta

import pytest
from sqlalchemy import update

from services.contracts.messages import ForgetDeliveries
from services.runtime.database import transaction, utcnow
from services.runtime.events.tables import Event
from services.runtime.ledger import worker
from services.runtime.ledger.jobs import due, enqueue
from services.webhooks.models import Attempt, Delivery, deliveries
from tests.support.house import announced, balanced, log_of, rows, run, run_announcements


def several(count):
    for number in range(1, count + 1):
        announced(f"evt_{number}", number, f"art_{number}")
    run_announcements()
    run()


def pulled(http, endpoint, **params):
    answer = http.get(f"/webhooks/endpoints/{endpoint['id']}/events", params=params)
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_one_delivery_is_brought_again_under_its_own_number(http, endpoint, subscriber):
    """The same event and bytes; a further attempt, and the schedule from its beginning."""
    several(2)
    first = log_of(http, endpoint)["deliveries"][-1]
    subscriber.answers = [500]
    address = f"/webhooks/endpoints/{endpoint['id']}/deliveries/{first['id']}"
    assert http.post(f"{address}/replay").json() == {"deliveries": 1, "dry_run": False}
    run()
    assert subscriber.numbers == [1, 2, 1]
    view = http.get(address).json()
    assert [made["number"] for made in view["attempts"]] == [1, 2]
    assert rows(Delivery)[0].tries == 1
    assert http.post(f"{address}/replay").json()["deliveries"] == 1, "pending, and due now"
    run()
    assert subscriber.numbers == [1, 2, 1, 1]
    assert view["body"] == json.loads(subscriber.requests[0].body)
    assert http.get(f"/webhooks/endpoints/{endpoint['id']}/deliveries/999").status_code == 404
    assert http.post(f"/webhooks/endpoints/{endpoint['id']}/deliveries/999/replay").status_code == 404


def test_all_that_failed_since_a_time_is_brought_once(http, endpoint, subscriber):
    """A dry run counts first; asked twice, nothing comes twice."""
    several(5)
    with transaction() as session:
        failed = deliveries.c.sequence.in_((2, 4))
        session.execute(update(deliveries).where(failed).values(state="failed", attempts=10, tries=10))
    address = f"/webhooks/endpoints/{endpoint['id']}/replays"
    since = {"since": (utcnow() - timedelta(hours=1)).isoformat()}
    assert http.post(address, json={**since, "dry_run": True}).json() == {"deliveries": 2, "dry_run": True}
    assert [http.post(address, json=since).json()["deliveries"] for _ in range(2)] == [2, 2]
    run()
    assert subscriber.numbers[5:] == [2, 4]
    assert balanced()


@pytest.mark.parametrize(
    ("fields", "numbers"),
    [
        ({"from_sequence": 2, "to_sequence": 3, "only": "all"}, [2, 3]),
        ({"from_sequence": 4, "only": "all"}, [4, 5]),
        ({"deliveries": [1, 5], "only": "all"}, [1, 5]),
        ({"from_sequence": 1}, []),
    ],
)
def test_a_range_is_brought_again(http, endpoint, subscriber, fields, numbers):
    """By numbers or by name, what was delivered among it when that is asked for."""
    several(5)
    body = http.post(f"/webhooks/endpoints/{endpoint['id']}/replays", json=fields).json()
    run()
    assert body["deliveries"] == len(numbers)
    assert subscriber.numbers[5:] == numbers


def test_a_range_that_names_nothing_or_cannot_be_is_refused(http, endpoint):
    """Rather than bringing everything again by an oversight."""
    for entry in (
        {},
        {"only": "all"},
        {"deliveries": []},
        {"since": "2026-01-01T00:00:00"},
        {"since": "2026-01-02T00:00:00Z", "until": "2026-01-01T00:00:00Z"},
        {"from_sequence": 3, "to_sequence": 2},
    ):
        answer = http.post(f"/webhooks/endpoints/{endpoint['id']}/replays", json=entry)
        assert answer.status_code == 422, entry


def test_what_is_pulled_is_what_is_pushed(http, endpoint, subscriber):
    """The same numbers, ids and bytes, page by page, also for what could not be delivered."""
    subscriber.answers = [500]
    several(5)
    pushed = {int(request.headers["dateline-sequence"]): request for request in subscriber.requests}
    after, result = 0, []
    while page := pulled(http, endpoint, after=after, limit=2)["events"]:
        result += page
        after = page[-1]["sequence"]
    assert [entry["sequence"] for entry in result] == sorted(pushed) == [1, 2, 3, 4, 5]
    text = http.get(f"/webhooks/endpoints/{endpoint['id']}/events").content
    for entry in result:
        request = pushed[entry["sequence"]]
        assert entry["id"] == request.headers["webhook-id"]
        assert request.body in text
    assert pulled(http, endpoint, after=5) == {"events": [], "next": 5, "first": 1}


def test_a_question_that_waits_is_answered_when_something_is_owed(http, endpoint):
    """At once, not when its time is over; what is owed to others does not end it."""
    began = time.monotonic()
    later = threading.Timer(0.3, lambda: (announced(), run_announcements()))
    later.start()
    answer = pulled(http, endpoint, wait=30)
    later.join()
    assert [event["sequence"] for event in answer["events"]] == [1]
    assert time.monotonic() - began < 25
    assert pulled(http, endpoint, after=1, wait=0.2)["events"] == []


def test_pulling_is_for_ones_own_endpoint(http, endpoint):
    """Another's does not exist for you."""
    bob = {"Authorization": "Bearer bob"}
    address = f"/webhooks/endpoints/{endpoint['id']}"
    requests = [
        http.get(f"{address}/events", headers=bob),
        http.get(f"{address}/health", headers=bob),
        http.get(f"{address}/deliveries/1", headers=bob),
        http.post(f"{address}/deliveries/1/replay", headers=bob),
        http.post(f"{address}/replays", headers=bob, json={"from_sequence": 1}),
        http.post(f"{address}/rotate", headers=bob),
        http.post(f"{address}/preview", headers=bob),
    ]
    assert {answer.status_code for answer in requests} == {404}


def test_the_log_is_searched(http, endpoint, subscriber):
    """By state, type, article and time."""
    subscriber.answers = [500]
    several(3)
    subscriber.answers = [204, 500]
    http.post(f"/webhooks/endpoints/{endpoint['id']}/test")
    run()

    def numbers(**params):
        return [view["sequence"] for view in log_of(http, endpoint, **params)["deliveries"]]

    assert numbers(state="pending") == [1]
    assert numbers(state="delivered") == [4, 3, 2]
    assert numbers(type="endpoint.test") == [4]
    assert numbers(article="art_2") == [2]
    assert numbers(until=(utcnow() - timedelta(hours=1)).isoformat()) == []
    assert numbers(since=(utcnow() - timedelta(hours=1)).isoformat(), state="failed") == []


def test_a_thin_body_is_the_same_to_the_byte_at_each_attempt_and_when_it_is_replayed(http, subscriber):
    """It is made of the frozen one each time; a receiver may compare."""
    endpoint = http.post("/webhooks/endpoints", json={"url": subscriber.url, "payload": "thin"}).json()
    subscriber.answers = [500, 500]
    announced(about="Größe “zählt”", revision=1)
    run()
    for _ in range(2):
        run(rows(Delivery)[0].next_try)
    http.post(f"/webhooks/endpoints/{endpoint['id']}/deliveries/1/replay")
    run()
    assert len(subscriber.requests) == 4
    (body,) = {request.body for request in subscriber.requests}
    assert set(json.loads(body)["data"]["article"]) == {"id", "headline", "revision"}
    pulled = http.get(f"/webhooks/endpoints/{endpoint['id']}/events").content
    assert body in pulled


def test_what_is_old_is_forgotten_but_nothing_that_is_owed(http, endpoint, subscriber):
    """A delivery goes with its attempts; the rest keeps its numbers."""
    subscriber.answers = [500]
    several(3)
    with transaction() as session:
        old = deliveries.c.event.in_(("evt_1", "evt_2"))
        session.execute(update(deliveries).where(old).values(created_at=utcnow() - timedelta(days=31)))
        enqueue(session, ForgetDeliveries())
    forget()
    assert [row.sequence for row in rows(Delivery)] == [1, 3], "the first is still owed"
    assert [row.event for row in rows(Delivery)] == ["evt_1", "evt_3"]
    assert {row.delivery for row in rows(Attempt)} == {row.id for row in rows(Delivery)}
    assert balanced()
    http.delete(f"/webhooks/endpoints/{endpoint['id']}")
    run()
    with transaction() as session:
        enqueue(session, ForgetDeliveries())
    forget()
    assert [row.event for row in rows(Delivery)] == ["evt_3"]
    assert [row.id for row in rows(Event)] == ["evt_1", "evt_2", "evt_3"], "the event log forgets nothing"


def forget():
    for row, kind in due(utcnow(), kinds=("ForgetDeliveries",)):
        worker.handle(kind, [row])
