"""Pages in the manner of blogs, forums, shops, ministries and newspapers give all of their text and nothing else."""

import re

import pytest

from services.contracts.article import Article
from services.parser.extract import extract
from tests.support.system_pages import PAGES


def reading(name):
    url, language, inner, _, _ = PAGES[name]
    match = re.search(r"<h[12][^>]*(?:title|entry)[^>]*>([^<]+)|<h1[^>]*>([^<]+)|<h[23][^>]*>([^<]+)", inner)
    title = (match[1] or match[2] or match[3]) if match else "Die Brücke ist offen"
    markup = (
        f'<html lang="{language}"><head><meta charset="utf-8"><title>{title}</title></head><body>{inner}</body></html>'
    )
    return extract(markup.encode(), url=url)


@pytest.mark.parametrize("name", PAGES)
def test_a_page_of_a_publishing_system_gives_its_text_and_nothing_else(name):
    """Short last sentences, too; no menus, dates, comments, labels, other stories, notes on the author."""
    *_, own, others = PAGES[name]
    article = reading(name)
    assert isinstance(article, Article)
    body = "\n".join(block.text for block in article.body)
    assert [piece for piece in own if piece not in body] == []
    assert [piece for piece in others if piece in body] == []
