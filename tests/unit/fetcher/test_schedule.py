"""When to look again."""

from datetime import timedelta

import pytest

from services.fetcher.schedule import (
    BACKLOG_STEP,
    HOST_PATIENCE,
    LAG,
    LONGEST_POLL_WAIT,
    LONGEST_REST,
    REVISITS,
    UNWANTED,
    UNWELL,
    gone_wait,
    host_rest,
    poll_wait,
    wait,
)

HOUR = timedelta(hours=1)


@pytest.mark.parametrize("schedule", [REVISITS, UNWELL])
def test_waits_only_grow(schedule):
    """A page that stays the same, or stays broken, is looked at ever less often."""
    assert list(schedule) == sorted(schedule)


def test_a_page_is_believed_to_be_gone_after_seconds_minutes_and_an_hour():
    """Then daily, weekly, monthly; without a budget for quick looks, hourly first."""
    waits = [gone_wait(times, soon=True) for times in range(1, 8)]
    assert waits == [*LAG, *UNWANTED, UNWANTED[-1]]
    assert [gone_wait(times, soon=False) for times in (1, 2, 3, 4)] == [HOUR, HOUR, HOUR, UNWANTED[0]]


def test_the_last_wait_repeats():
    """Nothing is ever given up on: a page of ten years ago still has a next visit."""
    assert wait(REVISITS, 1000) == REVISITS[-1]


def test_a_scale_stretches_every_wait():
    """A demo makes minutes of weeks."""
    assert wait(REVISITS, 0, 0.01) == timedelta(seconds=3)


def test_the_backlog_begins_far_down():
    """A year of old pages is not visited every five minutes because we came today."""
    assert REVISITS[BACKLOG_STEP] >= timedelta(days=3)


def test_polls_are_spread_by_a_tenth_to_both_sides():
    """So that all channels of a restart do not march in step for ever."""
    assert poll_wait(300, 0, None, 0.0) == timedelta(seconds=270)
    assert poll_wait(300, 0, None, 0.999) < timedelta(seconds=331)


def test_each_failure_doubles_the_wait_up_to_six_hours():
    """And not beyond, however long it lasts."""
    assert poll_wait(300, 2, None, 0.5) == timedelta(seconds=1200)
    assert poll_wait(300, 1000, None, 0.5) == LONGEST_POLL_WAIT


def test_a_channel_that_is_polled_once_a_day_is_not_polled_more_often_in_trouble():
    """The longest wait is no shorter than the usual one."""
    assert poll_wait(86_400, 3, None, 0.5) == timedelta(days=1)


def test_what_the_server_asks_for_is_the_least():
    """Retry-After wins when it is longer, and our own wait when that is."""
    assert poll_wait(300, 0, HOUR, 0.5) == HOUR
    assert poll_wait(7200, 0, HOUR, 0.5) == 2 * HOUR


def test_a_host_rests_after_some_patience_and_ever_longer():
    """A minute, two, four, up to an hour."""
    assert host_rest(HOST_PATIENCE - 1) == timedelta()
    assert [host_rest(HOST_PATIENCE + n) for n in range(3)] == [timedelta(minutes=m) for m in (1, 2, 4)]
    assert host_rest(10_000) == LONGEST_REST


@pytest.mark.parametrize("chance", [0.0, 0.5, 0.999])
@pytest.mark.parametrize("busy", [0.0, 0.1, 1.0, 2.0, 9.0])
def test_the_rhythm_of_a_source_changes_the_wait_within_bounds(chance, busy):
    """Never longer than the usual wait may be, nor shorter than two thirds; a host that fails is not hurried."""
    assert timedelta(seconds=200) < poll_wait(300, 0, None, chance, busy) < timedelta(seconds=331)
    assert poll_wait(300, 0, None, chance, 9.0) < poll_wait(300, 0, None, chance) <= poll_wait(300, 0, None, chance, 0)
    assert poll_wait(300, 1, None, chance, 9.0) == poll_wait(300, 1, None, chance)
