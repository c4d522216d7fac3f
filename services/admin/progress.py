"""How far a re-ingestion is. Several workers count at once: every step is one atomic statement."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import case, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session, col

from services.admin.models import ReingestionChange, ReingestionRow
from services.contracts.messages import (
    FetchPage,
    PageReingested,
    ParsePage,
    Reingest,
    ReingestionPlanned,
    SaveArticle,
)
from services.runtime.database import is_sqlite
from services.runtime.entries import rows

OUTCOMES = ("created", "updated", "unchanged", "rejected", "unavailable")


def plan(session: Session, news: ReingestionPlanned, now: datetime) -> None:
    """Adds pages to the re-ingestion; it may be done by that, when it holds none or all are counted."""
    row = ReingestionRow
    completely = {"planned_completely": True} if news.complete else {}
    session.execute(
        update(row).where(col(row.id) == news.reingestion).values(planned=row.planned + news.pages, **completely)
    )
    _move_on(session, news.reingestion, now)


def count(session: Session, news: PageReingested, now: datetime) -> None:
    """Adds one page to its outcome, and to each field that differs."""
    outcome = getattr(ReingestionRow, news.outcome)
    session.execute(
        update(ReingestionRow).where(col(ReingestionRow.id) == news.reingestion).values({outcome: outcome + 1})
    )
    for field in sorted(set(news.changed)):
        _count_change(session, news.reingestion, field)
    _move_on(session, news.reingestion, now)


def changes(session: Session, ids: Sequence[int]) -> Mapping[int, dict[str, int]]:
    """For each of these re-ingestions, how many pages differ in which field of the article."""
    found: dict[int, dict[str, int]] = {reingestion: {} for reingestion in ids}
    query = select(ReingestionChange).where(col(ReingestionChange.reingestion).in_(ids))
    for change in session.scalars(query.order_by(col(ReingestionChange.field))):
        found[change.reingestion][change.field] = change.pages
    return found


def stuck(session: Session) -> Counter[int]:
    """How many messages of each re-ingestion were set aside: until they are replayed, it cannot be done."""
    found = session.execute(
        select(rows.c.kind, rows.c.key).where(rows.c.set_aside_at.is_not(None), rows.c.kind.in_(_NAMED))
    )
    orders = (key.split(":")[place] for kind, key in found if (place := _NAMED[kind]) == 0 or ":" in key)
    return Counter(int(order) for order in orders if order)


# Where the key of a message names its re-ingestion: `order:page` of what is told to the desk, `page:…:order` of what
# is done with a page. A visit by plan has no second part, and a first reading an empty one.
_NAMED = {kind.__name__: 0 for kind in (Reingest, ReingestionPlanned, PageReingested)} | {
    kind.__name__: -1 for kind in (FetchPage, ParsePage, SaveArticle)
}


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
    counted = sum((getattr(row, name) for name in OUTCOMES[1:]), getattr(row, OUTCOMES[0]))
    over = col(row.planned_completely) & (counted >= row.planned)
    session.execute(
        update(row)
        .where(col(row.id) == reingestion, col(row.state) != "done")
        .values(
            state=case((over, "done"), else_="running"),
            started_at=case((col(row.started_at).is_(None), now), else_=row.started_at),
            finished_at=case((over, now), else_=None),
        )
    )
