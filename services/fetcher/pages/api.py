"""The frontier over HTTP: every page that is known, where it is, and what became of it."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel, ConfigDict
from sqlalchemy import Row
from sqlmodel import Session

from services.contracts.article import RejectionReason
from services.contracts.caller import Caller
from services.contracts.choices import PageState, PageVerdict
from services.fetcher.pages.find import PageQuery, channels_of, find_page, find_pages
from services.runtime.database import reading, utcnow
from services.runtime.http.problems import After, Id, Limit, Problem, Storable, cursor, page, position, requires
from services.runtime.redaction import at_every_depth, redacted

router = APIRouter(prefix="/pages", tags=["pages"])

Reader = Annotated[Caller, requires("read")]
Name = Annotated[Storable | None, Query(max_length=253)]
Host = Annotated[
    Storable | None, Query(max_length=253, description="As in an address, with its port if it has one.", min_length=1)
]
_ADDRESS = "A whole address, the beginning of one from `https://` on, or a part of one."
Address = Annotated[Storable | None, Query(max_length=2_000, min_length=1, description=_ADDRESS)]


class ShownBy(BaseModel):
    """A channel that showed a page, and how it showed it first; `published` as the channel wrote it.

    `kind` and `url` are null when the channel is watched no longer, `position` counts from 1.
    """

    model_config = ConfigDict(from_attributes=True)

    source: str
    kind: str | None
    url: str | None
    first_seen: datetime
    position: int | None
    title: str | None
    published: str | None


class PageLine(BaseModel):
    """A page of the frontier: where it is, how the last look went, and what its newest capture gave.

    `verdict` is `article`, `rejected` (`reason` and `because` say why), `unread` or `nothing` (no capture yet).
    `article` is the one that it gave last, out of `readable`, which may be an earlier capture than `capture`.
    `channels` are all that showed it, of whichever source, the first of them in front; `source` says how it is visited.
    """

    id: int
    url: str | None
    source: str
    channels: list[ShownBy]
    title: str | None
    state: PageState
    discovered_at: datetime
    visited_at: datetime | None
    outcome: str | None
    detail: str | None
    next_visit_at: datetime | None
    verdict: PageVerdict
    reason: RejectionReason | None
    because: str | None
    article: str | None
    capture: str | None
    fetched_at: datetime | None
    readable: str | None
    readable_at: datetime | None
    moved_to: int | None


class Pages(BaseModel):
    """Pages, those found last first; `next` is the cursor of the page that follows, null on the last."""

    pages: list[PageLine]
    next: str | None


def _page_query(
    *,
    source: Name = None,
    host: Host = None,
    state: PageState | None = None,
    verdict: PageVerdict | None = None,
    reason: RejectionReason | None = None,
    address: Address = None,
) -> PageQuery:
    return PageQuery(source, host, state, verdict, reason, address or None)


@router.get("")
def list_pages(
    *, query: Annotated[PageQuery, Depends(_page_query)], caller: Reader, limit: Limit = 50, after: After = None
) -> Pages:
    """Every known page, those found last first. Only admins see what looks like a secret in an address."""
    place = position("pages", after, int)
    query = replace(query, queries=caller.may("admin"))
    with reading() as session:
        rows = find_pages(session, query, utcnow(), limit, place[0] if place else None)
        shown, following = page(rows, limit, lambda row: cursor("pages", row.id))
        result = lines(session, shown)
    return Pages(pages=[_shown(entry, caller) for entry in result], next=following)


@router.get("/{page_id}")
def show_page(page_id: Id, caller: Reader) -> PageLine:
    """One page."""
    with reading() as session:
        row = find_page(session, page_id, utcnow())
        if row is None:
            raise Problem(404, "No such page", "GET /pages lists those there are.")
        (result,) = lines(session, [row])
    return _shown(result, caller)


def lines(session: Session, rows: Sequence[Row[Any]]) -> list[PageLine]:
    """Rows of `find_pages` as the API shows them."""
    channels = channels_of(session, [row.id for row in rows])
    return [_line(row, channels.get(row.id, ())) for row in rows]


def _line(row: Row[Any], channels: Sequence[Row[Any]]) -> PageLine:
    read = {"readable": row.read_capture, "readable_at": row.read_fetched_at}
    shown = {"channels": [ShownBy.model_validate(channel) for channel in channels]}
    return PageLine.model_validate(row._asdict() | read | shown)


def _shown(view: PageLine, caller: Caller) -> PageLine:
    return view if caller.may("admin") else PageLine.model_validate(at_every_depth(redacted, view.model_dump()))
