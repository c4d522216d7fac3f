"""How late entries appear below others, and where a walk through a listing may stop."""

from datetime import UTC, datetime, timedelta

import pytest

from services.fetcher.lateness import LATEST, is_known_and_old, lateness

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
NEVER = timedelta()


def ago(*days):
    return [None if day is None else NOW - timedelta(days=day) for day in days]


@pytest.mark.parametrize(
    ("days", "late"),
    [
        ((None, 1, 2, 3), 0),  # in its place: on top
        ((1, None, 2, 3), 1),  # below an entry of yesterday
        ((1, 2, None, None, 3), 2),  # a batch, below one of the day before
        ((5, None, 5, 5), 5),  # among what was there when we came
        ((9, None, 1, 2), 0),  # an old entry is pinned to the top
        ((1, 2, None), 0),  # nothing known below: the end of what was looked at
        ((1, 90, None, 91), 30),  # bounded
        ((), 0),
    ],
)
def test_an_entry_is_as_late_as_the_one_above_it_has_been_there(days, late):
    assert lateness(ago(*days), NOW) == timedelta(days=late)
    assert timedelta(days=late) <= LATEST


@pytest.mark.parametrize(
    ("days", "late", "settled"),
    [
        ((3, 4, 5), 0, True),
        ((3, None, 5), 0, False),
        ((3, 4, 5), 2, True),
        ((1, 4, 5), 2, False),
        ((), 2, True),
    ],
)
def test_a_page_is_settled_when_all_of_it_is_known_for_longer_than_entries_are_late(days, late, settled):
    assert is_known_and_old(ago(*days), timedelta(days=late), NOW) is settled
