"""What a page says of its site's other doors: feeds, bulletins, and what the addresses of its articles look like."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from urllib.parse import urlsplit

from lxml import etree, html

from services.contracts.urls import BadAddress, canonical_url
from services.doctor.findings import BulletinHint
from services.fetcher.scope import ARTICLES

WELL_KNOWN = ("/feed/", "/rss.xml", "/feed.xml")
"""Where publishing systems put their feeds, the most usual first."""
MOST_LINKS = 5_000
LEAST = 3
"""Addresses of one form: fewer are chance."""
_FEED_TYPES = ("application/rss+xml", "application/atom+xml", "application/feed+json")
_FEED_LINK = re.compile(r"RSS\.ashx|\.rss\b|/(?:rss|feed|atom)(?:\.xml|/|$|\?)", re.IGNORECASE)
_SERVICES = {
    "govdelivery.com": "GovDelivery",
    "list-manage.com": "Mailchimp",
    "mailchi.mp": "Mailchimp",
    "constantcontact.com": "Constant Contact",
    "campaign-archive.com": "Mailchimp",
}
_SIGN_UP = re.compile(
    r"\b(?:e-?mail (?:updates?|alerts?|bulletins?|list)|newsletter|news by e-?mail|subscribe)\b", re.IGNORECASE
)
_SITEMAP = re.compile(r"^\s*sitemap\s*:\s*(\S{1,2000})", re.IGNORECASE | re.MULTILINE)
_SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+){2,}", re.IGNORECASE)


@dataclass(frozen=True)
class PageHints:
    """Feeds that a page names, and where it lets people sign up for bulletins."""

    feeds: tuple[str, ...] = ()
    bulletins: tuple[BulletinHint, ...] = ()


def read_hints(body: bytes, url: str) -> PageHints:
    """What an HTML page says of feeds and bulletins; nothing for what cannot be read."""
    try:
        page = html.document_fromstring(body)
    except (etree.ParserError, etree.XMLSyntaxError, ValueError):
        return PageHints()
    links = list(islice(page.iter("a", "link"), MOST_LINKS))
    named = [link.get("href", "") for link in links if link.tag == "link" and _is_feed(link)]
    shown = [link.get("href", "") for link in links if link.tag == "a" and _FEED_LINK.search(link.get("href", ""))]
    return PageHints(_absolute([*named, *shown], url), tuple(_bulletins(links, url)))


def sitemaps_of(robots: str) -> list[str]:
    """The sitemaps that a robots.txt names."""
    return list(dict.fromkeys(_SITEMAP.findall(robots[:500_000])))[:20]


def pattern_of(urls: Sequence[str]) -> str | None:
    """What the addresses of articles look like, by most of those with a slug or a number; None where nothing tells."""
    if sum(re.search(ARTICLES[0], url, re.IGNORECASE) is not None for url in urls) >= min(LEAST, len(urls)) > 0:
        return ARTICLES[0]
    forms: dict[str, set[str]] = defaultdict(set)
    for url in urls:
        if form := _form(urlsplit(url).path):
            forms[form].add(url)
    best = max(forms.items(), key=lambda pair: len(pair[1]), default=("", set()))
    return best[0] if len(best[1]) >= min(LEAST, max(len(urls), 1)) and best[0] else None


def _form(path: str) -> str | None:
    """The form of a path: its folders as they are, numbers as numbers, its slug as any; None without slug or number."""
    parts = [part for part in path.split("/") if part]
    if not parts or not (_SLUG.fullmatch(_stem(parts[-1])) or _stem(parts[-1]).isdigit()):
        return None
    steps = [rf"\d{{{len(part)}}}" if part.isdigit() else re.escape(part) for part in parts[:-1]]
    last = r"\d+" if parts[-1].isdigit() else "[^/]+"
    return "^/" + "".join(f"{step}/" for step in steps) + last


def _stem(name: str) -> str:
    return name.partition(".")[0]


def _is_feed(link: html.HtmlElement) -> bool:
    kind = (link.get("type") or "").partition(";")[0].strip().lower()
    about = f"{link.get('href', '')} {link.get('title', '')}".lower()
    return kind in _FEED_TYPES and "alternate" in (link.get("rel") or "").lower() and "comment" not in about


def _bulletins(links: Sequence[html.HtmlElement], url: str) -> Iterator[BulletinHint]:
    seen: set[str] = set()
    for link in links:
        address = next(iter(_absolute([link.get("href", "")], url)), None)
        if link.tag != "a" or address is None or address in seen:
            continue
        host = urlsplit(address).hostname or ""
        service = next((name for end, name in _SERVICES.items() if host == end or host.endswith(f".{end}")), None)
        if service or _SIGN_UP.search("".join(islice(link.itertext(), 20))[:200]):
            seen.add(address)
            yield BulletinHint(service=service or "unknown", url=address)
        if len(seen) == LEAST:
            return


def _absolute(addresses: Iterable[str], base: str) -> tuple[str, ...]:
    result: dict[str, None] = {}
    for address in addresses:
        try:
            result.setdefault(canonical_url(address, base=base))
        except BadAddress:
            continue
    return tuple(result)
