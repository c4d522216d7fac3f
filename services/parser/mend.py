"""Flattens a page that is nested too deeply for lxml, so that it is read whole."""

import re

from bs4 import BeautifulSoup

MAX_MARKUP = 1_000_000
# What old editors opened again and again and never closed; each of them is one more level, and none of them is text.
FORMATTING = ("a", "b", "big", "center", "em", "font", "i", "ins", "s", "small", "span", "strike", "strong", "u")
_DECLARATION = re.compile(r"^\s*<\?xml[^>]*>")


def mend(markup: str) -> str:
    """The same page without formatting; a page too large to try is given back as it is.

    lxml drops every word below 255 levels. BeautifulSoup over Python's own tokenizer has no such limit.
    """
    if len(markup) > MAX_MARKUP:
        return markup
    soup = BeautifulSoup(_DECLARATION.sub("", markup), "html.parser")
    for tag in soup.find_all(FORMATTING):
        tag.hidden = True
    return str(soup)
