"""How far a re-ingestion is. Several workers count at once: every step is one atomic statement."""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import case, func, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session, col

from services.contracts.caller import Caller
from services.contracts.messages import (
    ForgetPreview,
    PageReingested,
    ReingestionPlanned,
)
from services.reingest.models import ReingestionChange, ReingestionRow
from services.runtime import audit
from services.runtime.database import is_sqlite
from services.runtime.entries import rows

OUTCOMES = ("created", "updated", "unchanged", "rejected", "unavailable")
OVER = frozenset({"done", "cancelled"})
PROMOTION = frozenset({"promoting", "paused", "cancelling"})
"""What `preview` says while the findings of a dry run are being done."""


def plan(session: Session, news: ReingestionPlanned, now: datetime) -> None:
    """Adds pages to the re-ingestion; it may be done by that, when it holds none or all are counted."""
    row = ReingestionRow
    completely = {"planned_completely": True} if news.complete else {}
    session.execute(
        update(row)
        .where(col(row.id) == news.reingestion)
        .values(planned=row.planned + news.pages, steps=row.steps + 1, **completely)
    )
    _move_on(session, news.reingestion, now)


def count(session: Session, news: PageReingested, now: datetime) -> None:
    """Adds one page to its outcome, and to each field that differs."""
    row = ReingestionRow
    outcome = getattr(row, news.outcome)
    session.execute(
        update(row).where(col(row.id) == news.reingestion).values({outcome: outcome + 1, row.steps: row.steps + 1})
    )
    for field in sorted(set(news.changed)):
        _count_change(session, news.reingestion, field)
    _move_on(session, news.reingestion, now)


def counted(row: ReingestionRow) -> int:
    """How many pages are through."""
    return sum(outcomes(row).values())


def outcomes(row: ReingestionRow) -> dict[str, int]:
    """How many pages ended how."""
    return {name: getattr(row, name) for name in OUTCOMES}


def pace(row: ReingestionRow, now: datetime) -> float | None:
    """Pages a second since it runs without a pause; None while that says nothing."""
    seconds = ((row.finished_at or now) - row.clock_at).total_seconds() if row.clock_at else 0.0
    fresh = counted(row) - row.clock_count
    return fresh / seconds if seconds > 0 and fresh else None


def seconds_left(row: ReingestionRow, now: datetime) -> float | None:
    """How long it will take yet, at its pace, if the scope still holds what it held; None when nobody can tell."""
    rate = pace(row, now)
    if row.state != "running" or not rate:
        return None
    total = row.planned if row.planned_completely else max(row.expected or 0, row.planned)
    return max(0, total - counted(row)) / rate


def is_over(row: ReingestionRow) -> bool:
    """Whether nothing more will happen unless somebody orders it: it has ended, and so has its promotion, if any."""
    return row.state in OVER and row.preview not in PROMOTION


def look(session: Session) -> int:
    """A number that grows with whatever changes about any re-ingestion."""
    return int(session.execute(select(func.coalesce(func.sum(ReingestionRow.steps), 0))).scalar_one())


def changes(session: Session, ids: Sequence[int]) -> Mapping[int, dict[str, int]]:
    """For each of these re-ingestions, how many pages differ in which field of the article."""
    found: dict[int, dict[str, int]] = {reingestion: {} for reingestion in ids}
    query = select(ReingestionChange).where(col(ReingestionChange.reingestion).in_(ids))
    for change in session.scalars(query.order_by(col(ReingestionChange.field))):
        found[change.reingestion][change.field] = change.pages
    return found


def stuck(session: Session) -> Counter[int]:
    """How many messages of each re-ingestion wait for a decision: until they are replayed, it cannot be done."""
    waits = (rows.c.set_aside_at.is_not(None), rows.c.discarded_at.is_(None))
    order = rows.c.reingestion
    counted = select(order, func.count()).where(*waits, order.is_not(None), rows.c.kind != ForgetPreview.__name__)
    return Counter({row.reingestion: row[1] for row in session.execute(counted.group_by(order))})


def _count_change(session: Session, reingestion: int, field: str) -> None:
    insert = sqlite.insert if is_sqlite(session) else postgresql.insert
    session.execute(
        insert(ReingestionChange)
        .values(reingestion=reingestion, field=field, pages=1)
        .on_conflict_do_update(index_elements=["reingestion", "field"], set_={"pages": ReingestionChange.pages + 1})
    )


def _move_on(session: Session, reingestion: int, now: datetime) -> None:
    # The update before this one holds the row until the commit, so that of several workers the last one sees the end.
    row = ReingestionRow
    through = sum((getattr(row, name) for name in OUTCOMES[1:]), getattr(row, OUTCOMES[0]))
    over = col(row.planned_completely) & (through >= row.planned)
    ended = case((col(row.state) == "cancelling", "cancelled"), else_="done")
    begun = case((col(row.state) == "accepted", "running"), else_=row.state)
    moved = session.execute(
        update(row)
        .where(col(row.id) == reingestion, col(row.state).not_in(("done", "cancelled")))
        .values(
            state=case((over, ended), else_=begun),
            started_at=func.coalesce(row.started_at, now),
            clock_at=func.coalesce(row.clock_at, now),
            finished_at=case((over, now), else_=None),
        )
        .returning(row)
        .execution_options(populate_existing=True)
    ).scalar_one_or_none()
    if moved is not None and moved.finished_at is not None:
        _note_end(session, moved, now)


def _note_end(session: Session, row: ReingestionRow, now: datetime) -> None:
    asker = Caller(key=row.asked_by, name=row.asked_by_name)
    result = json.dumps({"state": row.state} | outcomes(row))
    audit.note(session, asker, "reingestion.ended", f"reingestion {row.id}", now, result=result)
