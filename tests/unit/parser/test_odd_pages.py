"""Short and odd articles are read, and pages in many languages that lead elsewhere, ask or apologize are none."""

import pytest

from services.contracts.article import Article, Rejected
from services.parser.characters import fold
from services.parser.extract import extract
from tests.support.odd_pages import ARTICLES, NO_ARTICLES


@pytest.mark.parametrize("name", NO_ARTICLES)
def test_what_leads_elsewhere_asks_or_apologizes_is_no_article_in_any_language(name):
    url, markup = NO_ARTICLES[name]
    reading = extract(markup.encode(), url=url)
    assert isinstance(reading, Rejected) or reading.kind == "reference"


@pytest.mark.parametrize("name", ARTICLES)
def test_an_article_may_be_short_or_odd(name):
    """A notice of one sentence, a poem, a recipe, an answer in a forum; its headline is the page's own."""
    url, markup = ARTICLES[name]
    reading = extract(markup.encode(), url=url)
    assert isinstance(reading, Article)
    assert reading.kind != "reference"
    assert fold(reading.headline) in fold(markup)
    assert reading.body


def test_title_name_and_day_that_open_a_preformatted_text_are_no_part_of_it():
    url, markup = ARTICLES["pre-text"]
    article = extract(markup.encode(), url=url)
    assert (article.headline, str(article.published_at)) == ("STATEMENT ON THE FERRY", "1998-03-05")
    assert article.body[0].text.startswith("The ferry office regrets")


def test_without_a_title_the_bold_line_over_the_text_is_the_headline():
    url, markup = ARTICLES["no-title"]
    assert extract(markup.encode(), url=url).headline == "River Crossing Opens"
