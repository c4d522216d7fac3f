"""What no channel lists: addresses that pages link, documents that hang on them, and numbers that a listing skips.

Each is a candidate of low priority: it is looked at behind all else, few a day, and it is no gap if it is not there.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from html import unescape
from itertools import pairwise
from urllib.parse import urlsplit, urlunsplit

import structlog
from sqlalchemy import func, select
from sqlmodel import Session, col

from services.contracts.choices import Unlisted
from services.contracts.urls import NUMBERED, BadAddress, canonical_url, page_key
from services.fetcher import frontier
from services.fetcher.discover import Listed
from services.fetcher.models import Alias, Page
from services.fetcher.politeness import host_of
from services.fetcher.scope import ARTICLES, SourceScope
from services.runtime.archive import capture_store
from services.runtime.provenance.sightings import ON_A_PAGE, sightings

A_DAY = 50
"""Candidates of a source in a day."""
LINKS = 500
"""Links of a page that are looked at."""
HOLE = 3
"""Numbers that two neighbours of a listing may skip and that are tried; more belong to other sites, which share the
count."""
RECENT = timedelta(days=3)
"""A number above the lowest that was news in so long is news, too."""

_HREF = re.compile(
    rb"<a\s[^<>]{0,500}?\bhref\s{0,5}=\s{0,5}(?:\"([^\"<>]{1,2000})\"|'([^'<>]{1,2000})')", re.IGNORECASE
)
_NUMBER = re.compile(r"(/article/)(\d{1,12})(?:/.*)?$", re.IGNORECASE)
log = structlog.get_logger()


@dataclass(frozen=True)
class UnlistedRule:
    """What of it is looked for at a source, and where its pages may be."""

    kinds: frozenset[Unlisted] = frozenset()
    hosts: tuple[str, ...] = ()
    patterns: tuple[str, ...] = ()

    def links_in(self, capture: str | None, url: str) -> tuple[str, ...]:
        """The addresses of this capture of a page that may be pages of its source."""
        if capture is None or not self.kinds & {"links", "documents"}:
            return ()
        try:
            body = capture_store.load(capture).body
        except OSError:
            return ()
        return tuple(dict.fromkeys(link for link in links_on(body, url) if self._takes(link, url)))

    def _takes(self, link: str, url: str) -> bool:
        hosts = [host_of(url), *self.hosts]
        if "documents" in self.kinds and urlsplit(link).path.lower().endswith(".pdf"):
            return SourceScope.of(hosts, ()).covers(link)
        return "links" in self.kinds and SourceScope.of(hosts, self.patterns or ARTICLES).covers(link)


def links_on(body: bytes, url: str) -> Iterable[str]:
    """The addresses that a page links, as they are requested."""
    for number, hit in enumerate(_HREF.finditer(body)):
        if number == LINKS:
            return
        try:
            yield canonical_url(unescape((hit[1] or hit[2]).decode("utf-8", "replace")), base=url)
        except BadAddress:
            continue


def skipped_numbers(listed: Sequence[Listed]) -> list[str]:
    """Where articles would be whose numbers a listing skips between two neighbours; without a slug they are found."""
    by_number = {int(hit[2]): (entry.url, hit) for entry in listed if (hit := _NUMBER.search(urlsplit(entry.url).path))}
    numbers = sorted(by_number)
    return [
        _numbered(by_number[below][0], missing)
        for below, above in pairwise(numbers)
        if 1 < above - below <= HOLE + 1
        for missing in range(below + 1, above)
    ]


def add_candidates(session: Session, source: str, channel: int, urls: Sequence[str], now: datetime) -> int:
    """Those that nobody knows join the frontier, in the bulk lane, as far as there is room today; how many."""
    keyed: dict[str, str] = {}
    for url in urls:
        keyed.setdefault(page_key(url), url)
    unknown = sorted(keyed.keys() - _known(session, keyed))
    unknown = unknown[: max(A_DAY - _today(session, source, now), 0)] if unknown else []
    lowest = _lowest_news(session, source, now) if unknown else None
    for is_news in (True, False):
        some = [keyed[key] for key in unknown if _is_news(key, lowest) is is_news]
        frontier.join(
            session,
            source,
            channel,
            [Listed(url) for url in some],
            backlog=not is_news,
            now=now,
            lane="bulk",
            shown_in=ON_A_PAGE,
        )
    if unknown:
        log.info("unlisted_candidates", source=source, pages=len(unknown))
    return len(unknown)


def _known(session: Session, keyed: Iterable[str]) -> set[str]:
    keys = list(keyed)
    pages = session.execute(select(col(Page.key)).where(col(Page.key).in_(keys))).scalars()
    return {*pages, *session.execute(select(col(Alias.key)).where(col(Alias.key).in_(keys))).scalars()}


def _today(session: Session, source: str, now: datetime) -> int:
    today = select(func.count()).where(
        sightings.c.source == source,
        sightings.c.first_seen > now - timedelta(days=1),
        sightings.c.channel == ON_A_PAGE,
    )
    return int(session.execute(today).scalar_one())


def _lowest_news(session: Session, source: str, now: datetime) -> int | None:
    """The lowest number of a page that was news of late."""
    recent = select(col(Page.key)).where(
        col(Page.source) == source,
        col(Page.discovered_at) > now - RECENT,
        col(Page.backlog).is_(False),
        col(Page.key).startswith(NUMBERED),
    )
    return min((int(key.rpartition(":")[2]) for key in session.execute(recent.limit(A_DAY)).scalars()), default=None)


def _is_news(key: str, lowest: int | None) -> bool:
    return lowest is not None and key.startswith(NUMBERED) and int(key.rpartition(":")[2]) > lowest


def _numbered(url: str, number: int) -> str:
    parts = urlsplit(url)
    return urlunsplit(parts._replace(path=_NUMBER.sub(rf"\g<1>{number}/", parts.path), query=""))
