"""The times that channels write are read in the spellings that newsrooms have; what is no time is none."""

from datetime import UTC, date, datetime, timedelta, timezone

import pytest

from services.contracts.times import shown_time

EASTERN = timezone(timedelta(hours=-5))
NINE = datetime(2026, 3, 2, 9, 5, tzinfo=EASTERN)


@pytest.mark.parametrize(
    "text",
    [
        "Mon, 02 Mar 2026 09:05:00 -0500",
        "Mon, 2 Mar 2026 09:05:00 EST",
        "mon, 02-mar-2026 09:05 est",
        "2026-03-02T09:05:00-05:00",
        "2026-03-02T09:05:00.123-0500",
        "2026-03-02 09:05 -05",
        "20260302T09:05-0500",
        "March 2, 2026 9:05 a.m. EST",
        "Mar. 2nd, 2026, 9:05 AM EST",
        "9:05 am EST, March 2, 2026",
        "  2 March 2026\t09:05 EST ",
    ],
)
def test_an_hour_with_its_zone_is_a_moment(text):
    shown = shown_time(text)
    assert (shown.day, shown.at, shown.at.utcoffset()) == (date(2026, 3, 2), NINE, timedelta(hours=-5))


@pytest.mark.parametrize(
    "text",
    [
        "2026-03-02",
        "2026/03/02",
        "March 2, 2026",
        "2 Mar 2026",
        "2026-03-02T09:05:00",
        "Mon, 02 Mar 2026 09:05:00",
        "Sept. 2",
    ],
)
def test_what_says_no_zone_is_a_day_at_most(text):
    """Nobody guesses where a newsroom is."""
    shown = shown_time(text)
    assert shown is None or (shown.day, shown.at) == (date(2026, 3, 2), None)


@pytest.mark.parametrize(
    "text",
    [
        "",
        None,
        "today",
        "0000-00-00",
        "2026-02-30",
        "31 Febtober 2026",
        "2026-13-01T00:00:00Z",
        "1" * 300,
        "12/03/2026",
        "1772442300",
    ],
)
def test_what_is_no_day_is_none(text):
    """Also a day of which nobody can tell the month."""
    assert shown_time(text) is None


def test_a_midnight_is_the_hour_of_a_system_that_knows_days():
    assert shown_time("Mon, 02 Mar 2026 00:00:00 +0000").is_midnight
    assert shown_time("2026-03-02T00:00:00Z").at == datetime(2026, 3, 2, tzinfo=UTC)
    assert not shown_time("2026-03-02T00:00:07Z").is_midnight


@pytest.mark.parametrize("text", ["2026-03-02T99:99:00Z", "2026-03-02T24:00:00Z", "2026-03-02 09:05 +99:00"])
def test_an_hour_that_does_not_exist_leaves_the_day(text):
    assert shown_time(text).at is None
