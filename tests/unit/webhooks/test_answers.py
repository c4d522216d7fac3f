"""What the log keeps of an answer, and what an attempt means for its delivery."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from services.runtime.egress import Response
from services.webhooks.attempt import Parcel, Tried, answered
from services.webhooks.limits import KEPT
from services.webhooks.record import verdict

AT = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
PARCEL = Parcel(
    delivery=1, sequence=1, event="evt_1", event_type="article.created", body=b"{}", number=1, tries=0, trace_id=""
)


def answer(status=200, body=b"", **headers):
    order = tuple((name.replace("_", "-"), value) for name, value in headers.items())
    response = Response(url="https://example.org/", status=status, headers=order, body=body)
    ended = AT + timedelta(seconds=2)
    return Tried(**vars(answered(response, {}, ended)), parcel=PARCEL, at=AT, ended=ended)


def test_a_success_has_no_error():
    """2xx says it all."""
    tried = answer(204)
    assert (tried.outcome, tried.error) == ("delivered", None)


def test_the_log_keeps_the_head_of_an_answer_that_any_database_can_hold():
    """At most 4 KB, whatever the bytes are; no NUL, which PostgreSQL refuses."""
    tried = answer(500, b"\x00\xff" + b"x" * 10_000)
    assert len(tried.response) == KEPT
    assert tried.response.startswith("��x")


def test_a_redirect_is_told_to_give_the_final_address():
    """It is never followed: the signature is for the address that was named."""
    assert "final address" in answer(302, location="http://10.0.0.1/").error


def test_only_a_throttling_answer_has_a_say_in_the_schedule():
    """429 and 503 may ask for patience; a plain failure may not."""
    assert answer(429, retry_after="60").retry_after == timedelta(seconds=60)
    assert answer(503, Retry_After="Sun, 01 Mar 2026 12:01:02 GMT").retry_after == timedelta(seconds=60)
    assert answer(500, retry_after="60").retry_after is None


def test_what_an_attempt_means_for_its_delivery():
    """Done, owed a while longer, held until the endpoint is enabled, or given up."""
    ended = AT + timedelta(seconds=2)
    assert verdict(answer(204), stretch=1.0) == ("delivered", None)
    assert verdict(answer(500), stretch=1.0) == ("pending", ended + timedelta(seconds=5))
    assert verdict(answer(503), stretch=1.0) == ("pending", ended + timedelta(seconds=30))
    assert verdict(answer(503, retry_after="7"), stretch=1.0) == ("pending", ended + timedelta(seconds=7))
    assert verdict(answer(410), stretch=1.0) == ("pending", ended)
    last = replace(answer(500), parcel=replace(PARCEL, tries=9))
    assert verdict(last, stretch=1.0) == ("failed", None)
    a_test = replace(answer(500), parcel=replace(PARCEL, event_type="endpoint.test"))
    assert verdict(a_test, stretch=1.0) == ("failed", None)
