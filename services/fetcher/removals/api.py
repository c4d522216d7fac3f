"""Mass takedowns over HTTP: which there are, of which pages, and an operator's decision."""

from datetime import datetime
from typing import Annotated, Literal

from fastapi import APIRouter, Path, Query
from pydantic import BaseModel, ConfigDict
from sqlmodel import Session, col, func, select

from services.contracts.caller import Caller
from services.fetcher.absence_models import Takedown, TakedownPage
from services.fetcher.removals.takedowns import decide_takedown
from services.runtime import audit_log
from services.runtime.database import reading, transaction, utcnow
from services.runtime.http.problems import Problem, Storable, requires

router = APIRouter(prefix="/takedowns", tags=["takedowns"])
Admin = Annotated[Caller, requires("admin")]
TakedownId = Annotated[int, Path(ge=1, le=2**31 - 1)]
SourceName = Annotated[Storable | None, Query(max_length=200)]
State = Literal["open", "released", "discarded", "returned"]

LATEST = 100
"""Takedowns in the list."""
NAMED = 200
"""Pages that one of them names."""


class TakedownLine(BaseModel):
    """A mass takedown: when its notice went out, of how many pages, and how many of them came back before its end.

    `state` is open until an operator, or a day later the evidence, decides; `decided_by` names the operator's key.
    """

    model_config = ConfigDict(from_attributes=True)

    id: int
    source: str
    state: State
    opened_at: datetime
    ended_at: datetime | None
    decided_by: str | None
    number: int = 0
    returned: int = 0


class TakedownPageView(BaseModel):
    """A page of it: the sign in its place, and since when."""

    model_config = ConfigDict(from_attributes=True)

    article: str
    url: str | None
    sign: str
    since: datetime
    returned_at: datetime | None


class TakedownView(TakedownLine):
    """The same with its pages, 200 at most."""

    pages: list[TakedownPageView] = []


@router.get("", dependencies=[requires("read")])
def list_takedowns(source: SourceName = None, state: State | None = None) -> list[TakedownLine]:
    """The latest first, 100 at most."""
    with reading() as session:
        rows = select(Takedown).order_by(col(Takedown.id).desc()).limit(LATEST)
        if source is not None:
            rows = rows.where(Takedown.source == source)
        if state is not None:
            rows = rows.where(Takedown.state == state)
        return [_line(session, takedown) for takedown in session.exec(rows)]


@router.get("/{takedown}", dependencies=[requires("read")])
def show_takedown(takedown: TakedownId) -> TakedownView:
    """One, with the pages that it names."""
    with reading() as session:
        row = _known(session, takedown, lock=False)
        pages = select(TakedownPage).where(TakedownPage.takedown == takedown).order_by(col(TakedownPage.page))
        shown = [TakedownPageView.model_validate(page) for page in session.exec(pages.limit(NAMED))]
        return TakedownView(**_line(session, row).model_dump(), pages=shown)


@router.post("/{takedown}/release", status_code=202)
def release_takedown(takedown: TakedownId, caller: Admin) -> TakedownLine:
    """Announces the single removals now: an `article.removed` for each page that did not come back."""
    return _decide(takedown, "released", caller)


@router.post("/{takedown}/discard", status_code=202)
def discard_takedown(takedown: TakedownId, caller: Admin) -> TakedownLine:
    """Says that these are no removals: the articles stay missing, and no event tells of them."""
    return _decide(takedown, "discarded", caller)


def _decide(takedown: int, state: Literal["released", "discarded"], caller: Caller) -> TakedownLine:
    with transaction() as session:
        row = _known(session, takedown, lock=True)
        if row.state != "open":
            raise Problem(
                409, f"This takedown is {row.state} already", "GET /takedowns?state=open lists the open ones."
            )
        now = utcnow()
        decide_takedown(session, row, state, caller.name, now)
        audit_log.note(session, caller, f"takedown.{state}", f"takedown {takedown} of {row.source}", now)
        return _line(session, row)


def _known(session: Session, takedown: int, *, lock: bool) -> Takedown:
    row = session.get(Takedown, takedown, with_for_update=lock)
    if row is None:
        raise Problem(404, "No such takedown", "GET /takedowns lists those that there are.")
    return row


def _line(session: Session, takedown: Takedown) -> TakedownLine:
    counts = select(func.count(), func.count(col(TakedownPage.returned_at))).where(TakedownPage.takedown == takedown.id)
    number, returned = session.exec(counts).one()
    line = TakedownLine.model_validate(takedown)
    return line.model_copy(update={"number": number, "returned": returned})
