"""Sources over HTTP: what is watched, how it has been, and orders of the operator."""

from typing import Annotated

from fastapi import APIRouter, Response
from pydantic import BaseModel, ConfigDict, Field
from sqlmodel import Session

from services.contracts.caller import Caller
from services.contracts.choices import ChannelKind
from services.contracts.errors import UserError
from services.fetcher import site_moves, sources
from services.fetcher.preview import preview
from services.fetcher.settings import fetcher_settings
from services.fetcher.site_moves import SiteMoveOrder
from services.fetcher.source_seeds import EXAMPLE, PreviewOrder, SourceSeed
from services.fetcher.source_views import SourceView, source_view, source_views
from services.fetcher.sources import SourceHealth
from services.runtime import audit_log
from services.runtime.database import reading, transaction, utcnow
from services.runtime.egress import egress_settings, open_client
from services.runtime.http.problems import Problem, requires
from services.runtime.redaction import at_every_depth, redacted

router = APIRouter(tags=["sources"])
SHOWN = 20
"""Addresses of each sort in a preview."""
Reader = Annotated[Caller, requires("read")]
Admin = Annotated[Caller, requires("admin")]


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
        return [_shown(view, caller) for view in source_views(session, sources.list_sources(session), utcnow())]


@router.post("/sources", status_code=201)
def add_source(seed: SourceSeed, caller: Admin, response: Response) -> SourceView:
    """Watches a source from now on. A source of the same name is changed into this one."""
    with transaction() as session:
        action = "source.changed" if sources.is_known(session, seed.name) else "source.added"
        sources.register(session, seed, utcnow())
        audit_log.note(session, caller, action, f"source {seed.name}", utcnow())
        response.headers["Location"] = f"/sources/{seed.name}"
        return source_view(session, sources.find_source(session, seed.name), utcnow())


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
        return _shown(source_view(session, _existing(session, name), utcnow()), caller)


@router.post("/sources/{name}/poll", status_code=202)
def poll_source(name: str, caller: Admin) -> Polled:
    """Looks at every channel of the source now, as soon as the pace of its host allows."""
    with transaction() as session:
        _existing(session, name)
        audit_log.note(session, caller, "source.polled", f"source {name}", utcnow())
        return Polled(channels=sources.poll_now(session, name))


@router.post("/sources/{name}/pause")
def pause_source(name: str, order: Pause, caller: Admin) -> SourceView:
    """Lets a source rest, or wakes it."""
    with transaction() as session:
        _existing(session, name)
        sources.pause(session, name, paused=order.paused)
        audit_log.note(session, caller, f"source.{'paused' if order.paused else 'resumed'}", f"source {name}", utcnow())
        return source_view(session, sources.find_source(session, name), utcnow())


@router.delete("/sources/{name}", status_code=204)
def remove_source(name: str, caller: Admin) -> None:
    """Watches a source no longer: its channels are gone and its pages rest. Its articles and captures stay."""
    with transaction() as session:
        _existing(session, name)
        sources.remove(session, name)
        audit_log.note(session, caller, "source.removed", f"source {name}", utcnow())


def _shown(view: SourceView, caller: Caller) -> SourceView:
    if caller.may("admin"):
        return view
    # Sentences may quote an address, as that of a redirect, which carries the token on.
    return SourceView.model_validate(at_every_depth(redacted, view.model_dump()))


def _existing(session: Session, name: str) -> SourceHealth:
    try:
        return sources.find_source(session, name)
    except UserError as error:
        raise Problem(404, "No such source", str(error)) from None
