"""What an address would lead to, before anybody watches it: it is asked once, and nothing is written."""

from dataclasses import dataclass
from datetime import datetime

from services.contracts.choices import ChannelKind
from services.fetcher.answers import Answer, Blocked, Fetched, Moved, RequestRefused, Unavailable
from services.fetcher.client import get
from services.fetcher.discover import Discovered, Listed, Unreadable, discover
from services.fetcher.politeness import host_of
from services.fetcher.robots import ask_robots
from services.fetcher.scope import ARTICLES, SourceScope
from services.fetcher.settings import FetcherSettings
from services.runtime.egress import Client, deadline

KINDS: tuple[ChannelKind, ...] = ("feed", "sitemap", "listing")
"""In the order in which they are tried: nearly anything can be read as a listing."""


@dataclass(frozen=True)
class Sight:
    """What is at an address: pages in scope, addresses out of it, further documents; `trouble` is one sentence."""

    url: str
    kind: ChannelKind | None = None
    listed: tuple[Listed, ...] = ()
    outside: tuple[Listed, ...] = ()
    parts: tuple[str, ...] = ()
    trouble: str | None = None


def preview(
    client: Client,
    url: str,
    *,
    hosts: tuple[str, ...],
    pages: tuple[str, ...],
    now: datetime,
    settings: FetcherSettings,
) -> Sight:
    """One look, as a source with these hosts and patterns would take it, if robots.txt lets us; trouble is a sight."""

    def may(hop: str) -> RequestRefused | Blocked | Unavailable | None:
        return ask_robots(client, hop, now).verdict(hop)

    with deadline(settings.timeout):
        answer = get(client, url, now=now, limits=settings.channel_limits, may=may)
    if isinstance(answer, Fetched):
        return _read(answer, hosts, pages)
    return Sight(url, trouble=_why(answer))


def _why(answer: Answer) -> str:
    if isinstance(answer, Moved):
        return f"It has moved to another host; give its new address, {answer.url}, if that is where you want to look."
    return str(getattr(answer, "detail", "It answers as if we had asked before; try again."))


def _read(answer: Fetched, hosts: tuple[str, ...], pages: tuple[str, ...]) -> Sight:
    kind, result = recognised(answer)
    if isinstance(result, Unreadable):
        return Sight(answer.url, trouble=result.detail)
    scope = SourceScope.of([host_of(answer.url), *hosts], pages or (() if kind == "feed" else ARTICLES))
    listed = tuple(entry for entry in result.listed if scope.covers(entry.url))
    outside = tuple(member for member in result.listed if not scope.covers(member.url))
    parts = tuple(part for part in result.parts if SourceScope(scope.families, ()).covers(part))
    return Sight(answer.url, kind, listed, outside, parts, result.note or _nothing(listed, outside, parts))


def recognised(answer: Fetched) -> tuple[ChannelKind, Discovered | Unreadable]:
    """What kind of channel it is, and what it lists."""
    for kind in KINDS:
        result = discover(kind, answer.body, answer.url, answer.charset)
        if isinstance(result, Discovered):
            break
    return kind, result


def _nothing(listed: tuple[Listed, ...], outside: tuple[Listed, ...], parts: tuple[str, ...]) -> str | None:
    if listed or parts:
        return None
    if not outside:
        return "It lists no address at all; check it in a browser."
    return f"It lists {len(outside)} addresses, none of which looks like an article; say in a pattern which do."
