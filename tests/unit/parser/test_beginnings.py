"""A dump longer than any article may be is read at its beginning, and says so."""

import pytest

from services.contracts.article import Article
from services.parser.dumps.beginning import MOST, MOST_LINES, beginning
from services.parser.extract import extract

pytestmark = pytest.mark.slow

LINE = "The harbor board voted on Monday to rebuild the north pier, which the storm had broken in two places.\n\n"
HEAD = "Harbor Board Votes to Rebuild Pier\nMarch 3, 2014\n\n"


@pytest.mark.parametrize("dump", [HEAD + LINE * 1_000, "word " * (MOST // 5), "a\n" * (MOST_LINES - 1)])
def test_a_dump_within_the_bounds_is_read_whole(dump):
    assert beginning(dump) is dump


def test_a_longer_dump_ends_with_a_whole_line():
    start = beginning(LINE * (MOST // len(LINE) + 9))
    assert MOST - len(LINE) <= len(start) <= MOST
    assert start.endswith((".\n", ".\n\n"))


def test_one_endless_line_is_cut_within_it():
    assert beginning("Harbor\n" + "word " * MOST) == ("Harbor\n" + "word " * MOST)[:MOST]


def test_a_dump_of_many_short_lines_is_cut_by_their_number():
    assert beginning("a\n" * (MOST_LINES + 5)).splitlines() == ["a"] * MOST_LINES


@pytest.mark.parametrize("text", [LINE, LINE.replace("\n\n", " ")])
def test_an_article_of_the_beginning_says_that_it_is_not_all(text):
    reading = extract((HEAD + text * (3 * MOST // len(text))).encode(), content_type="text/plain")
    assert isinstance(reading, Article)
    assert reading.truncated
    assert reading.headline == "Harbor Board Votes to Rebuild Pier"


def test_an_article_that_fits_says_nothing_even_where_much_was_around_it():
    assert not extract((HEAD + LINE * 9).encode(), content_type="text/plain").truncated
