"""How fast a re-ingestion is, and how long it will take."""

from datetime import UTC, datetime, timedelta

from services.reingest.models import ReingestionRow
from services.reingest.progress import pace, seconds_left

NOW = datetime(2026, 1, 12, 15, tzinfo=UTC)


def row(**words):
    """100 pages expected, begun 10 seconds ago."""
    usual = {"state": "running", "expected": 100, "planned": 40, "clock_at": NOW - timedelta(seconds=10)}
    return ReingestionRow(**usual | words)


def test_the_pace_is_that_of_the_pages_that_are_through():
    assert pace(row(), 20, NOW) == 2.0
    assert seconds_left(row(), 20, NOW) == 40.0


def test_a_pause_does_not_slow_it_down():
    """What was counted before it was resumed says nothing of its pace since."""
    assert pace(row(clock_count=20), 40, NOW) == 2.0


def test_once_all_is_planned_the_plan_counts_and_not_what_was_expected():
    assert seconds_left(row(planned_completely=True), 20, NOW) == 10.0


def test_a_scope_that_grew_since_takes_longer_than_expected_but_never_less_than_nothing():
    assert seconds_left(row(expected=10), 20, NOW) == 10.0


def test_what_is_over_goes_on_at_no_pace_and_keeps_the_one_it_had():
    over = row(state="done", finished_at=NOW - timedelta(seconds=6))
    assert (pace(over, 20, NOW), seconds_left(over, 20, NOW)) == (5.0, None)


def test_nobody_can_tell_before_the_first_page_or_during_a_pause():
    assert (pace(row(), 0, NOW), seconds_left(row(), 0, NOW)) == (None, None)
    assert pace(row(clock_at=None), 0, NOW) is None
    assert seconds_left(row(state="paused"), 20, NOW) is None
