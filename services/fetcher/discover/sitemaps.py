"""Sitemaps as they are: XML, nested or not, indexes, lists of addresses as plain text, and feeds."""

import re
from collections.abc import Iterator

from lxml import etree

from services.fetcher.discover.encoding import decoded
from services.fetcher.discover.feeds import read_feed
from services.fetcher.discover.found import MAX_MENTIONS, Discovered, Listed, Unreadable, each_once
from services.fetcher.discover.xml import attribute, child, name, read_xml, text_of

_ROOTS = frozenset({"urlset", "sitemapindex"})
_ADDRESS = re.compile(r"https?://\S{1,2000}")


def read_sitemap(body: bytes, url: str, charset: str | None = None) -> Discovered | Unreadable:
    """The addresses of a sitemap, newest first where it says so; the parts of an index likewise."""
    if lines := _lines(body):
        return each_once(map(Listed, lines), url)
    tree = read_xml(body, "sitemap", charset)
    if isinstance(tree, Unreadable):
        return tree
    pages, parts = list(_mentions(tree.root, "url")), list(_mentions(tree.root, "sitemap"))
    if name(tree.root) not in _ROOTS and not pages and not parts:
        return _as_feed(body, url, charset, name(tree.root))
    note = tree.note or _nameless([*pages, *parts])
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
    text = decoded(body[:2_000]).lstrip("\ufeff \t\r\n")
    if not _ADDRESS.match(text):
        return None
    lines = (line.strip() for line in decoded(body).lstrip("\ufeff").splitlines())
    return [line for line in lines if _ADDRESS.fullmatch(line)][: MAX_MENTIONS + 1]


def _mentions(root: etree._Element, element: str) -> Iterator[Listed]:
    """What each element of this name tells, wherever it stands: a urlset may be in another. Nameless ones are ''."""
    for entry in root.iter(etree.Element):
        if name(entry) == element and (len(entry) or entry.text):
            news = next((below for below in entry if name(below) == "news"), entry)
            address = child(entry, "loc", "link") or attribute(entry, "href", "loc") or _own_text(entry)
            yield Listed(
                address, child(news, "title"), child(news, "publication_date"), child(entry, "lastmod", "modified")
            )


def _own_text(entry: etree._Element) -> str:
    text = "" if len(entry) else text_of(entry)
    return text if _ADDRESS.fullmatch(text) else ""


def _nameless(mentions: list[Listed]) -> str | None:
    number = sum(1 for mention in mentions if not mention.url)
    return f"{number:,} of its {len(mentions):,} entries name no address." if number else None


def _newest_first(listed: list[Listed]) -> list[Listed]:
    # ISO 8601 sorts as text; the order of the document decides where no time is given.
    results = (member for member in listed if member.url)
    return sorted(results, key=lambda entry: entry.updated or entry.published or "", reverse=True)
