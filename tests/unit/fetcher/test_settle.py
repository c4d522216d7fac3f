"""What a page's row remembers of the captures that gave its article."""

from datetime import UTC, datetime, timedelta

import pytest

from services.contracts.messages import Kept, PageStored
from services.fetcher.models import Page
from services.fetcher.visit import settle

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
FIRST = Kept(capture="first", fetched_at=NOW - timedelta(hours=2))
SECOND = Kept(capture="second", fetched_at=NOW - timedelta(hours=1))


def page(**known):
    made = {"id": 1, "key": "k", "source": "war", "article_id": "art_a", "discovered_at": NOW, "rejected": "stub"}
    return Page(**made | {"capture": "second", "fetched_at": SECOND.fetched_at} | known)


def told(one, *captures):
    for capture in captures:
        settle(one, PageStored(page=1, article="art_b", readable=capture), NOW)
    return one


@pytest.mark.parametrize("order", [(FIRST, SECOND), (SECOND, FIRST), (SECOND, FIRST, SECOND)])
def test_the_last_readable_capture_is_the_last_one_in_whichever_order_news_arrives(order):
    one = told(page(), *order)
    assert (one.readable, one.readable_at, one.rejected) == ("second", SECOND.fetched_at, None)


def test_news_of_an_earlier_capture_takes_no_verdict_off_the_newest():
    """The page gave an article once, and shows a wall now: both are true."""
    one = told(page(), FIRST)
    assert (one.readable, one.rejected, one.article_id, one.stored_at) == ("first", "stub", "art_b", NOW)


def test_news_that_names_no_capture_is_about_the_newest():
    """An older service says it so."""
    one = told(page(readable="first", readable_at=FIRST.fetched_at), None)
    assert (one.readable, one.rejected, one.stored_at) == ("first", None, NOW)
