"""Something else stands where an article was: what is read again is the last capture that gave the article."""

import pytest

from tests.support.reingested import (
    arrives,
    as_an_older_parser_read,
    asked,
    done,
    order,
    publish,
    rows,
    scalar,
    settle,
    sound,
)

pytestmark = pytest.mark.integration

SHELL = "<!DOCTYPE html><html><head><title>Harbor</title></head><body><p>Loading the latest news…</p></body></html>"
SET_ASIDE = "SELECT count(*) FROM ledger WHERE dead_lettered_at IS NOT NULL"


@pytest.fixture
def walled(operator):
    """An article that an older parser read, and then a page without one as the newest capture."""
    publish(1)
    arrives(1, SHELL)
    settle()
    as_an_older_parser_read(1)
    return operator


def what_is_there():
    return rows(
        "SELECT headline, capture, read_capture, rejected_reason "
        "FROM articles JOIN verdicts ON articles.page = verdicts.page"
    )


@pytest.mark.parametrize("previewed", [False, True])
def test_a_wall_in_its_place_keeps_no_article_from_being_read_again(walled, previewed):
    """Article, then a wall as the newest capture, then a reparse: mended, nothing retired, nothing dead-lettered."""
    ((_, own, readable, rejected),) = what_is_there()
    assert (readable, rejected is not None) == (own, True)
    place = order(walled, dry_run=previewed)
    answer = done(walled, place)
    if previewed:
        assert what_is_there() == [("SHARE Harbor 1 Reopens", own, own, rejected)]
        asked(walled, f"{place}/promote")
        settle()
    assert {name: number for name, number in answer["outcomes"].items() if number} == {"updated": 1}
    assert what_is_there() == [("Harbor 1 Reopens", own, own, rejected)]
    assert (scalar(SET_ASIDE), sound()) == (0, [])


def test_what_is_explained_is_the_capture_that_gave_the_words(walled):
    """History and Explain of the desk ask for a wording's own capture, never for the page's newest."""
    (article,) = walled.get("/articles").json()["articles"]
    (revision,) = walled.get(f"/articles/{article['id']}/revisions").json()["revisions"]
    explained = walled.get(f"/captures/{revision['capture']}/explanation").json()
    assert explained["reading"]["headline"] == "Harbor 1 Reopens"
