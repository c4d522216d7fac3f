"""How far a dry run would reach: counts by source, layout, field and outcome, and the findings themselves."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, func, select
from sqlmodel import Session

from services.reingest.previews import found, previews, states


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
class Wanted:
    """Which findings: all of these must hold."""

    outcome: str | None = None
    source: str | None = None
    layout: str | None = None
    field: str | None = None
    state: str | None = None


def reach(session: Session, reingestion: int) -> Reach:
    """The whole of what a dry run found, in numbers."""
    here = previews.c.reingestion == reingestion
    keys = (previews.c.source, previews.c.layout, previews.c.outcome)
    counted = select(*keys, func.count().label("pages")).where(here).group_by(*keys).order_by(*keys)
    rows = session.execute(counted).all()
    told = select(func.count()).where(here, previews.c.announced)
    return Reach(
        outcomes=_sums(rows, lambda row: row.outcome),
        sources=_table(rows, "source"),
        layouts=_table(rows, "layout"),
        fields=_fields(session, reingestion),
        announced=session.execute(told).scalar_one(),
        promotion=states(session, reingestion),
    )


def findings(session: Session, reingestion: int, wanted: Wanted, after: int, limit: int) -> Sequence[Row[Any]]:
    """The findings wanted, by page, beginning after page `after`."""
    named = {name: getattr(wanted, name) for name in ("outcome", "source", "layout", "state")}
    asked = [previews.c[name] == value for name, value in named.items() if value is not None]
    if wanted.field is not None:
        asked.append(previews.c.page.in_(_with_field(reingestion, wanted.field)))
    query = select(previews).where(previews.c.reingestion == reingestion, previews.c.page > after, *asked)
    return session.execute(query.order_by(previews.c.page).limit(limit)).all()


def differences(session: Session, reingestion: int, pages: Sequence[int]) -> dict[int, list[Row[Any]]]:
    """Each field that differs on these pages."""
    here = (found.c.reingestion == reingestion, found.c.page.in_(pages))
    by_page: dict[int, list[Row[Any]]] = {page: [] for page in pages}
    for row in session.execute(select(found).where(*here).order_by(found.c.page, found.c.field)):
        by_page[row.page].append(row)
    return by_page


def samples(session: Session, reingestion: int, outcomes: Sequence[str], each: int) -> list[Row[Any]]:
    """The first findings of each of these outcomes."""
    wanted = [Wanted(outcome=outcome) for outcome in outcomes]
    return [row for one in wanted for row in findings(session, reingestion, one, 0, each)]


def _fields(session: Session, reingestion: int) -> dict[str, int]:
    counted = select(found.c.field, func.count()).where(found.c.reingestion == reingestion).group_by(found.c.field)
    return {row[0]: row[1] for row in session.execute(counted.order_by(func.count().desc(), found.c.field))}


def _with_field(reingestion: int, field: str) -> Any:
    return select(found.c.page).where(found.c.reingestion == reingestion, found.c.field == field)


def _table(rows: Sequence[Row[Any]], column: str) -> dict[str, dict[str, int]]:
    names = sorted({getattr(row, column) or "unknown" for row in rows})
    return {
        name: _sums([row for row in rows if (getattr(row, column) or "unknown") == name], lambda row: row.outcome)
        for name in names
    }


def _sums(rows: Sequence[Row[Any]], key: Any) -> dict[str, int]:
    sums: dict[str, int] = {}
    for row in rows:
        sums[key(row)] = sums.get(key(row), 0) + row.pages
    return sums
