"""Evidence: the captured answers that show that a page was not there, or led elsewhere.

They are rows of a kind of their own. None is a page's capture: it is never parsed, and no validators come from it.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Index, Text, bindparam, select
from sqlalchemy import Table as Relation
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Field, Session, SQLModel

from services.contracts.article import Evidence
from services.runtime.database import Table, UtcDateTime, is_sqlite


class EvidenceRow(Table, table=True):
    """One such answer: the first of its kind among looks in a row."""

    __tablename__ = "evidence"
    __table_args__ = (Index("evidence_by_article", "article", "fetched_at"),)

    page: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    fetched_at: datetime = Field(primary_key=True, sa_type=UtcDateTime)
    article: str
    sign: str
    """As in `contracts.article.Evidence`."""
    detail: str = Field(sa_type=Text)
    capture: str
    """Its name in the archive."""


evidence: Relation = SQLModel.metadata.tables["evidence"]


def note_evidence(session: Session, rows: Sequence[EvidenceRow]) -> None:
    """Keeps these answers; what is known already stays as it is."""
    if rows:
        written = [row.model_dump() for row in sorted(rows, key=lambda row: row.page)]
        session.execute(_NOTE["sqlite" if is_sqlite(session) else "postgresql"], written)


def evidence_of_pages(session: Session, pages: Iterable[int], since: datetime) -> dict[int, tuple[Evidence, ...]]:
    """Of each page the answers from this time on, the first first."""
    shown = dict[int, tuple[Evidence, ...]]()
    for row in session.execute(_OF_PAGES, {"pages": sorted(set(pages)), "since": since}):
        shown[row.page] = (*shown.get(row.page, ()), _shown(row))
    return shown


def evidence_of_article(session: Session, article: str, limit: int) -> list[Evidence]:
    """The answers that were kept about an article's pages, the latest first."""
    rows = session.execute(_OF_ARTICLE.limit(limit), {"of": article})
    return [_shown(row) for row in rows]


def _shown(row: Any) -> Evidence:
    return Evidence(sign=row.sign, detail=row.detail, fetched_at=row.fetched_at, capture=row.capture)


# Made once: to make a statement costs more than to run it.
_NOTE: dict[str, Any] = {
    "sqlite": sqlite.insert(evidence).on_conflict_do_nothing(),
    "postgresql": postgresql.insert(evidence).on_conflict_do_nothing(),
}
_OF_PAGES = (
    select(evidence)
    .where(
        evidence.c.page.in_(bindparam("pages", expanding=True)),
        evidence.c.fetched_at >= bindparam("since", type_=UtcDateTime),
    )
    .order_by(evidence.c.page, evidence.c.fetched_at)
)
_OF_ARTICLE = select(evidence).where(evidence.c.article == bindparam("of")).order_by(evidence.c.fetched_at.desc())
