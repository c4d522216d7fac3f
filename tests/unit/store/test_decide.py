"""What a reading means for the article we have."""

from itertools import permutations

import pytest
from orders import A, B, order

from services.store.decide import Created, Known, Late, Reading, Refreshed, Unchanged, Updated, decide


def known(saved) -> Known:
    reading = Reading.of(saved)
    return Known(saved.article, reading.content_hash, saved.parser, saved.fetched_at, saved.parser)


def decided(before, after):
    return decide(before and known(before), Reading.of(after))


def test_the_first_wording_creates_the_article():
    assert decided(None, order(A)) == Created()


def test_other_words_in_a_later_capture_are_an_update():
    """The change names the fields that differ, and only those."""
    assert decided(order(A), order(B, minute=1)) == Updated(("body",))
    assert decided(order(A), order(A, minute=1, headline="Harbor Open")) == Updated(("headline",))


def test_the_same_words_are_no_change():
    """Neither the same capture again nor a later one; links and boilerplate of the day do not count."""
    assert decided(order(A), order(A)) == Unchanged()
    assert decided(order(A), order(A, minute=1, tags=("storm",))) == Unchanged()


def test_an_earlier_capture_is_never_news():
    """Captures may arrive in any order; what was said before does not replace what is said now."""
    assert decided(order(A, minute=1), order(B)) == Late()
    assert decided(order(A, minute=1), order(B, parser="2")) == Late()


def test_a_newer_parser_may_read_the_same_capture_otherwise():
    """A better reading of the latest capture is current from then on; an older parser does not undo it."""
    assert decided(order(A), order(B, parser="2")) == Updated(("body",))
    assert decided(order(B, parser="2"), order(A)) == Late()


def test_a_newer_parser_may_know_more_about_the_same_words():
    """The kind or the tags become better without any update; the same parser twice changes nothing."""
    assert decided(order(A, kind="other"), order(A, kind="release", parser="2")) == Refreshed(("kind",))
    assert decided(order(A, kind="other"), order(A, kind="release")) == Unchanged()


ORDERS = (order(A), order(B, minute=1), order(A, minute=2), order(B, minute=2, parser="2"))


@pytest.mark.parametrize("arrival", list(permutations(ORDERS)))
def test_whatever_the_order_of_arrival_the_latest_capture_read_by_the_newest_parser_wins(arrival):
    """The current wording is the same after every order in which the same four orders may come."""
    current = arrival[0]
    for following in arrival[1:]:
        if not isinstance(decided(current, following), Late):
            current = following
    assert current == ORDERS[-1]
