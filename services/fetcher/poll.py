"""One look at a channel: what it lists, how it has been, and when to look again.

A look is one request. What a round has still to look at (further pages of a listing, parts of a sitemap) is kept on
the channel's row, so that each document takes its turn at the host like everything else.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import Session

from services.fetcher import frontier
from services.fetcher.answers import (
    Answer,
    Blocked,
    Empty,
    Fetched,
    Gone,
    Moved,
    NotModified,
    Refused,
    Unavailable,
    Validators,
)
from services.fetcher.client import get
from services.fetcher.discover import Found, Listed, Unreadable, discover
from services.fetcher.discover.listings import number_of_page, page_of_listing
from services.fetcher.frontier import Joined
from services.fetcher.models import Channel, Source
from services.fetcher.plan import poll_wait
from services.fetcher.politeness import host_of, permission
from services.fetcher.scope import ARTICLES, Scope
from services.fetcher.settings import FetcherSettings
from services.runtime.database import transaction
from services.runtime.egress import Client, deadline

MAX_MOVES = 3
GIVE_UP_PART = 3
"""Failed looks at one part of a round before the round goes on without it."""
WEATHER = {"blocked", "empty", "unavailable"}
"""What may be over at the next look. A part that is gone, refused or unreadable is not looked at again."""


@dataclass(frozen=True)
class Look:
    """What one look brought: an outcome, addresses in scope, and one sentence when something is to be said."""

    outcome: str
    listed: tuple[Listed, ...] = ()
    parts: tuple[str, ...] = ()
    detail: str | None = None
    validators: Validators | None = None
    retry_after: timedelta | None = None
    silent: bool = False

    @property
    def succeeded(self) -> bool:
        """Whether the channel could be read, or said that nothing changed."""
        return self.outcome in {"read", "unchanged"}


def next_address(channel: Channel) -> str:
    """What the next look is at."""
    return channel.parts[0] if channel.parts else channel.url


def look_at(client: Client, channel: Channel, scope: Scope, *, now: datetime, settings: FetcherSettings) -> Look:
    """Asks for the channel and reads it; trouble is a look too."""
    validators = Validators() if channel.parts else Validators(channel.etag, channel.last_modified)
    answer = _follow(client, next_address(channel), validators, now, settings)
    match answer:
        case Fetched():
            return _read(channel, answer, scope)
        case NotModified():
            return Look("unchanged")
        case Moved(url=url):
            return Look("unavailable", detail=f"It redirects from host to host, last to {url}.")
        case Gone(detail=detail) | Empty(detail=detail) | Refused(detail=detail):
            return Look(type(answer).__name__.lower(), detail=detail)
        case Blocked(detail=detail, retry_after=wait):
            return Look("blocked", detail=detail, retry_after=wait)
        case Unavailable(detail=detail, retry_after=wait, silent=silent):
            return Look("unavailable", detail=detail, retry_after=wait, silent=silent)


def join_all_but_last(source: Source, channel: Channel, look: Look, now: datetime) -> Joined:
    """Joins what a long look lists, in transactions of a few pages each, so that other writers get their turn.

    What is left for `join_last` belongs to the transaction that also plans the next look.
    """
    joined = Joined()
    for start in range(0, _last_start(look), frontier.AT_ONCE):
        with transaction() as session:
            joined += _join(session, source, channel, look.listed[start : start + frontier.AT_ONCE], now)
    return joined


def join_last(session: Session, source: Source, channel: Channel, look: Look, now: datetime) -> Joined:
    """Joins the rest of what the look lists."""
    return _join(session, source, channel, look.listed[_last_start(look) :], now)


def _last_start(look: Look) -> int:
    return max(len(look.listed) - 1, 0) // frontier.AT_ONCE * frontier.AT_ONCE


def _join(session: Session, source: Source, channel: Channel, listed: Sequence[Listed], now: datetime) -> Joined:
    backlog = channel.first_round_at is None
    return frontier.join(session, source.name, channel.id or 0, listed, backlog=backlog, now=now)


def scope_of(source: Source, channel: Channel) -> Scope:
    """Where this channel may lead: hosts of the source and its own; any page for a feed, articles for the others."""
    patterns = source.pages or (() if channel.kind == "feed" else ARTICLES)
    return Scope.of([host_of(channel.url), *source.hosts], patterns)


def record(
    channel: Channel, look: Look, joined: Joined, *, now: datetime, settings: FetcherSettings, chance: float
) -> datetime:
    """Writes on the channel's row how the look went; returns when the next one is due."""
    channel.polled_at, channel.ticket_at = now, None
    channel.outcome, channel.detail = look.outcome, look.detail
    if look.succeeded:
        channel.succeeded_at, channel.failures = now, 0
        _advance(channel, look, joined, now=now, depth=settings.depth)
    else:
        channel.failures += 1
        if channel.parts and (look.outcome not in WEATHER or channel.failures >= GIVE_UP_PART):
            channel.failures = 0
            _go_on(channel, channel.parts[1:], now)
    if channel.parts and not channel.failures:
        return now
    interval = channel.interval or settings.interval(channel.kind)
    # While a part fails, nobody looks at what the channel lists first, and the news stands there. A list that is empty
    # may just be one.
    patience = 0 if channel.parts or look.outcome == "empty" else channel.failures
    return now + poll_wait(interval, patience, look.retry_after, chance)


def _advance(channel: Channel, look: Look, joined: Joined, *, now: datetime, depth: int) -> None:
    here = next_address(channel)
    channel.looked += 1
    if look.parts:
        channel.etag = channel.last_modified = None  # an index may stay the same while its parts change
    elif not channel.parts and look.validators:
        channel.etag, channel.last_modified = look.validators.etag, look.validators.last_modified
    further = [page_of_listing(here, number_of_page(here) + 1)] if channel.kind == "listing" and joined.fresh else []
    # Pages of a listing shift while we read; one that brings nothing new ends the round.
    room = max(depth - channel.looked, 0)
    if look.listed:
        channel.listed, channel.fresh = len(look.listed), joined.fresh
    _go_on(channel, [*channel.parts[1:], *look.parts, *further][:room], now)


def _go_on(channel: Channel, parts: list[str], now: datetime) -> None:
    """The round goes on with these parts; without any it is over."""
    channel.parts = parts
    if not parts:
        channel.looked, channel.first_round_at = 0, channel.first_round_at or now


def _follow(client: Client, url: str, validators: Validators, now: datetime, settings: FetcherSettings) -> Answer:
    """A channel that moved to another host is followed there, if that host's robots.txt agrees."""
    answer: Answer = Moved(url, permanent=True)
    with deadline(settings.timeout):  # all of them together, or the lease would end before the look
        for _hop in range(MAX_MOVES):
            if not isinstance(answer, Moved):
                break
            answer = get(
                client,
                answer.url,
                now=now,
                limits=settings.channel_limits,
                validators=validators,
                may=lambda hop: permission(client, hop, now),
            )
    return answer


def _read(channel: Channel, answer: Fetched, scope: Scope) -> Look:
    found = discover(channel.kind, answer.body, answer.url, answer.charset)
    read_before = channel.succeeded_at is not None and not channel.parts
    if isinstance(found, Unreadable):
        if read_before:
            return Look("blocked", detail=f"Something else stands where it was. {found.detail}")
        return Look("unreadable", detail=found.detail)
    listed = tuple(one for one in found.listed if scope.covers(one.url))
    parts = tuple(part for part in found.parts if Scope(scope.families, ()).covers(part))
    nothing = _nothing_in_scope(found, listed)
    if nothing and read_before and channel.listed:
        return Look("empty", detail=f"{nothing} Before, it listed {channel.listed}.")
    return Look("read", listed, parts, found.note or nothing, answer.validators)


def _nothing_in_scope(found: Found, listed: tuple[Listed, ...]) -> str | None:
    if listed or found.parts:
        return None
    if not found.listed:
        return "It lists nothing."
    return f"It lists {len(found.listed)} addresses, but none in the scope of its source."
