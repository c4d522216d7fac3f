"""What an order makes of the status of an article: decided on values, in whatever order looks arrive."""

from datetime import timedelta
from itertools import permutations

import pytest

from services.contracts.messages import SetStatus
from services.store.status import StatusRecord, status_change
from tests.support.orders import NOW


def order(status, minute=0, **about):
    at = NOW + timedelta(minutes=minute)
    return SetStatus(**{"article": "art_a", "status": status, "at": at, "since": at} | about)


def standing(status, minute=0):
    at = NOW + timedelta(minutes=minute)
    return StatusRecord(status, at, at, 1)


@pytest.mark.parametrize(
    ("before", "after", "event"),
    [
        ("live", "missing", None),
        ("missing", "live", None),
        ("missing", "removed", "article.removed"),
        ("live", "removed", "article.removed"),
        ("removed", "live", "article.restored"),
        ("missing", "blocked", None),
        ("blocked", "live", None),
    ],
)
def test_only_a_removal_and_its_end_are_news(before, after, event):
    """That a page is missing, or blocked, shows in lists and is announced to nobody."""
    change = status_change(standing(before), order(after, 1))
    assert (change.after.status, change.event) == (after, event)


@pytest.mark.parametrize("status", ["missing", "blocked", "removed"])
def test_what_was_removed_is_not_merely_missing(status):
    """The looks that follow find nothing either: nobody is told twice."""
    assert status_change(standing("removed"), order(status, 1)) is None


def test_a_further_look_at_a_missing_page_is_counted():
    change = status_change(standing("missing"), order("missing", 3, since=NOW, looks=2))
    assert (change.after.looks, change.after.since, change.event) == (2, NOW, None)


def test_an_earlier_look_changes_nothing():
    """It arrives late: what was seen after it stands."""
    assert status_change(standing("live", 5), order("removed", 4)) is None
    assert status_change(standing("live", 5), order("removed", 5)) is None


def test_a_live_article_remembers_the_look_and_no_more():
    """So that what was seen before it changes nothing."""
    change = status_change(StatusRecord(), order("live", 3))
    assert (change.after, change.event) == (StatusRecord(at=NOW + timedelta(minutes=3)), None)


@pytest.mark.parametrize("status", ["live", "missing", "removed", "moved"])
def test_what_an_operator_withdrew_no_look_brings_back(status):
    assert status_change(standing("withdrawn"), order(status, 1)) is None
    assert status_change(standing("withdrawn"), order(status, 1, by_operator=True)) is not None


def test_no_look_withdraws():
    assert status_change(StatusRecord(), order("withdrawn")) is None


def test_the_order_of_arrival_does_not_matter():
    """Removed and back: the last look decides, whichever message is handled last."""
    looks = [order("missing", 1), order("removed", 2), order("live", 3)]
    for arrival in permutations(looks):
        stands = StatusRecord()
        for entry in arrival:
            change = status_change(stands, entry)
            stands = change.after if change else stands
        assert stands.status == "live"
