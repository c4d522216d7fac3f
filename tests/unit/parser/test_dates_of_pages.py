"""Dates of pages in the habits of the wide web: blogs, publishing systems, newspapers and agencies of many languages.

`tests/pages/dates` holds the pages, several to a file. A comment opens each: its name, its address, and the days on
which it was published and updated; "-" is no date, and a page that does not say when it was updated is not asked.
"""

import re
import tomllib
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest

from services.contracts.article import Article
from services.parser.extract import extract

FOLDER = Path(__file__).parents[2] / "pages" / "dates"
TEXT = tomllib.loads((FOLDER / "text.toml").read_text(encoding="utf-8"))
CAPTURED = datetime(2020, 6, 1, tzinfo=UTC)


@dataclass(frozen=True)
class DatedPage:
    """One page, and what a reader says of its dates."""

    name: str
    url: str
    published: str
    updated: str | None
    markup: bytes


def pages():
    for file in sorted(FOLDER.glob("*.html")):
        _, *parts = re.split(r"^<!-- page: (.*) -->\n", file.read_text(encoding="utf-8"), flags=re.MULTILINE)
        for head, markup in zip(parts[::2], parts[1::2], strict=True):
            name, url, published, *updated = map(str.strip, head.split("|"))
            filled = re.sub(r"\{\{(\w+)\}\}", lambda found: TEXT[found[1]], markup)
            yield DatedPage(f"{file.stem}: {name}", url, published, updated[0] if updated else None, filled.encode())


PAGES = list(pages())


def test_there_are_pages_of_every_kind():
    """A file that is read wrongly would leave nothing to test."""
    assert len(PAGES) >= 380
    assert len({page.name for page in PAGES}) == len(PAGES)
    assert sum(page.published == "-" for page in PAGES) >= 50


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_the_day_of_publication_is_found_and_none_is_guessed(page):
    """To the day; the update apart from it, in any order and wording."""
    article = extract(page.markup, url=page.url, now=CAPTURED)
    assert isinstance(article, Article)
    assert day(article.published_at) == page.published
    if page.updated:
        assert day(article.updated_at) == page.updated


def day(moment):
    return str(moment)[:10] if moment else "-"
