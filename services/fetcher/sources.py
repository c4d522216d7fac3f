"""Sources: written in `seeds/sources.toml` or added by the operator, and how they have been."""

import re
import tomllib
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, model_validator
from sqlalchemy import update
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session, col, select

from services.contracts.choices import ChannelKind, Unlisted
from services.contracts.errors import UserError
from services.contracts.files import FilesRule
from services.contracts.messages import FetchPage, ParsePage, SaveArticle
from services.contracts.urls import canonical_url
from services.fetcher import gaps
from services.fetcher.mail.address import is_mailbox, mailbox_address, spelled
from services.fetcher.models import IMPORT, Channel, Page, Source
from services.fetcher.rhythm import watch
from services.fetcher.rhythm.days import is_country
from services.fetcher.rounds import poll_of
from services.runtime.database import is_sqlite
from services.runtime.http.problems import Storable
from services.runtime.known_fields import about_unknown
from services.runtime.ledger import retries
from services.runtime.ledger.jobs import enqueue


def _address(url: str) -> str:
    try:
        return canonical_url(url)
    except UserError as error:
        raise ValueError(str(error)) from None


def _pattern(pattern: str) -> str:
    # Python's engine can take for ever over nested repetition; an address pattern needs none.
    try:
        re.compile(pattern)
    except re.error as error:
        raise ValueError(f"{pattern!r} is no regular expression: {error}.") from None
    if re.search(r"[*+}]\)?[*+{]", pattern):
        raise ValueError(f"{pattern!r} repeats a repetition; write it without.")
    return pattern


Address = Annotated[str, AfterValidator(_address)]
Hosts = tuple[Annotated[Storable, Field(max_length=253)], ...]
Pattern = Annotated[Storable, Field(max_length=300), AfterValidator(_pattern)]
Patterns = tuple[Pattern, ...]


TROUBLES = 1_000
"""Messages about pages that are looked at to tell which sources are in trouble."""
_OF_PAGES = (FetchPage.__name__, ParsePage.__name__, SaveArticle.__name__)
"""Kinds of messages whose key begins with the number of their page."""
_SOURCE = re.compile(r"\s*\[\[\s*source\s*\]\]")


def _channel_address(url: str) -> str:
    return spelled(mailbox_address(url)) if is_mailbox(url) else _address(url)


ChannelAddress = Annotated[str, AfterValidator(_channel_address)]
Senders = tuple[Annotated[str, Field(pattern=r"^[^\s@]*@?[a-zA-Z0-9.-]+\.[a-zA-Z]{2,}$", max_length=320)], ...]


class ChannelSeed(BaseModel):
    """A feed, listing, sitemap or mailbox, as a person writes it; `interval` in seconds between two looks.

    The address of a mailbox is `imaps://user@host/folder`; `senders` are whose mails are read, by address or domain.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: ChannelKind
    url: ChannelAddress
    interval: Annotated[float, Field(ge=1, le=30 * 86_400)] | None = None
    senders: Senders = Field(default=(), max_length=100, exclude_if=lambda senders: not senders)

    @model_validator(mode="after")
    def _fits(self) -> Self:
        if (self.kind == "mailbox") is not is_mailbox(self.url):
            raise ValueError("the address of a mailbox begins with imaps:// (or imap://, for STARTTLS), and no other.")
        if (self.kind == "mailbox") is not bool(self.senders):
            raise ValueError("a mailbox says in `senders` whose mails are read, and no other channel does.")
        return self


def _each_once(channels: tuple[ChannelSeed, ...]) -> tuple[ChannelSeed, ...]:
    urls = [channel.url for channel in channels]
    if twice := next((url for url in urls if urls.count(url) > 1), None):
        raise ValueError(f"{twice} is named twice; name each channel once.")
    return channels


def _country(code: str) -> str:
    if not is_country(code):
        raise ValueError(f"There is no calendar of {code!r}; name a country by its ISO 3166 code, such as US.")
    return code


EXAMPLE: dict[str, Any] = {
    "name": "navy",
    "title": "U.S. Navy",
    "pages": [r"/Press-Office/News-Stories/"],
    "channels": [{"kind": "feed", "url": "https://www.navy.mil/rss", "interval": 60}],
}


class SourceSeed(BaseModel):
    """A source as a person writes it. `pages` are patterns of article addresses; `hosts` those beside its channels'.

    `country` is whose holidays it keeps, by the ISO 3166 code. `files` says what is kept besides its pages.
    `unlisted` says what is looked for that no channel lists.
    `public_archive` is the address of a form that asks a public archive to save each page whose wording is new.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", json_schema_extra={"examples": [EXAMPLE]})

    name: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{0,62}$")]
    title: Annotated[Storable, Field(max_length=200)] = ""
    hosts: Hosts = ()
    pages: Patterns = ()
    country: Annotated[str, AfterValidator(_country)] = "US"
    files: FilesRule = "none"
    unlisted: tuple[Unlisted, ...] = Field(default=(), max_length=3, exclude_if=lambda kinds: not kinds)
    public_archive: Address | None = Field(default=None, exclude_if=lambda form: form is None)
    channels: Annotated[tuple[ChannelSeed, ...], Field(min_length=1, max_length=50), AfterValidator(_each_once)]


class PreviewOrder(BaseModel):
    """An address to look at, and the scope to look with, as in a `SourceSeed`."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", json_schema_extra={"examples": [{"url": "https://www.navy.mil/rss"}]}
    )

    url: Address
    hosts: Hosts = ()
    pages: Patterns = ()


@dataclass(frozen=True)
class SourceHealth:
    """A source with its channels, worst first; what `dateline sources` shows."""

    source: Source
    channels: tuple[Channel, ...]


def read_sources(path: Path) -> tuple[SourceSeed, ...]:
    """The sources of a TOML file; a `UserError` says in one sentence what is wrong with it and where."""
    try:
        text = path.read_text("utf-8")
        sources = tomllib.loads(text).get("source")
    except OSError as error:
        raise UserError(f"{path} cannot be read: {error.strerror}.") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UserError(f"{path} is not valid TOML: {error}.") from None
    listed = enumerate(sources if isinstance(sources, list) else ())
    seeds = tuple(_seed(path, text, number, source) for number, source in listed)
    if not seeds:
        raise UserError(f"{path} names no sources; each begins with a line [[source]].")
    names = [seed.name for seed in seeds]
    if twice := next((name for name in names if names.count(name) > 1), None):
        raise UserError(f"{path} names the source {twice!r} twice; give each a name of its own.")
    return seeds


def register(session: Session, seed: SourceSeed, now: datetime) -> Source:
    """Makes the source as the seed says, by its name, and says a poll of each channel that is new; again is the same.

    Channels that the seed no longer names are taken out; what they brought stays.
    """
    if seed.name == IMPORT:
        raise UserError(f"The name {IMPORT!r} is taken by imported files; choose another.")
    source = _held(session, seed.name, now)
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


def _seed(path: Path, text: str, number: int, source: object) -> SourceSeed:
    try:
        return SourceSeed.model_validate(source)
    except ValidationError as error:
        begins = [line for line, fields in enumerate(text.splitlines(), 1) if _SOURCE.match(fields)]
        at = f", line {begins[number]}" if number < len(begins) else ""
        name = source.get("name") if isinstance(source, dict) else None
        of = f", source {name!r}" if isinstance(name, str) else ""
        raise UserError(f"{path}{at}{of}: {_first_fault(error)}") from None


def _held(session: Session, name: str, now: datetime) -> Source:
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


def _first_fault(error: ValidationError) -> str:
    faults = error.errors()
    # A misspelt name is also one that is missing; the misspelling says more.
    fault = next((entry for entry in faults if entry["type"] == "extra_forbidden"), faults[0])
    where = ".".join(str(step) for step in fault["loc"]) or "a source"
    if fault["type"] == "extra_forbidden":
        return f"{where}: {about_unknown(SourceSeed, fault['loc'])}"
    return f"{where}: {fault['msg'].removeprefix('Value error, ')}"
