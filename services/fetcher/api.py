"""Sources over HTTP: what is watched, how it has been, and orders of the operator."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Annotated, get_args

from fastapi import APIRouter, Response
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from sqlmodel import Session

from services.contracts.caller import Caller
from services.contracts.choices import ChannelKind, Unlisted
from services.contracts.errors import UserError
from services.fetcher import blocked, site_moves, sources
from services.fetcher.alarms import alarm
from services.fetcher.models import Channel
from services.fetcher.next_looks import next_looks
from services.fetcher.politeness import host_of
from services.fetcher.preview import preview
from services.fetcher.push.health import push_sentences
from services.fetcher.rhythm import watch
from services.fetcher.rhythm.views import RhythmView, rhythm_view
from services.fetcher.settings import fetcher_settings
from services.fetcher.site_moves import SiteMoveOrder
from services.fetcher.sources import EXAMPLE, PreviewOrder, SourceHealth, SourceSeed
from services.fetcher.trust_views import TrustView, trust_in_hosts, trust_view
from services.runtime import audit_log
from services.runtime.database import reading, transaction, utcnow
from services.runtime.egress import egress_settings, open_client
from services.runtime.http.problems import Problem, requires
from services.runtime.ledger import retries
from services.runtime.redaction import at_every_depth, redacted

router = APIRouter(tags=["sources"])

_VALIDATORS = {"ETag": "etag", "Last-Modified": "last_modified"}
SHOWN = 20
"""Addresses of each sort in a preview."""

Reader = Annotated[Caller, requires("read")]
Admin = Annotated[Caller, requires("admin")]


class ChannelView(BaseModel):
    """A channel and how its last look went; `detail` is one sentence when something is wrong."""

    kind: str
    url: str
    outcome: str | None
    detail: str | None
    polled_at: datetime | None
    succeeded_at: datetime | None
    failures: int
    listed: int
    fresh: int
    interval: float | None = None
    next_look: datetime | None = None
    """When it is looked at next; null while it is being looked at, and of a source that is paused."""
    validators: list[str] = []
    """What it gave to ask by whether anything changed: `ETag`, `Last-Modified`."""
    retrying: str | None = None
    """When its looks fail unexpectedly: how often, why, and when the next one is."""
    alarm: str | None = None
    """When it was read before and cannot be read now: since when, and why."""
    capture: str | None = None
    """What came in its place the last time that it could not be read, at `/captures/{capture}`."""
    senders: list[str] = []
    """Of a mailbox: whose mails are read."""
    push: str | None = None
    """Whether a WebSub hub pushes it, and since when not; null where nobody does."""
    troubles: list[str] = []
    """The documents of its last round that could not be read in full: the address of each, and why."""
    trust: TrustView = TrustView()
    """Which of its claims that nothing changed, or that something did, are not relied on."""


class SourceView(BaseModel):
    """A source and its channels, those in trouble first.

    `blocked` counts the answers that were a wall, a shell or an error page instead of what was asked for, and the pages
    that only the parser sees to be one, as long as they are.
    """

    name: str
    title: str
    paused: bool
    blocked: int
    blocked_at: datetime | None
    blocked_detail: str | None
    channels: list[ChannelView]
    hosts: list[str] = []
    pages: list[str] = []
    country: str = "US"
    """Whose holidays it keeps."""
    files: str = "none"
    """What is kept of its articles besides their pages: `none`, `attachments` or `all`, with their pictures."""
    unlisted: list[Unlisted] = []
    """What is looked for that no channel lists."""
    public_archive: str | None = None
    """The form of a public archive that is asked to save the page of each new wording."""
    rhythm: RhythmView = RhythmView()
    trust: dict[str, TrustView] = {}
    """By the host of a channel, what is not relied on of what it says of its pages."""
    retrying: str | None = None
    """When work on its pages fails unexpectedly: how many messages, and of the first how often, why, and what is next.
    """


class ListedView(BaseModel):
    """An address as a channel lists it; `published` as the channel writes it."""

    url: str
    title: str | None
    published: str | None


class PreviewView(BaseModel):
    """What an address would lead to: what it is, how many pages in scope, the first of them, what is out of scope.

    `parts` are further documents of a sitemap, in which pages are listed. `trouble` is one sentence, null when all is
    well.
    """

    url: str
    kind: ChannelKind | None
    found: int
    pages: list[ListedView]
    outside: int
    outside_sample: list[str]
    parts: list[str]
    trouble: str | None


class MovedAddress(BaseModel):
    """An address before and after a move."""

    before: str
    after: str


class SiteMoveView(BaseModel):
    """What the move of a site changes, and whether it is `done`: pages and articles follow in turns.

    `sample` are the first pages.
    """

    pages: int
    sources: list[str]
    channels: list[MovedAddress]
    sample: list[MovedAddress]
    done: bool


class Polled(BaseModel):
    """How many channels are looked at now."""

    channels: int


class SourceBatch(BaseModel):
    """Sources to be watched, as a file lists them."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"sources": [EXAMPLE]}]})

    sources: list[SourceSeed] = Field(min_length=1, max_length=1_000)


class Loaded(BaseModel):
    """How many sources are new, and how many are different now. The others were so already."""

    added: int
    changed: int


class Pause(BaseModel):
    """Whether the source rests."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"paused": True}]})

    paused: bool


@router.get("/sources")
def list_sources(caller: Reader) -> list[SourceView]:
    """All sources, by name. Only admins see what looks like a secret in an address."""
    with reading() as session:
        return [_shown(view, caller) for view in _views(session, sources.list_sources(session))]


@router.post("/sources", status_code=201)
def add_source(seed: SourceSeed, caller: Admin, response: Response) -> SourceView:
    """Watches a source from now on. A source of the same name is changed into this one."""
    with transaction() as session:
        action = "source.changed" if sources.is_known(session, seed.name) else "source.added"
        sources.register(session, seed, utcnow())
        audit_log.note(session, caller, action, f"source {seed.name}", utcnow())
        response.headers["Location"] = f"/sources/{seed.name}"
        return _view(session, sources.find_source(session, seed.name))


@router.post("/sources/batch")
def load_sources(batch: SourceBatch, caller: Admin) -> Loaded:
    """Watches all of these from now on. Sources of the same names are changed. All are taken, or none."""
    with transaction() as session:
        added, changed = sources.load(session, batch.sources, utcnow())
        audit_log.note(session, caller, "sources.loaded", f"{len(batch.sources)} sources", utcnow())
    return Loaded(added=added, changed=changed)


@router.post("/sources/move")
def move_site(order: SiteMoveOrder, caller: Admin) -> SiteMoveView:
    """Lets a site follow to its new host: sources, channels, pages and articles. A dry run says what would be done."""
    with transaction() as session:
        plan = site_moves.plan_of(session, order, SHOWN)
        if not order.dry_run:
            site_moves.relocate(session, order, utcnow())
            audit_log.note(session, caller, "site.moved", f"{order.old} to {order.new}", utcnow())
    return SiteMoveView(
        pages=plan.pages,
        sources=list(plan.sources),
        channels=[MovedAddress(before=before, after=after) for before, after in plan.channels],
        sample=[MovedAddress(before=before, after=after) for before, after in plan.sample],
        done=not order.dry_run,
    )


@router.post("/sources/preview", dependencies=[requires("admin")])
def preview_source(order: PreviewOrder) -> PreviewView:
    """Looks once at an address, if its robots.txt lets us, and says what watching it would find. Nothing is kept."""
    with open_client(egress_settings()) as client:
        answer = preview(
            client, order.url, hosts=order.hosts, pages=order.pages, now=utcnow(), settings=fetcher_settings()
        )
    return PreviewView(
        url=answer.url,
        kind=answer.kind,
        found=len(answer.listed),
        pages=[ListedView.model_validate(member, from_attributes=True) for member in answer.listed[:SHOWN]],
        outside=len(answer.outside),
        outside_sample=[entry.url for entry in answer.outside[:SHOWN]],
        parts=list(answer.parts[:SHOWN]),
        trouble=answer.trouble,
    )


@router.get("/sources/{name}")
def show_source(name: str, caller: Reader) -> SourceView:
    """One source."""
    with reading() as session:
        return _shown(_view(session, _found(session, name)), caller)


@router.post("/sources/{name}/poll", status_code=202)
def poll_source(name: str, caller: Admin) -> Polled:
    """Looks at every channel of the source now, as soon as the pace of its host allows."""
    with transaction() as session:
        _found(session, name)
        audit_log.note(session, caller, "source.polled", f"source {name}", utcnow())
        return Polled(channels=sources.poll_now(session, name))


@router.post("/sources/{name}/pause")
def pause_source(name: str, order: Pause, caller: Admin) -> SourceView:
    """Lets a source rest, or wakes it."""
    with transaction() as session:
        _found(session, name)
        sources.pause(session, name, paused=order.paused)
        audit_log.note(session, caller, f"source.{'paused' if order.paused else 'resumed'}", f"source {name}", utcnow())
        return _view(session, sources.find_source(session, name))


@router.delete("/sources/{name}", status_code=204)
def remove_source(name: str, caller: Admin) -> None:
    """Watches a source no longer: its channels are gone and its pages rest. Its articles and captures stay."""
    with transaction() as session:
        _found(session, name)
        sources.remove(session, name)
        audit_log.note(session, caller, "source.removed", f"source {name}", utcnow())


def _shown(view: SourceView, caller: Caller) -> SourceView:
    if caller.may("admin"):
        return view
    # Sentences may quote an address, as that of a redirect, which carries the token on.
    return SourceView.model_validate(at_every_depth(redacted, view.model_dump()))


def _found(session: Session, name: str) -> SourceHealth:
    try:
        return sources.find_source(session, name)
    except UserError as error:
        raise Problem(404, "No such source", str(error)) from None


def _view(session: Session, health: SourceHealth) -> SourceView:
    return _views(session, [health])[0]


def _views(session: Session, healths: Sequence[SourceHealth]) -> list[SourceView]:
    # One question for all of them: a list of sources grows.
    now, channels = utcnow(), [channel.id or 0 for health in healths for channel in health.channels]
    result = retries.retrying(session, kind="PollChannel", channels=channels, limit=len(channels))
    failing = {entry.channel: entry.sentence(now) for entry in result}
    pages = sources.troubled_pages(session, now)
    walled = blocked.walled(session, [health.source.name for health in healths])
    pushed = push_sentences(session, channels)
    known = watch.rhythms(session, [health.source.id or 0 for health in healths])
    hosts = {host_of(channel.url) for health in healths for channel in health.channels}
    trusted = trust_in_hosts(session, hosts, now)
    due = next_looks(session, channels)
    views = [_source(health, failing, pages, walled.get(health.source.name), pushed, now) for health in healths]
    return [
        view.model_copy(
            update={
                "channels": [
                    entry.model_copy(update={"next_look": None if health.source.paused else due.get(channel.id or 0)})
                    for entry, channel in zip(view.channels, health.channels, strict=True)
                ],
                "rhythm": rhythm_view(known.get(health.source.id or 0)),
                "trust": {
                    name: trusted[name]
                    for name in sorted({host_of(channel.url) for channel in health.channels})
                    if name in trusted
                },
            }
        )
        for view, health in zip(views, healths, strict=True)
    ]


def _source(
    health: SourceHealth,
    failing: Mapping[int | None, str],
    pages: Mapping[str, str],
    walled: blocked.Walled | None,
    pushed: Mapping[int | None, str],
    now: datetime,
) -> SourceView:
    source = health.source
    last = source.blocked_at, source.blocked_detail
    if walled and (source.blocked_at is None or walled.at > source.blocked_at):
        last = walled.at, walled.detail
    return SourceView(
        retrying=pages.get(source.name),
        name=source.name,
        title=source.title,
        paused=source.paused,
        blocked=source.blocked + (walled.pages if walled else 0),
        blocked_at=last[0],
        blocked_detail=last[1],
        channels=[_channel(entry, failing.get(entry.id), pushed.get(entry.id), now) for entry in health.channels],
        country=source.country,
        files=source.files,
        unlisted=[kind for kind in get_args(Unlisted) if kind in source.unlisted],
        public_archive=source.public_archive,
        hosts=source.hosts,
        pages=source.pages,
    )


def _channel(channel: Channel, retrying: str | None, push: str | None, now: datetime) -> ChannelView:
    fields = channel.model_dump(warnings=False) | {
        "retrying": retrying,
        "push": push,
        "validators": [name for name, value in _VALIDATORS.items() if getattr(channel, value)],
        "troubles": [f"{url}: {why}" for url, why in channel.troubles.items()],
        "trust": trust_view(channel.trust, now),
    }
    try:
        view = ChannelView.model_validate(fields)
    except ValidationError as fault:
        return _damaged(channel, fault)
    return view.model_copy(update={"alarm": alarm(channel)})


def _damaged(channel: Channel, fault: ValidationError) -> ChannelView:
    """What can be said of a channel in whose row somebody wrote what Dateline never does: the others are shown."""
    first = fault.errors(include_url=False)[0]
    detail = (
        f"Its row in the database is damaged: {first['loc'][0]}: {first['msg']}. Remove the source and add it again."
    )
    known = dict.fromkeys(("polled_at", "succeeded_at"), None) | dict.fromkeys(("failures", "listed", "fresh"), 0)
    return ChannelView(kind=str(channel.kind), url=str(channel.url), outcome="damaged", detail=detail, **known)
