"""Sitemaps as they are: XML, nested or not, indexes, lists of addresses as plain text, and feeds."""

import re
from collections.abc import Iterator
from datetime import UTC

from lxml import etree

from services.contracts.times import shown_time
from services.fetcher.discover.encoding import decoded
from services.fetcher.discover.feeds import read_feed
from services.fetcher.discover.found import (
    MAX_LISTED,
    MAX_MENTIONS,
    Discovered,
    Listed,
    Unreadable,
    each_once,
    nameless,
)
from services.fetcher.discover.slips import meant_address
from services.fetcher.discover.xml import attribute, child, name, read_xml, text_of

_ROOTS = frozenset({"urlset", "sitemapindex"})
_ADDRESS = re.compile(r"https?://\S{1,2000}", re.IGNORECASE)
_LINE = re.compile(
    r"(https?://[^\t\"'<>]{1,2000}?)(?:[\"']?\s{0,9}[,;\t ]\s{0,9}[\"']?\d{4}-\d\d.{0,99})?(?:\t.{0,999})?",
    re.IGNORECASE,
)
"""An address, and what some write beside it: when it changed, or more columns."""
_PART = re.compile(r"sitemap[^/?]{0,200}\.xml(?:\.gz)?$|\.xml\.gz$", re.IGNORECASE)
_SORTABLE = re.compile(r"\d{4}(?:-\d\d|$)")
FIRST_LINES = 20
"""Lines of a text by which it is known whether it is one of addresses; half of them at least are."""


def read_sitemap(body: bytes, url: str, charset: str | None = None) -> Discovered | Unreadable:
    """The addresses of a sitemap, newest first where it says so; the parts of an index likewise."""
    if lines := _lines(body):
        return each_once(_newest_first([Listed(line) for line in lines]), url)
    tree = read_xml(body, "sitemap", charset)
    if isinstance(tree, Unreadable):
        return tree
    mentions, parts = list(_mentions(tree.root, "url")), list(_mentions(tree.root, "sitemap"))
    parts += [mention for mention in mentions if _PART.search(mention.url)]
    pages = [mention for mention in mentions if not _PART.search(mention.url)]
    if name(tree.root) not in _ROOTS and not pages and not parts:
        return _as_feed(body, url, charset, name(tree.root))
    every = [*pages, *parts]
    note = tree.note or nameless(len(every), sum(1 for mention in every if mention.url))
    result = each_once(_newest_first(pages), url, note)
    further = each_once(_newest_first(parts), url, result.note)
    changed = {part.url: part.updated for part in further.listed if part.updated}
    return Discovered(result.listed, tuple(part.url for part in further.listed), further.note, changed)


def _as_feed(body: bytes, url: str, charset: str | None, root: str) -> Discovered | Unreadable:
    """The protocol takes feeds for sitemaps, too."""
    feed = read_feed(body, url, charset)
    wrong = Unreadable(f"This is XML, but <{root[:40]}> is no sitemap; check the address.")
    return wrong if isinstance(feed, Unreadable) else feed


def _lines(body: bytes) -> list[str] | None:
    """The lines of a text, if the first of them are addresses."""
    beginning = [line for line in _stripped(decoded(body[:2_000])) if not line.startswith("#")][:FIRST_LINES]
    if 2 * sum(1 for line in beginning if _LINE.fullmatch(line)) < max(len(beginning), 1):
        return None
    found = (_LINE.fullmatch(line) for line in _stripped(decoded(body)))
    return [line[1].strip() for line in found if line][: MAX_MENTIONS + 1]


def _stripped(text: str) -> list[str]:
    lines = (line.strip(" \t\"'") for line in text.lstrip("\ufeff").splitlines())
    return [line for line in lines if line]


def _mentions(root: etree._Element, element: str) -> Iterator[Listed]:
    """What each element of this name tells, wherever it stands: a urlset may be in another. Nameless ones are ''."""
    for entry in root.iter(etree.Element):
        if name(entry) == element and (len(entry) or entry.text):
            news = next((below for below in entry if name(below) == "news"), entry)
            address = child(entry, "loc", "link") or attribute(entry, "href", "loc") or _own_text(entry)
            yield Listed(
                meant_address(address),
                child(news, "title"),
                child(news, "publication_date"),
                child(entry, "lastmod", "modified"),
            )


def _own_text(entry: etree._Element) -> str:
    text = "" if len(entry) else text_of(entry)
    return text if _ADDRESS.fullmatch(text) else ""


def _newest_first(listed: list[Listed]) -> list[Listed]:
    """Where no time is given, the order of the document decides; what is new may stand at its end as well."""
    named = [member for member in listed if member.url]
    times = [_sortable(member.updated or member.published or "") for member in named]
    if len(named) > MAX_LISTED and not any(times):
        half = MAX_LISTED // 2
        return [*named[:half], *named[-half:], *named[half:-half]]
    order = sorted(range(len(named)), key=lambda at: times[at], reverse=True)
    return [named[at] for at in order]


def _sortable(time: str) -> str:
    """ISO 8601 sorts as text, and what is written otherwise is written so."""
    if not time or _SORTABLE.match(time):
        return time
    shown = shown_time(time)
    return (shown.at.astimezone(UTC) if shown.at else shown.day).isoformat() if shown else ""
