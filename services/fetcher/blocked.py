"""Counts the bot walls and error pages that a source served in place of pages, and keeps the last of them.

The answers are counted as they come; the pages that only the parser sees through are a query on the verdicts.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from prometheus_client import Counter
from sqlalchemy import func, or_, select, update
from sqlmodel import Session, col

from services.fetcher.models import Page, Source
from services.runtime.database import after_commit
from services.runtime.provenance.verdicts import is_rejected, verdicts

ANSWERS = frozenset({"blocked", "empty"})
"""Outcomes of a look that count."""
READINGS = frozenset({"blocked", "empty", "not_an_article"})
"""Verdicts of the parser that count; of a page that gave an article before, every verdict does."""

BLOCKED = Counter(
    "dateline_blocked_total", "Answers that were a wall or a shell instead of what was asked.", ["source"]
)


@dataclass(frozen=True)
class Walled:
    """How many pages of a source stand as something else now; of the last, when it was fetched and what it was."""

    pages: int
    at: datetime
    detail: str


def count(session: Session, source: str, detail: str | None, now: datetime, answers: int = 1) -> None:
    """So many more, and what the last one was. Said before the rows of channels and hosts are locked, in one order for
    all.
    """
    session.execute(
        update(Source)
        .where(col(Source.name) == source)
        .values(blocked=Source.blocked + answers, blocked_at=now, blocked_detail=detail)
        .execution_options(synchronize_session=False)
    )
    after_commit(session, partial(BLOCKED.labels(source).inc, answers))


def walled(session: Session, names: Sequence[str] | None = None) -> dict[str, Walled]:
    """Of each source, or of these, with pages whose newest capture reads as a wall: how many there are."""
    of, last = col(Page.source), verdicts.c.rejected_fetched_at
    counts = or_(verdicts.c.rejected_reason.in_(READINGS), verdicts.c.article.is_not(None))
    place = func.row_number().over(partition_by=of, order_by=last.desc()).label("place")
    standing = (
        select(of, func.count().over(partition_by=of), last, verdicts.c.rejected_detail, place)
        .join(Page, col(Page.id) == verdicts.c.page)
        .where(verdicts.c.rejected_reason.is_not(None), is_rejected(col(Page.capture), col(Page.fetched_at)), counts)
    )
    if names is not None:
        standing = standing.where(of.in_(names))
    entry = standing.subquery()
    return {row[0]: Walled(*row[1:4]) for row in session.execute(select(entry).where(entry.c.place == 1))}
