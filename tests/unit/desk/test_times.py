"""Times on the desk's pages: in the zone of who reads them, and exact for machines."""

from datetime import UTC, datetime

import pytest

from services.desk.times import BROWSER, CHOSEN, ago, clock, shown_in, when, zone_name, zone_of

WINTER, SUMMER = "2026-01-12T23:30:05Z", "2026-07-12T23:30:05+00:00"


def test_a_time_is_shown_in_utc_until_somebody_says_otherwise():
    assert when(WINTER) == (
        '<time datetime="2026-01-12T23:30:05+00:00" title="2026-01-12 23:30:05 UTC">12 Jan 2026, 23:30 UTC</time>'
    )


def test_a_time_is_shown_in_the_zone_of_the_reader_in_summer_and_in_winter():
    """The machine's time stays UTC; the day may be another one."""
    with shown_in(zone_of({CHOSEN: "Europe/Paris"})):
        assert "13 Jan 2026, 00:30 CET" in when(WINTER)
        assert "13 Jul 2026, 01:30 CEST" in when(SUMMER)
        assert 'datetime="2026-07-12T23:30:05+00:00" title="2026-07-13 01:30:05 CEST"' in ago(SUMMER)
        assert clock(datetime(2026, 1, 12, 23, 30, tzinfo=UTC)) == "00:30"
        assert zone_name() == "Europe/Paris"
    assert zone_name() == "UTC"


def test_a_bare_date_stays_a_date_in_every_zone():
    with shown_in(zone_of({CHOSEN: "Pacific/Auckland"})):
        assert when("2026-01-12") == '<time datetime="2026-01-12">12 Jan 2026</time>'


def test_a_choice_counts_more_than_the_browser():
    assert str(zone_of({CHOSEN: "Asia/Tokyo", BROWSER: "Europe/Paris"})) == "Asia/Tokyo"
    assert str(zone_of({BROWSER: "Europe/Paris"})) == "Europe/Paris"


@pytest.mark.parametrize(
    "name", ["", "Nowhere/At_All", "../../etc/passwd", "/etc/localtime", "Europe", "\x00", "é" * 5000]
)
def test_a_zone_that_is_none_is_utc(name):
    """A cookie is whatever somebody writes into it."""
    assert zone_of({CHOSEN: name, BROWSER: name}) is UTC
