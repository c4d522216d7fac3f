"""Coverage over HTTP: which pages that a source showed are not stored, and how complete each month is."""

from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel, ConfigDict
from sqlalchemy import Row

from services.contracts.caller import Caller
from services.contracts.choices import GapCause, GapState
from services.contracts.errors import UserError
from services.fetcher.coverage.acceptances import (
    GapAcceptance,
    GapAcceptanceOrder,
    accept_gaps_of,
    acceptances_of,
    recount,
)
from services.fetcher.coverage.find import GapQuery, count_accepted, count_gaps, find_gaps, late_by
from services.fetcher.coverage.report import coverage_by_month
from services.fetcher.settings import fetcher_settings
from services.fetcher.sources import require_source
from services.runtime.database import reading, transaction, utcnow
from services.runtime.http.problems import After, Id, Limit, Problem, Storable, cursor, page, position, requires
from services.runtime.redaction import at_every_depth, redacted

router = APIRouter(tags=["coverage"])

Reader = Annotated[Caller, requires("read")]
Admin = Annotated[Caller, requires("admin")]
Name = Annotated[Storable, Query(max_length=63, description="The name of a source.")]
Month = Annotated[
    Storable | None, Query(pattern=r"^(19|20|21)[0-9]{2}-(0[1-9]|1[0-2])$", max_length=7, examples=["2026-11"])
]


class GapView(BaseModel):
    """A page that a source showed and that is not stored, or was stored late: `late` is in seconds then.

    `page` is null for an address that is not in the scope of its source. `backlog` was there before we came.
    """

    model_config = ConfigDict(from_attributes=True)

    id: int
    source: str
    url: str
    page: int | None
    cause: GapCause | None
    detail: str | None
    backlog: bool
    shown_at: datetime
    opened_at: datetime | None
    closed_at: datetime | None
    late: float | None
    accepted: int | None
    """The number of the acceptance by which an operator has said that it is right."""


class AcceptanceView(BaseModel):
    """An operator's word that gaps are right: of one page, of addresses that match a pattern, or all with a cause."""

    model_config = ConfigDict(from_attributes=True)

    id: int
    source: str
    cause: GapCause
    one_page: bool
    pattern: str | None
    reason: str
    accepted_by: str
    accepted_at: datetime


class Gaps(BaseModel):
    """Gaps, those of the latest pages first; `next` is the cursor of the page that follows, null on the last."""

    gaps: list[GapView]
    next: str | None


class OpenGaps(BaseModel):
    """How many gaps of a source are open, and how many of those by each cause; and how many others are accepted."""

    source: str
    gaps: int
    causes: dict[GapCause, int]
    accepted: int = 0


class CoverageView(BaseModel):
    """Of the pages that a source showed first in a month: how many are stored, are missing, and by which cause.

    `late` of the stored ones are news that was stored later than `DATELINE_FETCHER_GAP_AFTER`; the times are seconds.
    `waiting` are no gaps yet. Half of the news was shown to us within `seen_after` seconds of its publication, and
    nineteen of twenty within `seen_after_most`; null where no channel says the hour.
    """

    model_config = ConfigDict(from_attributes=True)

    month: str
    shown: int
    stored: int
    waiting: int
    late: int
    late_median: float | None
    late_most: float | None
    seen_after: float | None
    seen_after_most: float | None
    missing: dict[GapCause, int]


class Coverage(BaseModel):
    """The coverage of a source, the latest month first."""

    source: str
    months: list[CoverageView]


def _gap_query(
    source: Annotated[Storable | None, Query(max_length=63)] = None,
    cause: GapCause | None = None,
    state: GapState = "open",
) -> GapQuery:
    return GapQuery(source, cause, state)


@router.get("/gaps")
def list_gaps(
    query: Annotated[GapQuery, Depends(_gap_query)], caller: Reader, limit: Limit = 50, after: After = None
) -> Gaps:
    """Pages that a channel showed and that are not stored. Only admins see what looks like a secret in an address."""
    place = position("gaps", after, int)
    with reading() as session:
        rows = find_gaps(session, query, limit, place[0] if place else None)
    shown, following = page(rows, limit, lambda row: cursor("gaps", row.id))
    return Gaps(gaps=[_view(row, caller) for row in shown], next=following)


@router.get("/gaps/counts", dependencies=[requires("read")])
def show_gap_counts() -> list[OpenGaps]:
    """How many gaps are open, by source and cause; a source without any is not named."""
    with reading() as session:
        counts, accepted = count_gaps(session), count_accepted(session)
    return [
        OpenGaps(
            source=name,
            gaps=sum(counts.get(name, {}).values()),
            causes=counts.get(name, {}),
            accepted=accepted.get(name, 0),
        )
        for name in sorted({*counts, *accepted})
    ]


@router.get("/gaps/acceptances", dependencies=[requires("read")])
def list_acceptances(source: Annotated[Storable | None, Query(max_length=63)] = None) -> list[AcceptanceView]:
    """Which gaps an operator has accepted, and why; the latest first."""
    with reading() as session:
        return [_accepted(row) for row in acceptances_of(session, None if source is None else [source])]


@router.post("/gaps/acceptances", status_code=201)
def accept_gaps(order: GapAcceptanceOrder, caller: Admin) -> AcceptanceView:
    """Says that gaps are right. They stay listed and alarm nobody, until their cause changes."""
    with transaction() as session:
        try:
            return _accepted(accept_gaps_of(session, order, caller, utcnow()))
        except UserError as error:
            raise Problem(404, "No such gap or source", str(error)) from None


@router.delete("/gaps/acceptances/{acceptance}", status_code=204)
def withdraw_acceptance(acceptance: Id, caller: Admin) -> None:
    """Says so no longer: what it covers counts again."""
    with transaction() as session:
        try:
            recount(session, acceptance, caller, utcnow())
        except UserError as error:
            raise Problem(404, "No such acceptance", str(error)) from None


@router.get("/coverage", dependencies=[requires("read")])
def show_coverage(source: Name, month: Month = None) -> Coverage:
    """What a source showed, and what of that is stored: in one month, or in each of the last twelve."""
    with reading() as session:
        try:
            require_source(session, source)
        except UserError as error:
            raise Problem(404, "No such source", str(error)) from None
        months = coverage_by_month(session, source, month, utcnow(), fetcher_settings().gap_after)
    return Coverage(source=source, months=[CoverageView.model_validate(entry) for entry in months])


def _accepted(row: GapAcceptance) -> AcceptanceView:
    return AcceptanceView.model_validate({**row.model_dump(), "one_page": row.key is not None})


def _view(row: Row[Any], caller: Caller) -> GapView:
    view = GapView.model_validate(row._asdict() | {"late": late_by(row)})
    return view if caller.may("admin") else GapView.model_validate(at_every_depth(redacted, view.model_dump()))
