"""How far a re-ingestion is.

Pages that end write rows of their own; nobody counts at that moment, so that no row is written by every message. The
walk folds what has come into the order's row, a step at a time, and readers add what was not folded yet.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Row, func, select, update
from sqlmodel import Session

from services.reingest.models import ReingestionRow
from services.runtime.ledger.ledger_table import ledger
from services.runtime.provenance.results import pages

OUTCOMES = ("created", "updated", "unchanged", "rejected", "unavailable")
FINDINGS = ("open", "applying", "applied", "stale")
_NEWS = (pages.c.outcome, pages.c.changed, pages.c.state)


@dataclass
class Counts:
    """Pages by how they ended, by each field that differs, and findings by what became of them."""

    outcomes: Counter[str] = field(default_factory=Counter)
    fields: Counter[str] = field(default_factory=Counter)
    findings: Counter[str] = field(default_factory=Counter)

    @property
    def through(self) -> int:
        """How many pages have ended."""
        return self.outcomes.total()

    def add(self, page: Row[Any]) -> None:
        """Counts a page that has ended, or a finding that is settled."""
        if page.state in {"applied", "stale"}:
            self.findings.update({page.state: 1, "applying": -1})
            return
        self.outcomes[page.outcome] += 1
        self.fields.update(page.changed)
        self.findings.update([page.state] if page.state == "open" else [])


def counts(session: Session, rows: Sequence[ReingestionRow]) -> Mapping[int, Counts]:
    """The counts of these re-ingestions as they are now."""
    fields = {row.id or 0: _folded(row) for row in rows}
    fresh = select(pages.c.reingestion, *_NEWS).where(pages.c.counted_at.is_(None), pages.c.reingestion.in_(fields))
    for page in session.execute(fresh):
        fields[page.reingestion].add(page)
    return fields


def fold(session: Session, row: ReingestionRow, now: datetime) -> Counts:
    """Adds what has come since to the order's row, which the caller holds; the counts then."""
    counted = _folded(row)
    fresh = (pages.c.reingestion == row.id, pages.c.counted_at.is_(None))
    news = session.execute(update(pages).where(*fresh).values(counted_at=now).returning(*_NEWS)).all()
    for page in news:
        counted.add(page)
    if news:
        _write(row, counted)
    return counted


def pace(row: ReingestionRow, through: int, now: datetime) -> float | None:
    """Pages a second since it runs without a pause; None while that says nothing."""
    seconds = ((row.finished_at or now) - row.clock_at).total_seconds() if row.clock_at else 0.0
    fresh = through - row.clock_count
    return fresh / seconds if seconds > 0 and fresh else None


def total(row: ReingestionRow) -> int:
    """How many pages it will be, if the scope still holds what it held."""
    return row.planned if row.planned_completely else max(row.expected or 0, row.planned)


def seconds_left(row: ReingestionRow, through: int, now: datetime) -> float | None:
    """How long it will take yet, at its pace; None when nobody can tell."""
    rate = pace(row, through, now)
    if row.state != "running" or not rate:
        return None
    return max(0, total(row) - through) / rate


def look(session: Session) -> int:
    """A number that grows with whatever changes about any re-ingestion."""
    return int(session.execute(select(func.coalesce(func.sum(ReingestionRow.steps), 0))).scalar_one())


def stuck(session: Session) -> Counter[int]:
    """How many messages of each re-ingestion wait for a decision: until they are replayed, it cannot be done."""
    order = ledger.c.reingestion
    counted = select(order, func.count()).where(*_WAIT_FOR_A_PERSON, order.is_not(None)).group_by(order)
    return Counter({result.reingestion: result[1] for result in session.execute(counted)})


def stuck_pages(session: Session, reingestion: int) -> int:
    """How many pages of this one do."""
    about = (ledger.c.reingestion == reingestion, ledger.c.page.is_not(None))
    return int(session.execute(select(func.count()).where(*_WAIT_FOR_A_PERSON, *about)).scalar_one())


_WAIT_FOR_A_PERSON = (ledger.c.dead_lettered_at.is_not(None), ledger.c.discarded_at.is_(None))


def _folded(row: ReingestionRow) -> Counts:
    return Counts(
        Counter({name: getattr(row, name) for name in OUTCOMES}),
        Counter(row.changed_fields),
        Counter({name: getattr(row, name) for name in FINDINGS}),
    )


def _write(row: ReingestionRow, counted: Counts) -> None:
    for name in OUTCOMES:
        setattr(row, name, counted.outcomes[name])
    for name in FINDINGS:
        setattr(row, name, counted.findings[name])
    row.changed_fields = dict(sorted(counted.fields.items()))
    row.steps += 1
