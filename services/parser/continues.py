"""Where an article goes on that a site has cut into pages."""

import re
from collections.abc import Iterator
from itertools import islice
from typing import Final
from urllib.parse import parse_qsl, urlsplit

from lxml import etree

from services.parser.characters import fold, squeeze
from services.parser.lexicon import either, lexicon
from services.parser.page import Page

MOST: Final = 200  # links that may lead on; a page with more is no article
ABOVE: Final = 6  # elements around a link that may say that it belongs to comments
LABEL: Final = 40  # characters of a link that leads on
_SIGN: Final = re.compile(r"rel=[\"']?[^\"'>]{0,20}\bnext|[?&;/_-](?:page|p|pg|seite)?[=/_-]?[2-9]\b", re.IGNORECASE)
_NUMBER: Final = re.compile(r"[/_-]?(?:page|p|pg|seite)?[/_-]?(?P<number>\d{1,2})(?:\.\w{2,5})?/?$")
_ENDING: Final = re.compile(r"(?:\.\w{2,5}|/)$")
_PAGES: Final = frozenset({"page", "p", "pg", "pagenum", "pagina", "seite", "paged", "start_page"})
_LABEL: Final = re.compile(rf"(?:{either(lexicon('rejection')['pages'])}|\d{{1,2}}|.{{0,12}}\bcontinue\w*\b.{{0,20}})")
_TALK: Final = re.compile(r"comment|respon|disqus", re.IGNORECASE)


def continues_at(page: Page, markup: str) -> str | None:
    """The address of the article's next page; None where this is the last or only one.

    The address must be the page's own with the next number, so that "next" is never another article.
    """
    if page.root is None or not _SIGN.search(markup):
        return None
    own = _numbered(page.url or page.canonical)
    if own is None or not (name := _name(own[1])):
        return None
    return next((address for address in _addresses(page, name) if _follows(own, _numbered(address))), None)


def _name(path: str) -> str:
    """What the last part of a path is called, on each page of an article."""
    ending = _ENDING.sub("", path)
    stem, number = _stem(ending)
    return (stem if number is not None and stem.strip("/") else ending).rstrip("/_-").rpartition("/")[2]


def _addresses(page: Page, name: str) -> Iterator[str]:
    for link in islice((link for link in _named(page, name) if _leads_on(link)), MOST):
        if address := page.absolute(link.get("href") or ""):
            yield address


def _named(page: Page, name: str) -> Iterator[etree._Element]:
    """The links that say "next", or go on from the page's own name."""
    for link in page.root.iter("a", "link") if page.root is not None else ():
        address = link.get("href")
        if address and (name in address or address.startswith("?") or "next" in (link.get("rel") or "").lower()):
            yield link


def _leads_on(link: etree._Element) -> bool:
    if "next" in (link.get("rel") or "").lower().split():
        return not _is_talk(link)
    if link.tag != "a" or not any(map(str.isdigit, link.get("href") or "")):
        return False
    label = fold(squeeze("".join(islice(link.itertext(), 4))))
    return len(label) <= LABEL and _LABEL.fullmatch(label) is not None and not _is_talk(link)


def _is_talk(link: etree._Element) -> bool:
    around = islice(link.iterancestors(), ABOVE)
    return any(_TALK.search(f"{entry.get('class') or ''} {entry.get('id') or ''}") for entry in around)


_Numbered = tuple[str, str, tuple[tuple[str, str], ...], int | None]


def _numbered(address: str | None) -> _Numbered | None:
    """Host, path and query of an address, without the number of its page, and that number."""
    try:
        parts = urlsplit(address or "")
        host = (parts.hostname or "").removeprefix("www.")
    except ValueError:
        return None
    query = dict(parse_qsl(parts.query, keep_blank_values=True, max_num_fields=50)) if parts.query else {}
    request = next((name for name in query if name.lower() in _PAGES), None)
    number = query.pop(request) if request else ""
    return host, parts.path, tuple(sorted(query.items())), int(number) if number.isdecimal() else None


def _follows(own: _Numbered, other: _Numbered | None) -> bool:
    """Whether the other address is the next page of our own."""
    if other is None or own[0] != other[0] or own[2] != other[2]:
        return False
    if own[1] == other[1]:
        first = own[3] if own[3] is not None else 1
        return other[3] == first + 1
    if own[3] is not None or other[3] is not None:
        return False
    stem, number = _stem(own[1])
    for base, here in ((_ENDING.sub("", own[1]), 1), (stem, number)):
        if base and here and other[1].startswith(base):
            match = _NUMBER.fullmatch(other[1][len(base) :])
            return match is not None and int(match["number"]) == here + 1
    return False


def _stem(path: str) -> tuple[str, int | None]:
    match = _NUMBER.search(path)
    return (path[: match.start()], int(match["number"])) if match else (path, None)
