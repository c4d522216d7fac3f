"""What a reading means for the article we have."""

from datetime import timedelta
from itertools import permutations

import pytest

from services.contracts.messages import EarlierReading
from services.store.decide import (
    SETTLES,
    Created,
    Known,
    Late,
    Reading,
    Refreshed,
    Unchanged,
    Unsettled,
    Updated,
    decide,
    refreshed,
)
from tests.support.orders import NOW, A, B, article, order


def known(saved) -> Known:
    reading = Reading.of(saved)
    read = (saved.parser, saved.fetched_at, saved.parser, saved.capture)
    return Known(saved.article, reading.content_hash, *read, since=saved.fetched_at)


def decided(before, after, *, hours=2, earlier=None):
    now = NOW + timedelta(hours=hours)
    return decide(before and known(before), Reading.of(after), now, earlier)


def test_the_first_wording_creates_the_article():
    assert decided(None, order(A)) == Created()


def test_other_words_in_a_later_capture_are_an_update():
    """The change names the fields that differ, and only those."""
    assert decided(order(A), order(B, minute=1)) == Updated(("body",))
    assert decided(order(A), order(A, minute=1, headline="Harbor Open")) == Updated(("headline",))


def test_words_that_return_soon_are_waited_for_and_then_told():
    """Servers that disagree show two wordings in turn: nobody is told of each. What stays is told, as a return."""
    soon = decided(order(A), order(B, minute=1), hours=0.5, earlier=3)
    assert soon == Unsettled(NOW + SETTLES)
    assert decided(order(A), order(B, minute=1), hours=1, earlier=3) == Updated(("body",), returns_to=3)


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


def upgraded(words, before, *, minute=1, parser="2", **about):
    """A later capture, read by a newer parser, with what it reads in the capture that the article stands on."""
    earlier = EarlierReading(capture="capture-0", fetched_at=NOW, article=article(before, **about))
    return order(words, minute=minute, parser=parser, **about).model_copy(update={"before": earlier})


READS_OTHERWISE, CORRECTED = "The harbor re-opened at dawn.", "The harbor re-opened at noon."


def test_what_only_the_reader_says_otherwise_is_no_update():
    """Both captures say it alike to the newer parser: its reading replaces the old one, silently."""
    assert decided(order(A), upgraded(READS_OTHERWISE, READS_OTHERWISE)) == Refreshed(("body",))
    assert decided(order(A), upgraded(A, A)) == Unchanged()


def test_an_update_after_an_upgrade_names_only_what_the_page_has_changed():
    """The newer parser reads another headline in both captures."""
    assert decided(order(A), upgraded(CORRECTED, READS_OTHERWISE, headline="Harbor")) == Updated(("body",))
    before = refreshed(known(order(A)), Reading.of(upgraded(CORRECTED, READS_OTHERWISE, headline="Harbor")))
    assert (before.order.article.headline, before.order.capture) == ("Harbor", "capture-0")


def test_an_older_parser_makes_no_news_either_and_takes_back_no_better_reading():
    """Two ages of workers stand side by side for a while."""
    better = order(READS_OTHERWISE, parser="2")
    assert decided(better, upgraded(A, A, parser="1")) == Unchanged()
    assert decided(better, upgraded(B, A, parser="1")) == Updated(("body",))
    assert refreshed(known(better), Reading.of(upgraded(B, A, parser="1"))) is None


def test_another_layout_of_one_parser_is_a_change_of_the_reader_too():
    assert decided(order(A), upgraded(READS_OTHERWISE, READS_OTHERWISE, parser="1")) == Refreshed(("body",))


def test_what_was_read_again_counts_only_for_the_capture_that_the_article_stands_on():
    """Another capture became the article's meanwhile: it is compared as ever."""
    assert decided(order(A, minute=1), upgraded(B, B, minute=2)) == Updated(("body",))


ORDERS = (order(A), order(B, minute=1), order(A, minute=2), order(B, minute=2, parser="2"))


@pytest.mark.parametrize("arrival", list(permutations(ORDERS)))
def test_whatever_the_order_of_arrival_the_latest_capture_read_by_the_newest_parser_wins(arrival):
    """The current wording is the same after every order in which the same four orders may come."""
    current = arrival[0]
    for following in arrival[1:]:
        if not isinstance(decided(current, following), Late):
            current = following
    assert current == ORDERS[-1]
