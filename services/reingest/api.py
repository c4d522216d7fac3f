"""Re-ingestions over HTTP: ordered, watched, steered, judged."""

from collections.abc import AsyncIterator, Sequence
from functools import partial
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Header, Query, Request, Response
from sqlalchemy import Row
from sqlmodel import Session
from starlette.concurrency import run_in_threadpool

from services.contracts.caller import Caller
from services.contracts.messages import Scope
from services.reingest import following, progress, report, steering
from services.reingest import order as reingest
from services.reingest.models import ReingestionRow
from services.reingest.scope import neighbours
from services.reingest.state import NotNow, Verb
from services.reingest.views import (
    Findings,
    PageInScope,
    Progress,
    ReingestionReport,
    Reingestions,
    ReingestionView,
    ScopeReach,
    ScopeWanted,
    finding_views,
    reingestion_view,
    whole_report,
)
from services.runtime.database import reading, transaction, utcnow
from services.runtime.http.listing import newest
from services.runtime.http.long_poll import Watch, seat
from services.runtime.http.problems import After, Id, Limit, Problem, Storable, cursor, page, position, requires
from services.runtime.http.sse import HEADERS, Stream
from services.runtime.provenance.results import Finding, Settled

router = APIRouter(prefix="/admin/reingestions", tags=["admin"])

SHOWN = 10
"""Pages that a scope shows of itself."""
STREAMED: dict[int | str, dict[str, Any]] = {
    200: {
        "model": Progress,
        "description": "The `data` of each event is a `Progress`",
        "content": {"text/event-stream": {"schema": {"contentSchema": {"$ref": "#/components/schemas/Progress"}}}},
    }
}

_watch = Watch(following.look)

Admin = Annotated[Caller, requires("admin")]
Name = Annotated[Storable | None, Query(max_length=200)]
IdempotencyKey = Annotated[
    str | None,
    Header(
        min_length=1,
        max_length=255,
        description="Asking again under the same key gives the same re-ingestion, however often the network failed.",
    ),
]


@router.post("", status_code=202)
def order_reingestion(
    order: reingest.Order,
    caller: Admin,
    request: Request,
    response: Response,
    idempotency_key: IdempotencyKey = None,
) -> ReingestionView:
    """Ingest something again: accepted as soon as it is written down, done in the background."""
    expected, _ = _reach(order.scope)
    with transaction() as session:
        try:
            row = reingest.accept(session, order, caller, utcnow(), idempotency_key, expected)
        except reingest.KeyUsedBefore as conflict:
            raise Problem(409, "Key used before", str(conflict)) from None
        (view,) = _views(session, [row])
    response.headers["Location"] = request.url_for("show_reingestion", reingestion_id=view.id).path
    return view


@router.post("/scope", dependencies=[requires("admin")])
def try_scope(order: ScopeWanted) -> ScopeReach:
    """How many pages a scope holds now, and the first of them. Nothing is ordered."""
    pages, sample = _reach(order.scope)
    return ScopeReach(pages=pages, sample=[PageInScope.model_validate(entry) for entry in sample])


@router.get("", dependencies=[requires("admin")])
def list_reingestions(limit: Limit = 50, after: After = None) -> Reingestions:
    """All re-ingestions, the newest first, with live counts."""
    with reading() as session:
        rows, following = newest(session, ReingestionRow, limit, after)
        return Reingestions(reingestions=_views(session, rows), next=following)


@router.get("/{reingestion_id}", dependencies=[requires("admin")])
def show_reingestion(reingestion_id: Id) -> ReingestionView:
    """One re-ingestion, with live counts."""
    with reading() as session:
        return _view(session, _known(session, reingestion_id))


async def _seated(request: Request) -> AsyncIterator[None]:
    with seat(request.state.caller.key):
        yield


@router.get("/{reingestion_id}/progress", dependencies=[requires("admin")], response_class=Stream, responses=STREAMED)
async def follow_reingestion(reingestion_id: Id, _seat: Annotated[None, Depends(_seated)]) -> Stream:
    """The same, and its promotion, as Server-Sent Events: at once, then at most once a second while it changes.

    Each event is called `progress`, the last one `ended`: then neither it nor its promotion is under way any more.
    A stream ends at times, at the latest after 15 minutes: come again, as every EventSource does, unless it has ended.
    """
    await run_in_threadpool(_show, reingestion_id)
    return Stream(following.follow(_watch, partial(_show, reingestion_id)), headers=HEADERS)


@router.post("/{reingestion_id}/pause")
def pause_reingestion(reingestion_id: Id, caller: Admin) -> ReingestionView:
    """Take no more pages until it is resumed. Those under way are finished. A promotion alike."""
    return _steer("pause", reingestion_id, caller)


@router.post("/{reingestion_id}/resume")
def resume_reingestion(reingestion_id: Id, caller: Admin) -> ReingestionView:
    """Go on where it, or its promotion, was paused."""
    return _steer("resume", reingestion_id, caller)


@router.post("/{reingestion_id}/cancel")
def cancel_reingestion(reingestion_id: Id, caller: Admin) -> ReingestionView:
    """Take no more pages for good. Finished pages stay as they are. A promotion alike."""
    return _steer("cancel", reingestion_id, caller)


@router.post("/{reingestion_id}/promote", status_code=202)
def promote_reingestion(reingestion_id: Id, caller: Admin) -> ReingestionView:
    """Do exactly what the dry run found. A page or article that changed since is left alone, and reported as stale."""
    return _steer("promote", reingestion_id, caller)


@router.post("/{reingestion_id}/discard", status_code=202)
def discard_reingestion(reingestion_id: Id, caller: Admin) -> ReingestionView:
    """Forget the findings of the dry run. Its counts stay."""
    return _steer("discard", reingestion_id, caller)


@router.get("/{reingestion_id}/report", dependencies=[requires("admin")])
def show_reingestion_report(reingestion_id: Id) -> ReingestionReport:
    """How far a dry run would reach: counts by source, layout, field and outcome, with samples."""
    with reading() as session:
        row = _dry_run(session, reingestion_id)
        return whole_report(session, row, _view(session, row))


@router.get("/{reingestion_id}/findings", dependencies=[requires("admin")])
def list_reingestion_findings(
    reingestion_id: Id,
    *,
    outcome: Finding | None = None,
    state: Settled | None = None,
    source: Name = None,
    layout: Name = None,
    field: Name = None,
    limit: Limit = 50,
    after: After = None,
) -> Findings:
    """Every page that a dry run looked at, with each field that differs."""
    listing = f"findings/{reingestion_id}"
    place = position(listing, after, int)
    criteria = report.FindingQuery(outcome=outcome, source=source, layout=layout, field=field, state=state)
    with reading() as session:
        _dry_run(session, reingestion_id)
        rows = report.findings(session, reingestion_id, criteria, place[0] if place else 0, limit + 1)
        shown, following = page(rows, limit, lambda row: cursor(listing, row.page))
        return Findings(findings=finding_views(shown), next=following)


def _reach(scope: Scope) -> tuple[int, Sequence[Row[Any]]]:
    with reading() as session:
        return neighbours().reach(session, scope, SHOWN)


def _steer(verb: Verb, number: int, caller: Caller) -> ReingestionView:
    try:
        with transaction() as session:
            return _view(session, steering.steer(session, verb, number, caller, utcnow()))
    except steering.NoSuchReingestion:
        raise _unknown() from None
    except NotNow as conflict:
        raise Problem(409, "Not possible now", str(conflict)) from None


def _show(number: int) -> tuple[int, Progress]:
    answer = following.look()  # first: what is committed in between wakes us again
    with reading() as session:
        return answer, following.how_far(session, _known(session, number), utcnow())


def _known(session: Session, number: int) -> ReingestionRow:
    row = session.get(ReingestionRow, number)
    if row is None:
        raise _unknown()
    return row


def _dry_run(session: Session, number: int) -> ReingestionRow:
    row = _known(session, number)
    if not row.dry_run:
        raise Problem(404, "No dry run", "Only a dry run keeps what it finds; order one with `dry_run` = true.")
    return row


def _unknown() -> Problem:
    return Problem(404, "No such re-ingestion", "GET /admin/reingestions lists those there are.")


def _view(session: Session, row: ReingestionRow) -> ReingestionView:
    (view,) = _views(session, [row])
    return view


def _views(session: Session, rows: list[ReingestionRow]) -> list[ReingestionView]:
    counted, stuck = progress.counts(session, rows), progress.stuck(session)
    return [reingestion_view(row, counted[row.id or 0], stuck[row.id or 0], utcnow()) for row in rows]
