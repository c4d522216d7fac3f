"""Walks through all that a listing or sitemap shows, far behind what a round looks at: slow, bounded, and resumed.

Rounds look at the top. What was backdated or inserted in a batch further down, or stands in the older parts of a
sitemap, is found here: a document at a turn, in the bulk lane. The first walk of a channel finds what was there before
we came.
"""

import hashlib
from datetime import datetime, timedelta

from sqlmodel import Session

from services.contracts.messages import WalkChannel
from services.fetcher.discover.listings import number_of_page, page_of_listing
from services.fetcher.frontier import Joined
from services.fetcher.lateness import Since, is_known_and_old, lateness
from services.fetcher.models import Channel, Walk
from services.fetcher.politeness import host_of
from services.fetcher.rounds import WEATHER, RoundResult
from services.fetcher.schedule import UNWELL, wait

EVERY = timedelta(days=7)
"""Between two walks of a channel."""
KINDS = frozenset({"listing", "sitemap"})
"""Of channels that are walked: a feed has no more than it shows."""
MOST_FRESH = 2_000
"""Unseen pages after which a walk rests until the next week, and goes on there: a host must not be busy for months."""
GIVE_UP = 3
"""Failed looks at a document before the walk goes on without it."""
TO_THE_END = 1_000_000
"""The depth that counts as known when a listing was walked to its end."""


def walk_of(channel: Channel, walk: Walk) -> WalkChannel:
    """The message that brings the next look of a walk."""
    host = host_of(next_document(channel, walk))
    return WalkChannel(channel=channel.id or 0, host=host)


def next_document(channel: Channel, walk: Walk) -> str:
    """What the next look is at."""
    return walk.parts[0] if walk.parts else channel.url


def find_walk(session: Session, channel: int) -> Walk:
    """The walk, as it is or as it begins."""
    return session.get(Walk, channel) or Walk(channel=channel)


def is_backlog(walk: Walk) -> bool:
    """Whether what is new in its next document was there before we came: nobody has looked there yet."""
    return not walk.catches_up and walk.looked >= walk.known_depth


def catch_up(session: Session, channel: Channel, beyond: str) -> WalkChannel | None:
    """Goes on where a round had to stop; None while a walk is under way, which comes there by itself."""
    walk = find_walk(session, channel.id or 0)
    if walk.parts:
        return None
    walk.parts, walk.catches_up, walk.looked, walk.fresh, walk.last = [beyond], True, 0, 0, ""
    session.add(walk)
    return walk_of(channel, walk)


def record(channel: Channel, walk: Walk, look: RoundResult, joined: Joined, *, now: datetime, depth: int) -> datetime:
    """Writes on the walk's row how a look went; returns when the next one is due."""
    here, *others = walk.parts or [channel.url]
    if look.outcome in WEATHER and walk.failures + 1 < GIVE_UP:
        walk.failures += 1
        walk.parts = [here, *others]
        return now + max(wait(UNWELL, walk.failures), look.retry_after or timedelta())
    walk.failures = 0
    walk.looked += 1
    walk.fresh += joined.fresh
    if channel.kind == "listing":
        walk.late = max(walk.late, lateness(joined.since, now).total_seconds())
        channel.lateness = max(channel.lateness, walk.late)
    ended = not look.succeeded or _is_end(channel, walk, look, joined.since, now)
    further = [] if ended or channel.kind != "listing" else [page_of_listing(here, number_of_page(here) + 1)]
    parts = [part for part in look.parts if part not in {channel.url, here, *others}]
    walk.parts = [*others, *parts, *further]
    if walk.parts and walk.looked < depth and walk.fresh < MOST_FRESH:
        return now
    return _rest(channel, walk, now, to_the_end=not walk.parts)


def _is_end(channel: Channel, walk: Walk, look: RoundResult, since: Since, now: datetime) -> bool:
    """Whether a listing has no further page: this one lists nothing, or what the one before did."""
    if channel.kind != "listing":
        return False
    before, walk.last = walk.last, _digest(look)
    caught_up = walk.catches_up and is_known_and_old(since, timedelta(seconds=channel.lateness), now)
    return not look.listed or walk.last == before or caught_up


def _digest(look: RoundResult) -> str:
    return hashlib.sha256("\n".join(entry.url for entry in look.listed).encode()).hexdigest()[:16]


def _rest(channel: Channel, walk: Walk, now: datetime, *, to_the_end: bool) -> datetime:
    """It is over for this week. One that came to its bound by the number of fresh pages goes on there."""
    if not walk.catches_up:
        # A listing that is in order again is not read so deep for ever.
        channel.lateness = max(walk.late, channel.lateness / 2)
        walk.known_depth = TO_THE_END if to_the_end else max(walk.known_depth, walk.looked)
        walk.finished_at = now
    if walk.fresh < MOST_FRESH or to_the_end:
        walk.parts, walk.looked, walk.last = [], 0, ""
    walk.fresh, walk.late, walk.catches_up = 0, 0.0, False
    return now + EVERY
