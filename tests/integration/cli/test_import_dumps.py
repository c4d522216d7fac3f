"""Dumps that people import: a page of another kind under an article's address is never its new wording."""

from datetime import timedelta

import pytest
from sqlalchemy import text

from services.fetcher.importing import import_file
from services.runtime.database import reading, utcnow
from services.store.search import ArticleQuery, find_articles
from tests.support.harbor import drain

pytestmark = pytest.mark.integration

URL = "https://www.defense.gov/News/Releases/Release/Article/9990030/second-landing-opens-early/"
TRUE = """An official website of the United States Government
Here's how you know

Immediate Release

Second Landing Opens Early

March 4, 2019

The harbor office opened the second landing on Monday, two months before its pilots had hoped for it.

Nine boats a day will stop there until the autumn, when the old landing is to be taken down and sold.
"""
LINK_CHECK = f"""Sorry, we were unable to verify the authenticity of this link.

If you would like to proceed anyway, click the link below.

{URL}?source=GovDelivery
"""
INVALID = """News

Invalid article id.
"""
LISTING = """News Archive

March 4, 2019

Second Landing Opens Early

The harbor office opened the second landing on Monday, two months before its pilots had hoped for it.

March 3, 2019

Old Landing Is for Sale

Nine boats a day will stop there until the autumn, when the old landing is to be taken down and sold.

March 1, 2019

Two Pilots Are Honored

Two pilots of the northern channel were honored on Tuesday for the forty years in which they lost no ship.
"""
SUBTITLES = (
    "1 00:00:02,609 --> 00:00:04,609 Good afternoon . 2 00:00:04,609 --> 00:00:06,831 We have a"
    " 3 00:00:06,831 --> 00:00:08,831 landing .\n"
)


def arrives(words, url=URL, minutes=0):
    import_file("page.txt", words.encode(), url, utcnow(), utcnow() - timedelta(hours=1) + timedelta(minutes=minutes))
    drain()


def articles():
    with reading() as session:
        return find_articles(session, ArticleQuery(), 100, None)


def wordings():
    with reading() as session:
        return session.execute(text("SELECT count(*) FROM revisions")).scalar_one()


@pytest.mark.parametrize("other", [LINK_CHECK, INVALID, LISTING, SUBTITLES], ids=["link", "id", "listing", "subtitles"])
def test_a_page_of_another_kind_is_no_new_wording(migrated, other):
    """A mail system's link check stood as the second wording of a release."""
    arrives(TRUE)
    arrives(other, minutes=5)
    (article,) = articles()
    assert (article.headline, wordings()) == ("Second Landing Opens Early", 1)


@pytest.mark.parametrize("other", [LINK_CHECK, INVALID, LISTING, SUBTITLES], ids=["link", "id", "listing", "subtitles"])
def test_the_article_is_read_when_it_comes_after_such_a_page(migrated, other):
    arrives(other)
    assert not articles()
    arrives(TRUE, minutes=5)
    (article,) = articles()
    assert (article.headline, article.url) == ("Second Landing Opens Early", URL)


@pytest.mark.parametrize(
    "url",
    [
        f"https://links-2.govdelivery.com/CL0/{URL.replace('//www', '%2F%2Fwww')}/1/0101-000000/AAAA=396",
        f"https://links.govdelivery.com/track?type=click&enid=ABC&&&101&&&{URL}?source=GovDelivery",
        f"https://web.archive.org/web/20200101000000/{URL}",
        URL.replace("second-landing", "source/GovDelivery/second-landing"),
        "https://www.war.gov/News/Releases/Release/Article/9990030/",
    ],
    ids=["encoded", "tracked", "archived", "source", "moved"],
)
def test_an_address_behind_another_is_the_articles_own(migrated, url):
    """The copy under a tracking link or an archive's address was an article beside the true one."""
    arrives(TRUE)
    arrives(TRUE.replace("two months", "three months"), url, minutes=5)
    (article,) = articles()
    assert (article.url.count("/Article/9990030/"), wordings()) == (1, 2)
