"""robots.txt (RFC 9309): what a host wants left alone."""

import math
import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Literal
from urllib.parse import urlsplit

from protego import Protego

from services.fetcher.answers import Blocked, Empty, Fetched, Gone, Moved, RequestRefused, Unavailable
from services.fetcher.client import MAX_REDIRECTS, get
from services.fetcher.settings import FIRST_BYTE, SLOWEST
from services.runtime.egress import Client, Limits

AGENT = "Dateline"
FRESH = timedelta(hours=24)
"""How long a robots.txt that was read counts (RFC 9309, 2.4)."""
RETRY = timedelta(minutes=5)
"""How soon one that could not be read is asked for again."""
LONGEST_DELAY = 120.0
"""Seconds of Crawl-delay that are honoured; more would be a way of saying no."""
ASKS_NOT_TO = "asks us not to look at this address."
"""How the sentence ends that says so of an address."""
LIMITS = Limits(10.0, first_byte=FIRST_BYTE, slowest=SLOWEST, wire=500 * 1024, decoded=500 * 1024, cut=True)

_AGENT_LINE = re.compile(r"\s*user[ -]?agent\s*[:\s]\s*(\*|[a-z_-]*)", re.IGNORECASE)

State = Literal["rules", "free", "walled", "unreachable"]


@dataclass(frozen=True)
class Robots:
    """What a host said: rules, or nothing (everything may be visited); or why it could not be asked (nothing may, yet).

    A wall in the place of its robots.txt is no answer to the question.
    """

    state: State
    text: str = ""
    detail: str = ""
    silent: bool = False
    """Whether nothing came in time, just now."""

    @property
    def crawl_delay(self) -> float:
        """Seconds that the host wants between two requests; 0 when it does not say."""
        delay = _rules(self.text).crawl_delay(AGENT) if self.state == "rules" else None
        return min(delay, LONGEST_DELAY) if delay and math.isfinite(delay) and delay > 0 else 0.0

    def verdict(self, url: str) -> RequestRefused | Blocked | Unavailable | None:
        """None when the address may be visited."""
        host = urlsplit(url).netloc
        unread = f"Whether {host} lets us look could not be read from its robots.txt: {self.detail}"
        if self.state == "walled":
            return Blocked(unread)
        if self.state == "unreachable":
            return Unavailable(unread, silent=self.silent)
        if self.state == "rules" and not _rules(self.text).can_fetch(url, AGENT):
            return RequestRefused(f"The robots.txt of {host} {ASKS_NOT_TO}")
        return None


def ask_robots(client: Client, url: str, now: datetime) -> Robots:
    """Reads the robots.txt that speaks for this address. 4xx means there are no rules; 5xx or silence, not now."""
    parts = urlsplit(url)
    at = f"{parts.scheme}://{parts.netloc}/robots.txt"
    for _hop in range(MAX_REDIRECTS + 1):
        match get(client, at, now=now, limits=LIMITS):
            case Moved(url=at):
                continue
            case Fetched(body=body):
                # PostgreSQL keeps no NUL.
                return Robots("rules", body.decode("utf-8-sig", "replace").replace("\x00", ""))
            case Gone() | Empty():
                return Robots("free")
            case Blocked(status=401 | 403 | 407) | Unavailable(status=int()) as no if (no.status or 0) < 500:
                return Robots("free")
            case Blocked(detail=detail):
                return Robots("walled", detail=detail)
            case Unavailable(detail=detail) | RequestRefused(detail=detail) as no:
                return Robots("unreachable", detail=detail, silent=isinstance(no, Unavailable) and no.silent)
    return Robots("unreachable", detail="It redirects too often.")


@lru_cache(maxsize=64)
def _rules(text: str) -> Protego:
    return Protego.parse("\n".join(map(_addressed, text.splitlines())))


def _addressed(line: str) -> str:
    """A line that names a crawler, in the product token alone; other lines as they are.

    RFC 9309, 2.2.1: a token is letters, `-` and `_`, and is matched as a whole: `Dateline/1.0` is us, `Date` is not.
    """
    if (hit := _AGENT_LINE.match(line)) is None:
        return line
    token = hit[1].lower()
    return f"User-agent: {token if token in {'*', AGENT.lower()} else '-another-'}"
