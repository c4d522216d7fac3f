"""One look at a channel, which is one request: what it lists, and what joins the frontier."""

import hashlib
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime

from sqlmodel import Session

from services.contracts.urls import page_key
from services.fetcher import frontier, gaps
from services.fetcher.answers import (
    Answer,
    Blocked,
    Empty,
    Fetched,
    Gone,
    Moved,
    NotModified,
    RequestRefused,
    Unavailable,
    Validators,
)
from services.fetcher.claims import claims_allowed
from services.fetcher.client import get
from services.fetcher.discover import Discovered, Listed, Unreadable, discover
from services.fetcher.discover.hubs import hub_of
from services.fetcher.frontier import Joined
from services.fetcher.gaps import Expected
from services.fetcher.models import Channel, Source
from services.fetcher.politeness import host_of, permission
from services.fetcher.rounds import RoundResult
from services.fetcher.scope import ARTICLES, SourceScope
from services.fetcher.settings import FetcherSettings
from services.fetcher.trust import Question, Trust, question_of_channel
from services.runtime.archive import capture_store
from services.runtime.archive.capture_store import Capture
from services.runtime.database import transaction
from services.runtime.egress import Client

OUTSIDE = 50
"""Entries out of scope that one look at a feed notes."""


def look_at(
    client: Client,
    channel: Channel,
    url: str,
    scope: SourceScope,
    *,
    now: datetime,
    settings: FetcherSettings,
    whole: bool = False,
) -> RoundResult:
    """Asks for the channel at this address and reads it; trouble is a look too, and so is another host.

    `whole`: even if it was not modified, because it matters what it still lists.
    """
    question = Question() if whole else _question(channel, now)
    answer = _get(client, url, question.validators, now=now, settings=settings)
    look = replace(_look(channel, answer, scope), question=question)
    came = answer if isinstance(answer, Fetched) else getattr(answer, "came", None)
    if came is None or look.succeeded or not _was_read(channel) or channel.failures:
        return look
    # The first of several in a row is enough to look at; a wall is another one every time.
    retained = Capture(came.url, now, came.status, came.headers, came.body, came.request_headers)
    # A channel is read also while the archive cannot be written: what it lists waits for that, and nothing else does.
    with suppress(OSError):
        return replace(look, capture=capture_store.keep(retained))
    return look


def read_document(
    client: Client, channel: Channel, url: str, scope: SourceScope, *, now: datetime, settings: FetcherSettings
) -> RoundResult:
    """As `look_at`, and unconditional: what the channel's own look knows or keeps does not matter to a walk."""
    return read_answer(channel, ask_in_full(client, url, now=now, settings=settings), scope)


def ask_in_full(client: Client, url: str, *, now: datetime, settings: FetcherSettings) -> Answer:
    """The document at this address, in full, if its host lets us look."""
    return _get(client, url, Validators(), now=now, settings=settings)


def read_answer(channel: Channel, answer: Answer, scope: SourceScope) -> RoundResult:
    """What it lists, read by itself: as if nobody had looked at the channel before."""
    anew = Channel(id=channel.id, source_id=channel.source_id, kind=channel.kind, url=channel.url)
    return _look(anew, answer, scope)


def _get(client: Client, url: str, validators: Validators, *, now: datetime, settings: FetcherSettings) -> Answer:
    return get(
        client,
        url,
        now=now,
        limits=settings.channel_limits,
        validators=validators,
        may=lambda hop: permission(client, hop, now),
    )


def _question(channel: Channel, now: datetime) -> Question:
    if channel.parts:
        return Question()
    return question_of_channel(Trust.of(channel.trust), Validators(channel.etag, channel.last_modified), now)


def _look(channel: Channel, answer: Answer, scope: SourceScope) -> RoundResult:
    match answer:
        case Fetched():
            return _read(channel, answer, scope)
        case NotModified():
            return RoundResult("unchanged")
        case Moved(url=url):
            return RoundResult("unavailable", detail=f"It redirects from host to host, last to {url}.", moved=url)
        case Gone(detail=detail) | Empty(detail=detail) | RequestRefused(detail=detail):
            return RoundResult(type(answer).__name__.lower(), detail=detail)
        case Blocked(detail=detail, retry_after=wait):
            return RoundResult("blocked", detail=detail, retry_after=wait)
        case Unavailable(detail=detail, retry_after=wait, silent=silent):
            return RoundResult("unavailable", detail=detail, retry_after=wait, silent=silent)


def join_all_but_last(source: Source, channel: Channel, look: RoundResult, now: datetime) -> Joined:
    """Joins what a long look lists, in transactions of a few pages each, so that other writers get their turn.

    What is left for `join_last` belongs to the transaction that also plans the next look.
    """
    joined = Joined()
    for start in range(0, _last_start(look), frontier.AT_ONCE):
        with transaction() as session:
            some = look.listed[start : start + frontier.AT_ONCE]
            joined += _join(session, source, channel, look, some, now, _claims_left(channel, joined, now))
    return joined


def join_last(
    session: Session, source: Source, channel: Channel, look: RoundResult, now: datetime, joined: Joined
) -> Joined:
    """Joins the rest of what the look lists, after what was `joined` before; all of it together.

    What is out of scope is expected as well, and will be missing.
    """
    outside = [Expected(page_key(entry.url), entry.url) for entry in look.outside]
    gaps.expect(session, source.name, outside, backlog=channel.first_round_at is None, now=now)
    rest = look.listed[_last_start(look) :]
    return joined + _join(session, source, channel, look, rest, now, _claims_left(channel, joined, now))


def _last_start(look: RoundResult) -> int:
    return max(len(look.listed) - 1, 0) // frontier.AT_ONCE * frontier.AT_ONCE


def _claims_left(channel: Channel, joined: Joined, now: datetime) -> int:
    return max(claims_allowed(Trust.of(channel.trust), now) - joined.followed, 0)


def _join(
    session: Session,
    source: Source,
    channel: Channel,
    look: RoundResult,
    listed: Sequence[Listed],
    now: datetime,
    claims: int,
) -> Joined:
    backlog = channel.first_round_at is None if look.backlog is None else look.backlog
    claimed = channel.kind == "sitemap"
    return frontier.join(
        session, source.name, channel.id or 0, listed, backlog=backlog, now=now, claimed=claimed, claims=claims
    )


def scope_of(source: Source, channel: Channel) -> SourceScope:
    """Where this channel may lead: hosts of the source and its own; any page for a feed, articles for the others."""
    patterns = source.pages or (() if channel.kind == "feed" else ARTICLES)
    return SourceScope.of([host_of(channel.url), *source.hosts], patterns)


def _read(channel: Channel, answer: Fetched, scope: SourceScope) -> RoundResult:
    result = discover(channel.kind, answer.body, answer.url, answer.charset)
    read_before = _was_read(channel)
    if isinstance(result, Unreadable):
        if read_before:
            return RoundResult("blocked", detail=f"Something else stands where it was. {result.detail}")
        return RoundResult("unreadable", detail=result.detail)
    listed = tuple(replace(entry, position=at) for at, entry in enumerate(result.listed, 1) if scope.covers(entry.url))
    outside = [entry for entry in result.listed if channel.kind == "feed" and not scope.covers(entry.url)]
    parts = tuple(part for part in result.parts if SourceScope(scope.families, ()).covers(part))
    nothing = _nothing_in_scope(result, listed)
    if nothing and read_before and channel.listed:
        return RoundResult("empty", detail=f"{nothing} Before, it listed {channel.listed}.")
    digest = _digest(listed, parts)
    noted, outer = result.note or nothing, tuple(outside[:OUTSIDE])
    hub = hub_of(answer.body, answer.url, answer.headers) if channel.kind == "feed" else None
    look = RoundResult("read", listed, parts, noted, answer.validators, digest=digest, size=len(answer.body))
    return replace(look, outside=outer, hub=hub, changed=result.changed)


def _digest(listed: Sequence[Listed], parts: Sequence[str]) -> str:
    """Of what would be news: addresses and titles, in any order. Times in it may be new at every look."""
    lines = sorted(f"{entry.url}\n{entry.title or ''}" for entry in listed)
    return hashlib.sha256("\n".join([*lines, *sorted(parts)]).encode("utf-8", "surrogatepass")).hexdigest()


def _was_read(channel: Channel) -> bool:
    """Whether what is looked at is the channel itself, and could be read before."""
    return channel.succeeded_at is not None and not channel.parts


def _nothing_in_scope(found: Discovered, listed: tuple[Listed, ...]) -> str | None:
    if listed or found.parts:
        return None
    if not found.listed:
        return "It lists nothing."
    return f"It lists {len(found.listed)} addresses, but none in the scope of its source."
