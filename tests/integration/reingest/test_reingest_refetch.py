"""A refetch asks the newsroom: conditionally or not, dry or for good."""

import pytest

from tests.support.fetching import watches
from tests.support.reingested import asked, done, kept, order, rows, scalar, settle

pytestmark = pytest.mark.integration

STORY = "storm-response"


@pytest.fixture
def watched(operator, fetcher, newsroom):
    """The newsroom's one story is an article, and every worker is this process."""
    newsroom.publishes(STORY)
    watches(newsroom)
    settle()
    assert scalar("SELECT count(*) FROM articles") == 1
    return newsroom


def answers(newsroom, since):
    """How the story was answered since then."""
    path = newsroom.address(STORY).removeprefix(newsroom.url)
    return [request.status for request in newsroom.requests[since:] if request.path == path]


def test_a_page_is_asked_for_conditionally_unless_the_order_is_forced(operator, watched):
    """Where "not modified" is not believed, the whole page is asked for; the same bytes are still unchanged."""
    for forced, status in ((False, 304), (True, 200)):
        asked_before = len(watched.requests)
        text = done(operator, order(operator, mode="refetch", forced=forced))
        assert (answers(watched, asked_before), text["outcomes"]["unchanged"]) == ([status], 1)


def test_what_a_dry_refetch_saw_is_promoted_without_asking_again(operator, watched):
    """It is told as an update, because it is news; the newsroom is left alone."""
    watched.corrects(STORY)
    before = kept()
    place = order(operator, mode="refetch", dry_run=True)
    done(operator, place)
    report = operator.get(f"{place}/report").json()
    assert (report["outcomes"], report["announced"], kept() == before) == ({"updated": 1}, 1, True)
    asked_before = len(watched.requests)
    asked(operator, f"{place}/promote")
    settle()
    assert answers(watched, asked_before) == []
    assert rows("SELECT cause FROM revisions ORDER BY number") == [("backlog",), ("refetch",)]
    assert rows("SELECT announced FROM events WHERE cause = 'refetch'") in ([(1,)], [(True,)])


def test_a_dry_refetch_of_a_page_that_is_not_modified_names_the_layout_it_was_read_by(operator, watched):
    """As a reparse of the same page does; and there is nothing to promote."""
    found = {}
    for mode in ("reparse", "refetch"):
        place = order(operator, mode=mode, dry_run=True)
        done(operator, place)
        report = operator.get(f"{place}/report").json()
        found[mode] = report["layouts"], report["promotion"]["open"]
    assert found["reparse"] == found["refetch"] == ({"afpims": {"unchanged": 1}}, 0)


def test_a_dry_refetch_is_stale_once_a_visit_has_seen_the_page_change(operator, watched):
    """News overtakes a preview, and is not written over."""
    watched.corrects(STORY)
    place = order(operator, mode="refetch", dry_run=True)
    done(operator, place)
    done(operator, order(operator, mode="refetch"))
    before = kept()
    asked(operator, f"{place}/promote")
    settle()
    assert operator.get(f"{place}/report").json()["promotion"]["stale"] == 1
    assert kept() == before
