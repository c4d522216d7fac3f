"""Dates of publication in the state that scripts draw a page from."""

import re
from collections.abc import Iterator
from itertools import islice

from lxml import etree

from services.parser.page import Page

MOST = 20  # of one page; with several days they are those of a list
_SCRIPTS = etree.XPath("//script[not(@src)]/text()")
_PROMISE = re.compile(
    r"(?<![a-z_])(?:page|article|post|story|content|news|first)?_?(?:date_?(?:published|posted)|published_?(?:at|on|date|time)"
    r"|publish_?(?:date|time)|publication_?date|pub_?date|first_?published(?:_?at|_?date)?|article_?date|display_?date)"
    r"(?:\\?[\"'])?\s{0,9}[:=]\s{0,9}(?:\\?[\"'](?=[12]\d{3}[-/]?\d\d[-/]?\d\d)|(?=1\d{9}(?:\d{3})?\b))"
    r"(?P<date>[^\"'\\,;}\]]{8,40})",
    re.IGNORECASE,
)


def promised_in_scripts(page: Page) -> Iterator[str]:
    """Each, as it is written there."""
    scripts = _SCRIPTS(page.root) if page.root is not None else ()
    return islice((result["date"] for script in scripts for result in _PROMISE.finditer(script)), MOST)
