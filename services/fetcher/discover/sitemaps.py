"""Sitemaps and sitemap indexes, plain or gzip'd."""

from collections.abc import Iterator

from lxml import etree

from services.fetcher.discover.found import Found, Listed, Unreadable, each_once
from services.fetcher.discover.xml import child, name, read_xml
from services.runtime.egress import EgressError
from services.runtime.egress.body import read_body

MAX_DECODED = 20_000_000
_GZIP = b"\x1f\x8b"


def read_sitemap(body: bytes, url: str) -> Found | Unreadable:
    """The addresses of a sitemap, newest first where it says so; the parts of an index likewise."""
    try:
        plain = read_body([body], "gzip", wire=len(body), decoded=MAX_DECODED) if body.startswith(_GZIP) else body
    except EgressError as error:
        return Unreadable(f"The sitemap cannot be unpacked: {error}")
    tree = read_xml(plain, "sitemap")
    if isinstance(tree, Unreadable):
        return tree
    match name(tree.root):
        case "urlset":
            return each_once(_newest_first(_listed(tree.root, "url")), url, tree.note)
        case "sitemapindex":
            parts = each_once(_newest_first(_listed(tree.root, "sitemap")), url, tree.note)
            return Found((), parts=tuple(part.url for part in parts.listed), note=parts.note)
        case other:
            return Unreadable(f"This is XML, but <{other[:40]}> is no sitemap; check the address.")


def _listed(root: etree._Element, element: str) -> Iterator[Listed]:
    for entry in root:
        if name(entry) == element and (link := child(entry, "loc")):
            news = next((below for below in entry if name(below) == "news"), entry)
            yield Listed(link, child(news, "title"), child(news, "publication_date"), child(entry, "lastmod"))


def _newest_first(listed: Iterator[Listed]) -> list[Listed]:
    # ISO 8601 sorts as text; the order of the document decides where no time is given.
    return sorted(listed, key=lambda one: one.updated or one.published or "", reverse=True)
