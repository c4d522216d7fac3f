"""The receiver that was mended: what waits for it comes at once, and everybody tells the same of it."""

import time
from datetime import timedelta

import pytest
from sqlalchemy import update

from services.demo.site import Answer
from services.runtime.database import transaction, utcnow
from services.webhooks.breaker import AWAY, TRIP
from services.webhooks.models import Attempt, Delivery, Endpoint, endpoints
from tests.support.house import announced, log_of, only, rows, run


def several(count):
    for number in range(1, count + 1):
        announced(f"evt_{number}", number, f"art_{number}")


def waiting(subscriber, count):
    """So many deliveries, each refused once, and an endpoint that is held if there are enough of them."""
    subscriber.answers = [500] * min(count, TRIP)
    several(count)
    run()
    subscriber.requests.clear()


def address(endpoint, what=""):
    return f"/webhooks/endpoints/{endpoint['id']}{what}"


WAKING = {
    "retried": ("/retry", None, {"deliveries": 7}),
    "replayed": ("/replays", {"from_sequence": 1}, {"deliveries": 7, "dry_run": False}),
    "one replayed": ("/replays", {"deliveries": [3]}, {"deliveries": 1, "dry_run": False}),
}


@pytest.mark.parametrize("how", WAKING)
def test_a_held_receiver_that_was_mended_is_brought_all_at_once_and_in_order(http, endpoint, subscriber, how):
    """One delivery first; when that is taken, the rest follows, without a wait."""
    waiting(subscriber, 7)
    where, text, message = WAKING[how]
    answer = http.post(address(endpoint, where), json=text)
    assert (answer.status_code, answer.json()) == (202, message)
    run()
    assert subscriber.numbers == [1, 2, 3, 4, 5, 6, 7]
    assert only(Endpoint).failures == 0


def test_a_test_goes_first_and_what_waits_comes_after_it(http, endpoint, subscriber):
    waiting(subscriber, 7)
    http.post(address(endpoint, "/test"))
    run()
    assert subscriber.numbers == [8, 1, 2, 3, 4, 5, 6, 7]


def test_a_receiver_that_was_not_mended_costs_one_attempt(http, endpoint, subscriber):
    """However much waits for it."""
    waiting(subscriber, 7)
    subscriber.answers = [500]
    http.post(address(endpoint, "/retry"))
    run()
    assert subscriber.numbers == [1]
    assert http.get(address(endpoint)).json()["state"] == "held"


def test_what_is_asked_for_during_an_attempt_that_fails_is_not_forgotten(http, endpoint, subscriber):
    """That attempt met the receiver as it was before."""
    waiting(subscriber, 7)
    subscriber.answers = [500]
    subscriber.meanwhile = [lambda: http.post(address(endpoint, "/retry"))]
    run(only(Endpoint).not_before)
    _, *after = subscriber.numbers
    assert sorted(after) == [1, 2, 3, 4, 5, 6, 7]


def test_only_what_is_enabled_can_be_retried(http, endpoint):
    http.patch(address(endpoint), json={"state": "disabled"})
    answer = http.post(address(endpoint, "/retry"))
    assert (answer.status_code, "Enable it first" in answer.json()["detail"]) == (409, True)
    assert http.post("/webhooks/endpoints/999/retry").status_code == 404


def test_any_success_of_a_receiver_that_was_away_brings_what_waits(endpoint, subscriber):
    """News that comes by itself is as good a probe as any."""
    waiting(subscriber, 2)
    with transaction() as session:
        session.execute(update(endpoints).values(failing_since=utcnow() - AWAY))
    announced("evt_3", 3, "art_3")
    run()
    run()  # its clock stood still: what became due in that turn
    assert sorted(subscriber.numbers) == [1, 2, 3]


def test_one_event_that_is_refused_again_and_again_keeps_its_schedule(endpoint, subscriber):
    """The others are taken in between: the receiver was not away, and its attempts are not used up."""
    subscriber.answers = [500, 204, 204]
    several(3)
    run()
    assert [row.attempts for row in rows(Delivery)] == [1, 1, 1]
    assert rows(Delivery)[0].next_try > utcnow() + timedelta(seconds=3)


CONDITIONS = {
    "active": ([], None, None),
    "failing": ([500], "The endpoint answered 500.", 500),
    "held": ([Answer(429, headers={"Retry-After": "600"})], "The endpoint answered 429.", 429),
}


@pytest.mark.parametrize("state", CONDITIONS)
def test_everybody_tells_the_same_of_an_endpoint(http, endpoint, subscriber, state):
    """The list, the endpoint itself and its health: one state, since when, until when and why."""
    answers, error, status = CONDITIONS[state]
    subscriber.answers = [*answers]
    announced()
    run()
    first, health = http.get(address(endpoint)).json(), http.get(address(endpoint, "/health")).json()
    (listed,) = http.get("/webhooks/endpoints").json()["endpoints"]
    for entry in (first, health, listed):
        assert (entry["state"], entry["last_error"], entry["last_status"]) == (state, error, status)
        assert (entry["failing_since"] is None, entry["held_until"] is None) == (state == "active", state != "held")
    troubled = http.get("/webhooks/endpoints", params={"troubled": True}).json()["endpoints"]
    assert len(troubled) == (state != "active")
    run(utcnow() + timedelta(hours=1))
    assert http.get(address(endpoint)).json()["last_error"] is None


def test_a_disabled_endpoint_says_why(http, endpoint, subscriber):
    subscriber.answers = [410]
    announced()
    run()
    body = http.get(address(endpoint)).json()
    assert (body["state"], "410 Gone" in body["reason"]) == ("disabled", True)


def dripping():
    for _ in range(300):
        time.sleep(0.3)
        yield b"."


ODD = {
    "an unknown coding": lambda: Answer(200, b"\x00\x01", {"Content-Encoding": "zstd"}),
    "a coding that it is not in": lambda: Answer(200, b"not gzip", {"Content-Encoding": "gzip"}),
    "a body that drips": lambda: Answer(200, dripping()),
    "a body that is cut short": lambda: Answer(200, b"short", {"Content-Length": "500"}),
    "a great many headers": lambda: Answer(
        200, b"", {f"X-{number}": "x" for number in range(90)} | {"X": "y" * 65_000}
    ),
}


@pytest.mark.parametrize("odd", ODD)
def test_the_status_alone_decides_a_delivery(http, endpoint, subscriber, odd):
    """What comes after it is for the log, and nobody waits for it."""
    subscriber.answers = [ODD[odd]()]
    announced()
    began = time.monotonic()
    run()
    assert time.monotonic() - began < 45, "it drips for 90 s"
    (delivery,) = log_of(http, endpoint)["deliveries"]
    assert (delivery["state"], only(Attempt).status) == ("delivered", 200)
