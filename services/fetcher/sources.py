"""Sources: written in `seeds/sources.toml` or added by the operator, and how they have been."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import update
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session, col, select

from services.contracts.errors import UserError
from services.contracts.messages import FetchPage, ParsePage, SaveArticle
from services.fetcher import gaps
from services.fetcher.models import IMPORT, Channel, Page, Source
from services.fetcher.rhythm import watch
from services.fetcher.rounds import poll_of
from services.fetcher.source_seeds import ChannelSeed, SourceSeed
from services.runtime.database import is_sqlite
from services.runtime.ledger import retries
from services.runtime.ledger.jobs import enqueue

TROUBLES = 1_000
"""Messages about pages that are looked at to tell which sources are in trouble."""
_OF_PAGES = (FetchPage.__name__, ParsePage.__name__, SaveArticle.__name__)
"""Kinds of messages whose key begins with the number of their page."""


@dataclass(frozen=True)
class SourceHealth:
    """A source with its channels, worst first; what `dateline sources` shows."""

    source: Source
    channels: tuple[Channel, ...]


def register(session: Session, seed: SourceSeed, now: datetime) -> Source:
    """Makes the source as the seed says, by its name, and says a poll of each channel that is new; again is the same.

    Channels that the seed no longer names are taken out; what they brought stays.
    """
    if seed.name == IMPORT:
        raise UserError(f"The name {IMPORT!r} is taken by imported files; choose another.")
    source = _locked_source(session, seed.name, now)
    differs = (source.hosts, source.pages) != (list(seed.hosts), list(seed.pages))
    source.title, source.hosts, source.pages = seed.title, list(seed.hosts), list(seed.pages)
    source.country, source.files, source.unlisted = seed.country, seed.files, list(seed.unlisted)
    source.public_archive = seed.public_archive
    session.add(source)
    session.flush()
    known = {channel.url: channel for channel in _channels(session, source)}
    for channel_seed in seed.channels:
        _register_channel(session, source, known.pop(channel_seed.url, None), channel_seed, afresh=differs)
    for dropped in known.values():
        session.delete(dropped)
    return source


def load(session: Session, seeds: Sequence[SourceSeed], now: datetime) -> tuple[int, int]:
    """Registers all of them; how many were added, and how many that were there are otherwise now."""
    added = changed = 0
    for seed in seeds:
        before = as_seed(find_source(session, seed.name)) if is_known(session, seed.name) else None
        register(session, seed, now)
        added, changed = added + (before is None), changed + (before not in {None, seed})
    return added, changed


def as_seed(health: SourceHealth) -> SourceSeed:
    """The source as a person would write it."""
    source = health.source
    channels = [
        ChannelSeed(kind=entry.kind, url=entry.url, interval=entry.interval, senders=tuple(entry.senders))
        for entry in health.channels
    ]
    fields: dict[str, Any] = {"name": source.name, "title": source.title, "hosts": source.hosts, "pages": source.pages}
    fields |= {"country": source.country, "files": source.files, "unlisted": source.unlisted}
    fields["public_archive"] = source.public_archive
    return SourceSeed.model_validate(fields | {"channels": channels})


def list_sources(session: Session) -> list[SourceHealth]:
    """All sources by name, each with its channels, those in trouble first."""
    sources = session.exec(select(Source).order_by(Source.name)).all()
    channels: dict[int | None, list[Channel]] = defaultdict(list)
    for channel in session.exec(select(Channel).order_by(col(Channel.failures).desc(), col(Channel.id))):
        channels[channel.source_id].append(channel)
    return [SourceHealth(source, tuple(channels[source.id])) for source in sources]


def troubled_pages(session: Session, now: datetime) -> dict[str, str]:
    """Of each source with pages on which work fails unexpectedly: how much of it, and how the first of it is."""
    result = retries.retrying(session, kind=_OF_PAGES, limit=TROUBLES)
    pages = {member.page for member in result if member.page is not None}
    of = dict(session.execute(select(Page.id, Page.source).where(col(Page.id).in_(pages))).all())
    troubles: dict[str, list[str]] = {}
    for entry in result:
        if source := of.get(entry.page):
            troubles.setdefault(source, []).append(f"{entry.kind} {entry.sentence(now)}")
    return {source: f"{len(message)} of its pages, the first: {message[0]}" for source, message in troubles.items()}


def is_known(session: Session, name: str) -> bool:
    """Whether there is a source of this name."""
    return session.exec(select(Source.id).where(Source.name == name)).first() is not None


def find_source(session: Session, name: str) -> SourceHealth:
    """The source of this name, with its channels; a `UserError` names those there are."""
    source = require_source(session, name)
    return SourceHealth(source, tuple(_channels(session, source)))


def source_by_name(session: Session, name: str) -> Source | None:
    """The row of the source of this name, if there is one."""
    return session.exec(select(Source).where(Source.name == name)).one_or_none()


def require_source(session: Session, name: str) -> Source:
    """The row of the source of this name; a `UserError` names those there are."""
    source = source_by_name(session, name)
    if source is None:
        names = ", ".join(session.exec(select(Source.name).order_by(Source.name)).all()) or "none yet"
        raise UserError(f"There is no source {name!r}; known are: {names[:500]}.")
    return source


def poll_now(session: Session, name: str) -> int:
    """Every channel of the source is polled now; returns how many."""
    result = find_source(session, name)
    if result.source.paused:
        raise UserError(f"The source {name!r} is paused; resume it first.")
    for channel in result.channels:
        _poll(session, channel)
    return len(result.channels)


def pause(session: Session, name: str, *, paused: bool = True) -> Source:
    """A paused source is neither polled nor are its pages visited; resuming polls it at once."""
    result = find_source(session, name)
    result.source.paused = paused
    session.add(result.source)
    if not paused:
        for channel in result.channels:
            _poll(session, channel)
    return result.source


def remove(session: Session, name: str) -> None:
    """The source and its channels are gone, and its pages rest. What they brought stays.

    Listed again by any source, they are visited again, under that source.
    """
    source = find_source(session, name).source
    for channel in _channels(session, source):
        session.delete(channel)
    session.flush()
    session.delete(source)
    session.execute(update(Page).where(col(Page.source) == name).values(channel=None))
    gaps.forget(session, name)
    watch.forget_rhythm(session, source.id or 0)


def _locked_source(session: Session, name: str, now: datetime) -> Source:
    """The source of this name, made when it is not there; whoever else registers it waits for this transaction."""
    insert = sqlite.insert(Source) if is_sqlite(session) else postgresql.insert(Source)
    fresh = Source(name=name, created_at=now).model_dump(exclude={"id"})
    session.execute(insert.values(**fresh).on_conflict_do_nothing(index_elements=["name"]))
    return session.exec(select(Source).where(Source.name == name).with_for_update()).one()


def _channels(session: Session, source: Source) -> Sequence[Channel]:
    return session.exec(select(Channel).where(Channel.source_id == source.id).order_by(col(Channel.id))).all()


def _register_channel(
    session: Session, source: Source, channel: Channel | None, seed: ChannelSeed, *, afresh: bool
) -> None:
    afresh = afresh or channel is None or (channel.kind, channel.interval) != (seed.kind, seed.interval)
    channel = channel or Channel(source_id=source.id or 0, kind=seed.kind, url=seed.url)
    channel.kind, channel.interval, channel.senders = seed.kind, seed.interval, list(seed.senders)
    if afresh:
        # It is read in full with the new scope; that nothing is in it then is no wall of the newsroom's.
        channel.etag, channel.last_modified, channel.listed = None, None, 0
        channel.trust = {**(channel.trust or {}), "digest": None, "superseded": {}}
    session.add(channel)
    session.flush()
    if afresh:
        _poll(session, channel)


def _poll(session: Session, channel: Channel) -> None:
    enqueue(session, poll_of(channel))
