"""Listing pages: plain anchors, and the cards of AFPIMS sites, which carry address, title and date as attributes."""

import re
from collections.abc import Iterator
from itertools import islice
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from lxml import etree, html

from services.contracts.urls import BadAddress, canonical_url
from services.fetcher.discover.found import Discovered, Listed, Unreadable, each_once

# The parser's time grows with the square of the number of attributes of one tag, and no timeout interrupts it.
_ENDLESS_TAG = re.compile(rb"<[a-zA-Z][^<>]{100000}")
_CARD_ADDRESS = ("article-url-or-link-absolute", "article-url-or-link", "article-url")
_CARD_DATE = ("publish-date-jss", "publish-date-ap")
NEAR = 200
"""Elements, or pieces of text, of a link in which its title is sought."""
_HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")


def read_listing(body: bytes, url: str, charset: str | None = None) -> Discovered | Unreadable:
    """Every address on the page, in the page's order; which of them are articles is for the scope to say."""
    if not body.strip():
        return Unreadable("The listing is empty.")
    if _is_hostile(body):
        return Unreadable("The listing is not HTML that can be read; check the address in a browser.")
    page = _tree(body, charset)
    if page is None:
        return Unreadable("The listing holds no HTML; check the address in a browser.")
    return each_once(_listed(page), _base(page, url))


def document_of(body: bytes, charset: str | None = None) -> html.HtmlElement | None:
    """The tree of a page; None where it is none that can be read."""
    return None if _is_hostile(body) else _tree(body, charset)


def _tree(body: bytes, charset: str | None) -> html.HtmlElement | None:
    try:
        return html.document_fromstring(body, parser=_parser(body, charset))
    except (etree.ParserError, etree.XMLSyntaxError):
        return None


def page_of_listing(url: str, number: int, name: str = "Page") -> str:
    """The address of the n-th page of a listing (from 1), as AFPIMS counts them: `?Page=N`."""
    parts = urlsplit(url)
    query = parse_qsl(parts.query, keep_blank_values=True)
    others = [(key, value) for key, value in query if key.lower() != name.lower()]
    return urlunsplit(parts._replace(query=urlencode([*others, (name, str(number))])))


def number_of_page(url: str, name: str = "Page") -> int:
    """Which page of a listing this address is; 1 when it does not say."""
    values = [value for key, value in parse_qsl(urlsplit(url).query) if key.lower() == name.lower()]
    return int(values[-1]) if values and values[-1].isdecimal() and len(values[-1]) < 7 else 1


def _is_hostile(body: bytes) -> bool:
    return b"\x00" in body[:4000] or _ENDLESS_TAG.search(body) is not None


def _listed(page: html.HtmlElement) -> Iterator[Listed]:
    for element in page.iter(etree.Element):
        if address := _first(element, _CARD_ADDRESS):
            yield Listed(address, element.get("article-title"), _first(element, _CARD_DATE))
        elif element.tag == "a" and (address := element.get("href")):
            yield Listed(address, _title(element))


def _title(anchor: html.HtmlElement) -> str | None:
    # Anchors may stand in one another, a hundred deep around megabytes: what makes a title is near its begin.
    near = islice(anchor.iter(etree.Element), NEAR)
    titled = next((below for below in near if below.tag in _HEADINGS), anchor)
    return "".join(islice(titled.itertext(), NEAR))


def _first(element: html.HtmlElement, names: tuple[str, ...]) -> str | None:
    return next((value for name in names if (value := element.get(name))), None)


def _base(page: html.HtmlElement, url: str) -> str:
    target = page.find(".//base[@href]")
    try:
        return url if target is None else canonical_url(target.get("href", ""), base=url)
    except BadAddress:
        return url


def _parser(body: bytes, charset: str | None) -> html.HTMLParser:
    """Reads in the encoding that is declared, if it can be: one in which a tag is a tag, and that is known."""
    declared = re.search(rb"charset=[\"']?([\w-]{2,40})", body[:2000], re.IGNORECASE)
    label = declared[1].decode("ascii", "replace") if declared else charset or "utf-8"
    try:
        return html.HTMLParser(encoding=label if "<a>".encode(label) == b"<a>" else "utf-8")
    except (LookupError, UnicodeError):
        return html.HTMLParser(encoding="utf-8")
