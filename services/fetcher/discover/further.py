"""Where the older entries of a channel are: the next page of a listing, the archive of a feed, pages of a month.

Pure: the bytes of one document in, addresses of further ones out. Following them is for a backfill to decide.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from urllib.parse import parse_qsl, urlsplit

from lxml import etree, html

from services.contracts.urls import BadAddress, canonical_url
from services.fetcher.discover.encoding import decoded
from services.fetcher.discover.jsonfeed import MAX_JSON, is_json, json_object
from services.fetcher.discover.listings import document_of, number_of_page, page_of_listing
from services.fetcher.discover.xml import ENTRIES, attribute, name, read_xml

LINKS = 5_000
"""Links of a document that are looked at."""
LONGEST = 60
"""Characters of the words of a link that may call it the next page."""

_PAGE_NAMES = frozenset(
    {"page", "p", "pg", "paged", "pagenum", "pageno", "pagenumber", "pn", "currentpage", "pageindex"}
)
_OFFSET_NAMES = frozenset({"offset", "start", "startrow", "skip", "first", "from"})
_PATH_PAGE = re.compile(r"/(?:page|seite|p)[/-](\d{1,6})(?=/?$|/?\.\w{2,5}$)", re.IGNORECASE)
_NEXT = re.compile(r"^\W{0,3}(?:next|older|earlier|previous posts)\b", re.IGNORECASE)
_WORDPRESS = re.compile(r"<generator>\s{0,9}https?://wordpress\.(?:org|com)/", re.IGNORECASE)
_FEED_RELATIONS = ("next", "prev-archive")
_ARCHIVE_PATH = re.compile(
    r"/((?:19|20)\d\d)(?:[/-](0?[1-9]|1[0-2])(?:[/-](0?[1-9]|[12]\d|3[01]))?)?(?:/|/index\.\w{3,5}|\.\w{3,5})?$"
)
_ARCHIVE_NUMBER = re.compile(r"^((?:19|20)\d\d)-?(0[1-9]|1[0-2])$")


@dataclass(frozen=True)
class DatedList:
    """A page that lists what was published in a year, a month or on a day."""

    url: str
    first: date
    last: date


@dataclass(frozen=True)
class Further:
    """The document that continues this one, if it says which, and the archives that it links."""

    following: str | None = None
    archives: tuple[DatedList, ...] = ()


def further(kind: str, body: bytes, url: str, charset: str | None = None) -> Further:
    """Where a channel of this kind goes on behind this document."""
    if kind == "feed":
        return Further(_next_of_feed(body, url, charset))
    return _behind_listing(body, url, charset) if kind == "listing" else Further()


def archive_at(url: str) -> DatedList | None:
    """The span of which an address looks like the archive; None where it looks like none."""
    parts = urlsplit(url)
    if hit := _ARCHIVE_PATH.search(parts.path):
        return _dated_list(url, *(int(number) if number else None for number in hit.groups()))
    query = {key.lower(): value for key, value in parse_qsl(parts.query)}
    if whole := _ARCHIVE_NUMBER.match(query.get("m", query.get("month", query.get("archive", "")))):
        return _dated_list(url, int(whole[1]), int(whole[2]))
    year, month = query.get("year", ""), query.get("month", query.get("mon", ""))
    if re.fullmatch(r"(?:19|20)\d\d", year):
        return _dated_list(url, int(year), int(month) if re.fullmatch(r"0?[1-9]|1[0-2]", month) else None)
    return None


def _dated_list(url: str, year: int | None, month: int | None = None, day: int | None = None) -> DatedList | None:
    try:
        first = date(year or 0, month or 1, day or 1)
    except ValueError:
        return None
    if day:
        return DatedList(url, first, first)
    last_month = month or 12
    following = date(first.year + last_month // 12, last_month % 12 + 1, 1)
    return DatedList(url, first, date.fromordinal(following.toordinal() - 1))


def _next_of_feed(body: bytes, url: str, charset: str | None) -> str | None:
    """What RFC 5005 calls the next page or the previous archive; JSON Feed has `next_url`; WordPress counts `paged`."""
    if is_json(body):
        return _next_of_json(body, url)
    text = decoded(body[:20_000], charset)
    tree = read_xml(body, "feed", charset)
    root = getattr(tree, "root", None)
    for relation in _FEED_RELATIONS if root is not None else ():
        for link in _own_links(root):
            if (attribute(link, "rel") or "").lower().rpartition("/")[2] == relation:
                return _joined(attribute(link, "href") or "", url)
    following = (number_of_page(url, "paged") or 1) + 1
    return page_of_listing(url, following, "paged") if _WORDPRESS.search(text) else None


def _own_links(root: etree._Element) -> Iterator[etree._Element]:
    """Links of the feed itself, and not of an entry."""
    for element in root.iter(etree.Element):
        inside = element.getparent()
        if name(element) == "link" and (inside is None or name(inside) not in ENTRIES["feed"]):
            yield element


def _next_of_json(body: bytes, url: str) -> str | None:
    feed = json_object(body) if len(body) <= MAX_JSON else None
    following = feed.get("next_url") if feed else None
    return _joined(following, url) if isinstance(following, str) else None


def _behind_listing(body: bytes, url: str, charset: str | None) -> Further:
    page = document_of(body, charset)
    if page is None:
        return Further()
    links = list(_links(page, url))
    same_host = [(element, target) for element, target in links if urlsplit(target).netloc == urlsplit(url).netloc]
    archives = {target: dated for _, target in same_host if target != url and (dated := archive_at(target))}
    return Further(_next_of_listing(same_host, url), tuple(archives.values()))


def _next_of_listing(links: list[tuple[html.HtmlElement, str]], url: str) -> str | None:
    """What the page says is next, then the next number of its own counting, then the next in the manner of AFPIMS."""
    elsewhere = [(element, target) for element, target in links if target != url]
    says_so = (target for element, target in elsewhere if "next" in (element.get("rel") or "").lower().split())
    called_so = (target for element, target in elsewhere if element.tag == "a" and _is_called_next(element))
    counted = _numbers((target for _, target in elsewhere), url)
    ahead = [target for number, target in sorted(counted) if number > (_counted(url) or 0)]
    guess = None if counted else page_of_listing(url, number_of_page(url) + 1)
    return next(says_so, None) or next(iter(ahead), None) or next(called_so, None) or guess


def _is_called_next(anchor: html.HtmlElement) -> bool:
    text = anchor.get("aria-label") or anchor.get("title") or "".join(anchor.itertext())[:LONGEST]
    return bool(_NEXT.match(text.strip()))


def _numbers(targets: Iterable[str], url: str) -> list[tuple[int, str]]:
    """The links that differ from this address in one number alone, each with its number."""
    here, path = _counted(url), _uncounted(url)
    numbers = [(_counted(target), target) for target in targets if _uncounted(target) == path]
    return [(number, target) for number, target in numbers if number is not None and number != here]


def _counted(url: str) -> int | None:
    """The number by which an address counts its pages, or its entries."""
    parts = urlsplit(url)
    if hit := _PATH_PAGE.search(parts.path):
        return int(hit[1])
    numbers = [int(value) for key, value in parse_qsl(parts.query) if _counts(key) and re.fullmatch(r"\d{1,6}", value)]
    return numbers[-1] if numbers else None


def _uncounted(url: str) -> str:
    """The address without that number."""
    parts = urlsplit(url)
    query = [(key, value) for key, value in parse_qsl(parts.query, keep_blank_values=True) if not _counts(key)]
    return f"{parts.netloc}{_PATH_PAGE.sub('', parts.path).rstrip('/')}?{sorted(query)}"


def _counts(key: str) -> bool:
    return key.lower() in _PAGE_NAMES or key.lower() in _OFFSET_NAMES


def _links(page: html.HtmlElement, url: str) -> Iterator[tuple[html.HtmlElement, str]]:
    base = page.find(".//base[@href]")
    around = url if base is None else _joined(base.get("href") or "", url) or url
    for number, element in enumerate(page.iter("a", "link", "option")):
        if number == LINKS:
            return
        address = element.get("href") or (element.get("value") if element.tag == "option" else None)
        if address and (target := _joined(address, around)):
            yield element, target


def _joined(address: str, base: str) -> str | None:
    try:
        return canonical_url(address, base=base)
    except BadAddress:
        return None
