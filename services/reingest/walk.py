"""The walk of a re-ingestion: a step at a time, from the first page of its scope to the end of its promotion.

The order's row says what is to be done, and each step reads it: who pauses or cancels has written the row, and need
tell nobody. Few pages are under way at a time: that is the pace, it keeps the ledger short, and a pause or an end takes
effect at once.
"""

import json
from collections.abc import Mapping
from datetime import datetime, timedelta

from sqlalchemy import delete, select
from sqlmodel import Session

from services.contracts.caller import Caller
from services.contracts.messages import Mode
from services.reingest import promotion
from services.reingest.models import ReingestionRow
from services.reingest.progress import OUTCOMES, Counts, counts, fold, stuck_pages
from services.reingest.scope import PageBatch, neighbours
from services.reingest.state import Left, State, Work, advance, work
from services.runtime import audit_log
from services.runtime.provenance.results import pages

BATCH = 100
"""Pages taken in one transaction."""
UNDER_WAY: dict[Mode, int] = {"reparse": 200, "refetch": 40}
"""Pages of one order that may be under way at a time: enough for every worker, and soon done after a pause."""
FORGOTTEN = 500
"""Rows deleted in one transaction."""
NOW, WAIT = timedelta(0), timedelta(seconds=1)
"""How long a walk waits before its next step, which brings the counts up to date and looks whether there is room."""


def look(session: Session, number: int) -> PageBatch | None:
    """The next pages of the scope, if any are to be taken now. That may take long, and holds up nobody."""
    row = session.get(ReingestionRow, number)
    if row is None or row.state not in {"accepted", "running"} or row.planned_completely:
        return None
    if not _has_room(row, counts(session, [row])[number], stuck_pages(session, number)):
        return None
    return neighbours().next_pages(session, row.words()[1], row.after, BATCH)


def step(session: Session, number: int, found: PageBatch | None, now: datetime) -> timedelta | None:
    """Does what is to be done next; when the step after it is due, or None when the walk rests or is at its end."""
    row = held(session, number)
    if row is None:
        return None
    counted, stuck = fold(session, row, now), stuck_pages(session, number)
    move(session, row, counted, now)
    match _work(row, counted, stuck):
        case "take" if found and found.after == row.after and _has_room(row, counted, stuck):
            _take(session, row, found)
        case "promote" if row.applying - stuck < promotion.UNDER_WAY:
            promotion.hand_on(session, row)
        case "forget":
            row.open = 0
            return NOW if _forget(session, number) else None
        case "take" | "promote" | "wait":
            return WAIT
        case None:
            return None
    move(session, row, counted, now)
    return _next(row, counted, stuck)


def held(session: Session, number: int) -> ReingestionRow | None:
    """The order's row, locked until the commit."""
    return session.get(ReingestionRow, number, with_for_update=True)


def move(session: Session, row: ReingestionRow, counted: Counts, now: datetime) -> None:
    """Brings the state up to date with the counts; an end is written down."""
    before = row.is_in()
    after = advance(before, _left(row, counted))
    if after == before:
        return
    put(row, after)
    row.started_at = row.started_at or now
    row.clock_at = row.clock_at or now
    if after.ended and not before.ended:
        row.finished_at = now
        result = {"state": row.state} | {name: counted.outcomes[name] for name in OUTCOMES}
        _note(session, row, "ended", result, now)
    if after.promotion in {"promoted", "cancelled"}:
        _note(session, row, "promotion_ended", promotion.findings(row), now)


def put(row: ReingestionRow, state: State) -> None:
    """Writes the state on the row; who follows it looks again."""
    row.state, row.preview = state.run, state.promotion
    row.steps += 1


def _next(row: ReingestionRow, counted: Counts, stuck: int) -> timedelta | None:
    match _work(row, counted, stuck):
        case "take":
            return NOW if _has_room(row, counted, stuck) else WAIT
        case "promote":
            return NOW if row.applying - stuck < promotion.UNDER_WAY else WAIT
        case "forget":
            return NOW
        case "wait":
            return WAIT
    return None


def _work(row: ReingestionRow, counted: Counts, stuck: int) -> Work | None:
    """What the row says; pages that wait for a person are not waited for."""
    left = _left(row, counted)
    alive = Left(left.to_take, max(0, left.under_way - stuck), left.open, max(0, left.applying - stuck))
    return work(row.is_in(), alive)


def _left(row: ReingestionRow, counted: Counts) -> Left:
    return Left(not row.planned_completely, row.planned - counted.through, row.open, row.applying)


def _has_room(row: ReingestionRow, counted: Counts, stuck: int) -> bool:
    mode = row.words()[0].mode
    return row.planned - counted.through - stuck < UNDER_WAY[mode]


def _take(session: Session, row: ReingestionRow, found: PageBatch) -> None:
    row.planned += neighbours().enter(session, found.pages, row.words()[0])
    row.after, row.planned_completely = found.last, found.complete
    row.steps += 1


def _forget(session: Session, number: int) -> bool:
    """Deletes the next results; False when there are no more of them."""
    some = select(pages.c.page).where(pages.c.reingestion == number).limit(FORGOTTEN)
    rows = session.execute(some).scalars().all()
    session.execute(delete(pages).where(pages.c.reingestion == number, pages.c.page.in_(rows)))
    return len(rows) == FORGOTTEN


def _note(session: Session, row: ReingestionRow, action: str, result: Mapping[str, object], now: datetime) -> None:
    caller = Caller(key=row.asked_by, name=row.asked_by_name)
    audit_log.note(session, caller, f"reingestion.{action}", f"reingestion {row.id}", now, result=json.dumps(result))
