"""When a digest is due: in the time of its zone, whatever the clocks do there."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from services.webhooks.digests import Digest, digest_time


def at(text):
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


DAILY = Digest(every="day", at="08:00", zone="Europe/Berlin")


@pytest.mark.parametrize(
    ("digest", "now", "due"),
    [
        (Digest(every="hour"), "2026-03-01T10:00", "2026-03-01T11:00"),
        (Digest(every="hour"), "2026-03-01T10:59:59", "2026-03-01T11:00"),
        (DAILY, "2026-01-10T06:59:59", "2026-01-10T07:00"),
        (DAILY, "2026-01-10T07:00", "2026-01-11T07:00"),
        (DAILY, "2026-07-10T05:00", "2026-07-10T06:00"),
        # Its day has begun where it is, and not yet in UTC.
        (Digest(every="day", at="00:30", zone="Pacific/Auckland"), "2026-01-10T11:00", "2026-01-10T11:30"),
        (Digest(every="day", at="23:30", zone="America/Los_Angeles"), "2026-01-10T07:00", "2026-01-10T07:30"),
        (Digest(every="week", on="monday", at="09:00"), "2026-03-02T08:59", "2026-03-02T09:00"),
        (Digest(every="week", on="monday", at="09:00"), "2026-03-02T09:00", "2026-03-09T09:00"),
        (Digest(every="week", at="09:00"), "2026-03-04T09:00", "2026-03-09T09:00"),
        (Digest(every="week", on="sunday", at="00:00", zone="Asia/Tokyo"), "2026-03-07T14:00", "2026-03-07T15:00"),
    ],
)
def test_the_next_digest(digest, now, due):
    """The first of its times after now: at that time itself it is the one after it."""
    assert digest.next(at(now)) == at(due)


def test_a_time_that_the_clocks_leave_out_comes_as_much_later():
    """On 29 March 2026 there is no half past two in Berlin: the digest comes at half past three, and once."""
    digest = Digest(every="day", at="02:30", zone="Europe/Berlin")
    assert digest.next(at("2026-03-29T00:00")) == at("2026-03-29T01:30")
    assert digest.next(at("2026-03-29T01:30")) == at("2026-03-30T00:30")


def test_a_time_that_the_clocks_show_twice_is_the_first_of_the_two():
    """On 25 October 2026 half past two comes twice in Berlin, and the digest once."""
    digest = Digest(every="day", at="02:30", zone="Europe/Berlin")
    assert digest.next(at("2026-10-24T23:00")) == at("2026-10-25T00:30")
    assert digest.next(at("2026-10-25T00:30")) == at("2026-10-26T01:30")


@given(
    st.sampled_from(["Europe/Berlin", "America/St_Johns", "Australia/Lord_Howe", "Pacific/Apia", "Africa/Casablanca"]),
    st.times(),
    st.datetimes(datetime(2011, 1, 1), datetime(2035, 1, 1)),  # noqa: DTZ001 - in UTC, as said below
    st.sampled_from(["day", "week"]),
)
def test_digests_follow_one_another(zone, time, now, every):
    """Each is after the moment that it is asked for, and not much more than a day or a week later."""
    digest = Digest(every=every, at=f"{time:%H:%M}", zone=zone)
    now = now.replace(tzinfo=UTC)
    following = digest.next(now)
    span = timedelta(days=1 if every == "day" else 7)
    assert now < following <= now + 2 * span
    assert digest.next(following) > following


def test_what_is_kept_of_a_digest_gives_the_same_times():
    """And nothing that means nothing."""
    assert Digest(every="hour").named() == {"every": "hour", "zone": "UTC"}
    assert Digest(every="week", at="07:15").named() == {"every": "week", "zone": "UTC", "at": "07:15", "on": "monday"}
    now = at("2026-03-04T09:00")
    assert digest_time(DAILY.named(), now) == DAILY.next(now)
    assert digest_time(None, now) is None


@pytest.mark.parametrize(
    "wrong",
    [
        {"every": "month"},
        {"every": "day", "at": "24:00"},
        {"every": "day", "at": "8:00"},
        {"every": "day", "zone": "Europe/Berlinn"},
        {"every": "day", "zone": "../../etc/passwd"},
        {"every": "day", "zone": "Europe"},
        {"every": "day", "on": "monday"},
        {"every": "hour", "at": "08:00"},
        {"every": "day", "minute": 5},
    ],
)
def test_what_is_no_digest_is_refused(wrong):
    """With a sentence."""
    with pytest.raises(ValidationError):
        Digest.model_validate(wrong)
