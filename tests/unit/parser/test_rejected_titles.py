"""An error page is told by a title that says so, and by nothing less."""

import pytest

from services.contracts.article import Article, Rejected
from services.parser.extract import extract
from tests.support.titles import ERRORS, HEADLINES

PAGE = """<!DOCTYPE html><html lang="en"><head><title>{0} | Example Base</title></head><body><article><h1>{0}</h1>
<p>The bridge reopened at dawn on Monday, two days after the storm, and the first trucks crossed it at noon.</p>
<p>Engineers had worked through the night, the commander said, and marked the edges of the river anew.</p>
</article></body></html>"""


@pytest.mark.parametrize("title", ERRORS)
def test_a_page_that_calls_itself_missing_is_no_article(title):
    reading = extract(PAGE.format(title).encode())
    assert isinstance(reading, Rejected)
    assert reading.reason == "not_an_article"


@pytest.mark.parametrize("headline", HEADLINES)
def test_a_headline_that_begins_like_an_error_is_a_headline(headline):
    reading = extract(PAGE.format(headline).encode())
    assert isinstance(reading, Article)
    assert reading.headline == headline
