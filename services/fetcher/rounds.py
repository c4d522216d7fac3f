"""The rounds of a channel: how a look went, what the round has still to look at, and when to look again.

What is still to be looked at (further pages of a listing, parts of a sitemap) is kept on the channel's row, so that
each document takes its turn at the host like everything else.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import islice

from services.contracts.messages import PollChannel, Redirect
from services.fetcher.answers import Validators
from services.fetcher.claims import judged_claims
from services.fetcher.discover import Listed
from services.fetcher.discover.hubs import Hub
from services.fetcher.discover.listings import number_of_page, page_of_listing
from services.fetcher.frontier import Joined
from services.fetcher.lateness import is_known_and_old, lateness
from services.fetcher.models import Channel
from services.fetcher.politeness import host_of
from services.fetcher.schedule import poll_wait
from services.fetcher.settings import FetcherSettings
from services.fetcher.trust import Question, Trust, after_304, after_full

MAX_HOPS = 2
"""Hosts that may send us on to another one, until a look has failed."""
GIVE_UP_PART = 3
"""Failed looks at each of the parts that are left before the round ends without them."""
NAMED = 5
"""Parts that could not be read and are named in a sentence."""
WEATHER = {"blocked", "empty", "unavailable"}
"""What may be over at the next look. A part that is gone, refused or unreadable is not looked at again."""


@dataclass(frozen=True)
class RoundResult:
    """What one look brought: an outcome, addresses in scope, and one sentence when something is to be said."""

    outcome: str
    listed: tuple[Listed, ...] = ()
    parts: tuple[str, ...] = ()
    detail: str | None = None
    validators: Validators | None = None
    retry_after: timedelta | None = None
    silent: bool = False
    moved: str | None = None
    """The address at another host that it was sent to."""
    backlog: bool | None = None
    """Whether what it lists was there before we came; None where that is so in the channel's first round."""
    outside: tuple[Listed, ...] = ()
    """What a feed shows and is not in the scope of its source; other channels show their menus, too."""
    hub: Hub | None = None
    """Who pushes it, if it says so."""
    capture: str | None = None
    """What came in the place of a channel that was read before, in the archive."""
    question: Question = Question()  # noqa: RUF009 - frozen
    digest: str = ""
    size: int = 0
    """How it was asked for, the digest of what it lists, and the bytes that came."""
    changed: Mapping[str, str] = field(default_factory=dict)
    """When each of its parts changed last, as the document writes it."""

    @property
    def succeeded(self) -> bool:
        """Whether the channel could be read, or said that nothing changed."""
        return self.outcome in {"read", "unchanged"}


def next_address(channel: Channel) -> str:
    """What the next look is at."""
    return channel.parts[0] if channel.parts else channel.url


def address(channel: Channel, order: PollChannel) -> str:
    """What this look is at: the next document, or where that has sent us."""
    here, redirect = next_address(channel), order.redirect
    return redirect.target if redirect and redirect.source == here else here


def follow(channel: Channel, order: PollChannel, look: RoundResult) -> PollChannel | None:
    """The message that goes on at the host to which this look was sent; None where it was not, or too often."""
    here, before = next_address(channel), order.redirect
    hops = before.hops + 1 if before and before.source == here else 1
    if look.moved is None or hops > MAX_HOPS:
        return None
    redirect = Redirect(source=here, target=look.moved, hops=hops)
    return PollChannel(channel=channel.id or 0, host=host_of(look.moved), redirect=redirect)


def poll_of(channel: Channel) -> PollChannel:
    """The message that brings the next look."""
    return PollChannel(channel=channel.id or 0, host=host_of(next_address(channel)))


@dataclass(frozen=True)
class NextLook:
    """When the next look is due; `beyond` is the page of a listing that this round would have to go on at."""

    due_at: datetime
    beyond: str | None = None


def record(
    channel: Channel,
    look: RoundResult,
    joined: Joined,
    *,
    now: datetime,
    settings: FetcherSettings,
    chance: float,
    busy: float = 1.0,
) -> NextLook:
    """Writes on the channel's row how the look went; returns when the next one is due."""
    is_news, beyond = channel.first_round_at is not None, None
    channel.polled_at = now
    channel.capture = look.capture or channel.capture
    own = look.detail if look.succeeded or not channel.parts else None
    _note_trouble(channel, look)
    channel.trust = _learn(channel, look, joined, now).kept() or None
    if look.succeeded:
        channel.succeeded_at, channel.failures = now, 0
        beyond = _advance(channel, look, joined, now=now, depth=settings.depth)
    else:
        channel.failures += 1
        _pass_over(channel, look, now)
    channel.detail = " ".join(filter(None, [own, _not_in_full(channel.troubles)])) or None
    if channel.parts and (not channel.failures or channel.failures % len(channel.parts)):
        return NextLook(now)  # there are parts that were not tried since the last that could be read
    interval = channel.interval or settings.interval(channel.kind)
    # While a part fails, nobody looks at what the channel lists first, and the news stands there. A list that is empty
    # may just be one.
    patience = 0 if channel.parts or look.outcome == "empty" else channel.failures
    due_at = now + poll_wait(interval, patience, look.retry_after, chance, busy)
    return NextLook(due_at, beyond if is_news else None)


def _learn(channel: Channel, look: RoundResult, joined: Joined, now: datetime) -> Trust:
    """What the look proves of the claims of the channel; what its parts are marked with is not kept."""
    trust = judged_claims(Trust.of(channel.trust), joined.judged, joined.borne_out, now)
    if channel.parts or not look.succeeded:
        return trust
    if look.validators is None:
        return after_304(trust, look.question, now)
    before = Validators(channel.etag, channel.last_modified)
    return after_full(trust, look.question, before, look.validators, digest=look.digest, size=look.size, now=now)


def _note_trouble(channel: Channel, look: RoundResult) -> None:
    """Which parts of the round could not be read so far: none hides another."""
    troubles = dict(channel.troubles) if channel.parts else {}
    if channel.parts:
        troubles.pop(channel.parts[0], None)
        # That a listing has no further page is no trouble.
        if not look.succeeded and not (channel.kind == "listing" and look.outcome == "gone"):
            troubles[channel.parts[0]] = look.detail or look.outcome
    channel.outcome, channel.troubles = look.outcome, troubles


def _not_in_full(troubles: dict[str, str]) -> str | None:
    if not troubles:
        return None
    entries = [f"{url}: {why}" for url, why in islice(troubles.items(), NAMED)]
    more = f" And {len(troubles) - NAMED} more." if len(troubles) > NAMED else ""
    return f"{len(troubles)} of its documents could not be read in full. {' '.join(entries)}{more}"


def _pass_over(channel: Channel, look: RoundResult, now: datetime) -> None:
    """The round goes on without a part that failed: for now, if it may be there later, and for good if not."""
    if not channel.parts:
        return
    failed, *others = channel.parts
    if look.outcome not in WEATHER:
        channel.failures = 0
        _go_on(channel, others, now)
    elif channel.failures >= GIVE_UP_PART * len(channel.parts):
        channel.failures = 0
        _go_on(channel, [], now)
    else:
        channel.parts = [*others, failed]


def _advance(channel: Channel, look: RoundResult, joined: Joined, *, now: datetime, depth: int) -> str | None:
    """The round goes on, or is over; returns the page of a listing at which it had to stop before its time."""
    here = next_address(channel)
    channel.looked += 1
    if look.parts:
        channel.etag = channel.last_modified = None  # an index may stay the same while its parts change
    elif not channel.parts and look.validators:
        channel.etag, channel.last_modified = look.validators.etag, look.validators.last_modified
    further = _further(channel, here, look, joined, now)
    room = max(depth - channel.looked, 0)
    # An index may name itself, or the one that named it.
    parts = [part for part in look.parts if part not in {channel.url, *channel.parts}]
    if len(parts) > (left := max(room - len(channel.parts[1:]), 0)):
        why = f"It names {len(parts)} parts, and this round looks at the first {left} (DATELINE_FETCHER_DEPTH)."
        channel.troubles = channel.troubles | {here: why}
    if look.listed:
        channel.listed, channel.fresh = len(look.listed), joined.fresh
    _go_on(channel, [*channel.parts[1:], *parts, *further][:room], now)
    return further[0] if further and not room and None in joined.since else None


def _further(channel: Channel, here: str, look: RoundResult, joined: Joined, now: datetime) -> list[str]:
    """The next page of a listing, unless all of this one is known, unchanged, and older than its entries are late.

    That its first page was not modified says nothing of what is inserted below it.
    """
    if channel.kind != "listing" or not (joined.since or (look.outcome == "unchanged" and channel.lateness)):
        return []
    channel.lateness = max(channel.lateness, lateness(joined.since, now).total_seconds())
    settled = is_known_and_old(joined.since, timedelta(seconds=channel.lateness), now) and not joined.changed
    return [] if settled and joined.since else [page_of_listing(here, number_of_page(here) + 1)]


def _go_on(channel: Channel, parts: list[str], now: datetime) -> None:
    """The round goes on with these parts; without any it is over."""
    channel.parts = parts
    if not parts:
        channel.looked, channel.first_round_at = 0, channel.first_round_at or now
