"""Backfills over HTTP: ordered, watched, cancelled."""

from typing import Annotated

from fastapi import APIRouter, Request, Response
from sqlmodel import Session, col, select

from services.contracts.caller import Caller
from services.contracts.errors import UserError
from services.fetcher.backfill.ending import close
from services.fetcher.backfill.models import Backfill
from services.fetcher.backfill.order import BackfillOrder, UnderWay, write_order
from services.fetcher.backfill.views import Backfills, BackfillView, backfill_view
from services.runtime import audit_log
from services.runtime.database import reading, transaction, utcnow
from services.runtime.http.problems import After, Id, Limit, Problem, Storable, cursor, page, position, requires

router = APIRouter(prefix="/admin/backfills", tags=["admin"])

Admin = Annotated[Caller, requires("admin")]


@router.post("", status_code=202)
def order_backfill(order: BackfillOrder, caller: Admin, request: Request, response: Response) -> BackfillView:
    """Find what a source published in a span: accepted when it is written down, done in the background."""
    with transaction() as session:
        try:
            row = write_order(session, order, caller, utcnow())
        except UnderWay as conflict:
            raise Problem(409, "Under way already", str(conflict)) from None
        except UserError as error:
            raise Problem(422, "No backfill", str(error)) from None
        view = backfill_view(session, row, utcnow())
    response.headers["Location"] = request.url_for("show_backfill", backfill_id=view.id).path
    return view


@router.get("", dependencies=[requires("admin")])
def list_backfills(source: Storable | None = None, limit: Limit = 50, after: After = None) -> Backfills:
    """All backfills, the newest first, with live counts."""
    place = position("backfills", after, int)
    listed = select(Backfill).order_by(col(Backfill.id).desc()).limit(limit + 1)
    if source is not None:
        listed = listed.where(Backfill.source == source)
    if place:
        listed = listed.where(col(Backfill.id) < place[0])
    with reading() as session:
        shown, following = page(session.exec(listed).all(), limit, lambda row: cursor("backfills", row.id or 0))
        return Backfills(backfills=[backfill_view(session, row, utcnow()) for row in shown], next=following)


@router.get("/{backfill_id}", dependencies=[requires("admin")])
def show_backfill(backfill_id: Id) -> BackfillView:
    """One backfill, with live counts."""
    with reading() as session:
        return backfill_view(session, _known(session, backfill_id), utcnow())


@router.post("/{backfill_id}/cancel")
def cancel_backfill(backfill_id: Id, caller: Admin) -> BackfillView:
    """Look at nothing more. Pages that it has found stay, and are visited."""
    with transaction() as session:
        row, now = _known(session, backfill_id, lock=True), utcnow()
        if row.finished_at is None:
            close(session, row, "cancelled", now)
            audit_log.note(session, caller, "backfill.cancelled", f"backfill {row.id} of {row.source}", now)
        return backfill_view(session, row, now)


def _known(session: Session, number: int, *, lock: bool = False) -> Backfill:
    row = session.get(Backfill, number, with_for_update=lock)
    if row is None:
        raise Problem(404, "No such backfill", "GET /admin/backfills lists those there are.")
    return row
