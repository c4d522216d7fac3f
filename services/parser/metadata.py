"""The article's own facts, each from its best source first: machines were promised some, readers see the rest."""

import re
from collections.abc import Sequence

from services.contracts.article import Link
from services.contracts.urls import numbered_key
from services.parser.address import address_host, article_number
from services.parser.characters import fold, squeeze
from services.parser.lexicon import either, lexicon
from services.parser.lines import Line
from services.parser.page import Page

_DOCUMENT = re.compile(r"\.(?:pdf|docx?|xlsx?|pptx?|zip|mp3|mp4)(?:$|[?#])", re.IGNORECASE)
_SMALL_WORDS = lexicon("languages")["small-words"]
_SPANISH = re.compile(rf"\b(?:{either(_SMALL_WORDS['es'])})\b")
_ENGLISH = re.compile(rf"\b(?:{either(_SMALL_WORDS['en'])})\b")


def canonical(page: Page) -> str | None:
    """The address under which the page wants to be known."""
    return page.absolute(page.canonical) if page.canonical else None


def article_key(page: Page) -> str | None:
    """The family and number under which AFPIMS keeps the article, as the page itself gives them.

    None without a host: a number alone is no identity, because each family counts for itself.
    """
    addresses = (page.meta("og:url"), page.canonical, page.url or "", page.action)  # the surest first
    home = next(filter(None, map(address_host, addresses)), None)
    for address in addresses:
        number, host = article_number(address), address_host(address) or home
        if number is not None:
            return numbered_key(host, number) if host else None
    return None


def language(page: Page, lines: Sequence[Line]) -> str:
    """The language the words are in; the page's own claim is asked when the words do not tell."""
    text = " ".join(line.key for line in lines if line.kept)[:4_000]
    spanish, english = len(_SPANISH.findall(text)), len(_ENGLISH.findall(text))
    if max(spanish, english) >= 5 and spanish != english:
        return "es" if spanish > english else "en"
    return fold(page.lang)[:2] or "en"


def tags(page: Page, lines: Sequence[Line]) -> tuple[str, ...]:
    """The words the publisher filed it under, in order, each once."""
    filed = (link for line in lines if line.zone == "tags" for link in line.links)
    entries = [link.text for link in filed if "/tag" in (page.absolute(link.url) or "").casefold()]
    return tuple(dict.fromkeys(entries))


def links(page: Page, lines: Sequence[Line]) -> tuple[tuple[Link, ...], tuple[Link, ...]]:
    """The links of the body and, apart from them, the documents it hands out; each address once."""
    results = ((link.text, page.absolute(link.url)) for line in lines if line.kept for link in line.links)
    fields = {url: Link(text=text, url=url) for text, url in results if url}
    documents = tuple(link for link in fields.values() if _DOCUMENT.search(link.url))
    return tuple(link for link in fields.values() if not _DOCUMENT.search(link.url)), documents


def dek(lines: Sequence[Line]) -> str | None:
    """The summary under the headline, where the layout has a place for one."""
    result = squeeze(
        " ".join(line.text for line in lines if line.rule in {"dek", "story-line"} and len(line.text) > len("Por:"))
    )
    return result or None
