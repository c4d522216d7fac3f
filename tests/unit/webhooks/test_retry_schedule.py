"""When a delivery is tried again, and what an answer means for it."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.webhooks.retries import JITTER, LONGEST, SCHEDULE, next_try, outcome_of, retry_after

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


def test_ten_attempts_span_three_days():
    """The first at once, the second after five seconds, the last some 75 hours later; then it is over."""
    pauses = [next_try(made, NOW) - NOW for made in range(10)]
    assert pauses[:3] == [timedelta(0), timedelta(seconds=5), timedelta(minutes=5)]
    assert timedelta(hours=75) < sum(pauses, timedelta()) < timedelta(hours=76)
    assert next_try(10, NOW) is None


@given(made=st.integers(1, 9), stretch=st.floats(1 - JITTER, 1 + JITTER), asked=st.integers(-(10**9), 10**9))
def test_a_receiver_may_ask_for_more_patience_never_for_less(made, stretch, asked):
    """Retry-After is clamped between the schedule's pause and a day."""
    pause = next_try(made, NOW, retry_after=timedelta(seconds=asked), stretch=stretch) - NOW
    assert SCHEDULE[made] * stretch <= pause <= max(LONGEST, SCHEDULE[made] * stretch)
    if SCHEDULE[made] * stretch < timedelta(seconds=asked) < LONGEST:
        assert pause == timedelta(seconds=asked)


@pytest.mark.parametrize(
    ("value", "pause"),
    [
        ("120", timedelta(minutes=2)),
        (" 0 ", timedelta(0)),
        ("9" * 5_000, LONGEST),
        ("Sun, 01 Mar 2026 12:10:00 GMT", timedelta(minutes=10)),
        ("Sun, 01 Mar 2026 12:10:00 -0000", timedelta(minutes=10)),
        ("Sun, 01 Mar 2026 11:00:00 GMT", timedelta(hours=-1)),
        (None, None),
        ("", None),
        ("-5", None),
        ("soon", None),
        ("²", None),
        ("Sun, 99 Mar 2026 12:10:00 GMT", None),
        ("Sun, 01 Mar 99999 12:10:00 GMT", None),
    ],
)
def test_retry_after_is_seconds_or_a_date_or_nothing(value, pause):
    """Both forms are read; garbage asks for nothing and is no error."""
    assert retry_after(value, NOW) == pause


@given(st.text())
def test_no_retry_after_is_an_error(value):
    """A header is written by strangers."""
    result = retry_after(value, NOW)
    assert next_try(1, NOW, retry_after=result) >= NOW


@pytest.mark.parametrize(
    ("status", "outcome"),
    [
        (200, "delivered"),
        (204, "delivered"),
        (299, "delivered"),
        (301, "refused"),
        (307, "refused"),
        (400, "refused"),
        (404, "refused"),
        (410, "gone"),
        (429, "throttled"),
        (500, "refused"),
        (502, "throttled"),
        (503, "throttled"),
        (504, "throttled"),
        (999, "refused"),
    ],
)
def test_what_an_answer_means(status, outcome):
    """Only 2xx is a success; a redirect is a failure, and 410 is goodbye."""
    assert outcome_of(status) == outcome
