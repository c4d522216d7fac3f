"""How far a dry run would reach: counts by source, layout, field and outcome, and the findings themselves."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Row, Text, cast, func, select
from sqlmodel import Session

from services.reingest.models import ReingestionRow
from services.reingest.progress import FINDINGS, counts
from services.runtime.provenance.results import pages


@dataclass(frozen=True)
class Reach:
    """Pages by outcome, in all and for each source and layout; by field that differs; and by what became of them."""

    outcomes: dict[str, int]
    sources: dict[str, dict[str, int]]
    layouts: dict[str, dict[str, int]]
    fields: dict[str, int]
    announced: int
    promotion: dict[str, int]


@dataclass(frozen=True)
class FindingQuery:
    """Which findings: all of these must hold."""

    outcome: str | None = None
    source: str | None = None
    layout: str | None = None
    field: str | None = None
    state: str | None = None


def reach(session: Session, row: ReingestionRow) -> Reach:
    """The whole of what a dry run found, in numbers."""
    keys = (pages.c.source, pages.c.layout, pages.c.finding, pages.c.announced)
    counted = select(*keys, func.count().label("pages")).where(*_of(row.id or 0)).group_by(*keys).order_by(*keys)
    rows = session.execute(counted).all()
    now = counts(session, [row])[row.id or 0]
    return Reach(
        outcomes=_sums(rows),
        sources=_table(rows, "source"),
        layouts=_table(rows, "layout"),
        fields=dict(sorted(now.fields.items(), key=lambda field: (-field[1], field[0]))),
        announced=sum(entry.pages for entry in rows if entry.announced),
        promotion={name: now.findings[name] for name in FINDINGS},
    )


def findings(session: Session, reingestion: int, criteria: FindingQuery, after: int, limit: int) -> Sequence[Row[Any]]:
    """The findings wanted, by page, beginning after page `after`."""
    fields = {
        "finding": criteria.outcome,
        "source": criteria.source,
        "layout": criteria.layout,
        "state": criteria.state,
    }
    entries = [pages.c[name] == value for name, value in fields.items() if value is not None]
    if criteria.field is not None:
        entries.append(cast(pages.c.changed, Text).contains(f'"{criteria.field}"', autoescape=True))
    query = select(pages).where(*_of(reingestion), pages.c.page > after, *entries)
    return session.execute(query.order_by(pages.c.page).limit(limit)).all()


def samples(session: Session, reingestion: int, outcomes: Sequence[str], each: int) -> list[Row[Any]]:
    """The first findings of each of these outcomes."""
    entries = [FindingQuery(outcome=outcome) for outcome in outcomes]
    return [row for entry in entries for row in findings(session, reingestion, entry, 0, each)]


def _of(reingestion: int) -> tuple[ColumnElement[bool], ...]:
    return pages.c.reingestion == reingestion, pages.c.finding.is_not(None)


def _table(rows: Sequence[Row[Any]], column: str) -> dict[str, dict[str, int]]:
    names = sorted({getattr(row, column) or "unknown" for row in rows})
    return {name: _sums([row for row in rows if (getattr(row, column) or "unknown") == name]) for name in names}


def _sums(rows: Sequence[Row[Any]]) -> dict[str, int]:
    sums: dict[str, int] = {}
    for row in sorted(rows, key=lambda row: row.finding):
        sums[row.finding] = sums.get(row.finding, 0) + row.pages
    return sums
