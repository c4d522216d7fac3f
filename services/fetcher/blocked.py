"""How often a source served something else than what it was asked for, and what that was the last time."""

from datetime import datetime

from prometheus_client import Counter
from sqlalchemy import update
from sqlmodel import Session, col

from services.fetcher.models import Source
from services.runtime.database import after_commit

ANSWERS = frozenset({"blocked", "empty"})
"""Outcomes of a look that count."""
READINGS = frozenset({"blocked", "empty", "not_an_article"})
"""Verdicts of the parser that count; of a page that gave an article before, every verdict does."""

BLOCKED = Counter(
    "dateline_blocked_total", "Answers that were a wall or a shell instead of what was asked.", ["source"]
)


def count(session: Session, source: str, detail: str | None, now: datetime) -> None:
    """One more. Said before the rows of channels and hosts are locked, in one order for all."""
    session.execute(
        update(Source)
        .where(col(Source.name) == source)
        .values(blocked=Source.blocked + 1, blocked_at=now, blocked_detail=detail)
        .execution_options(synchronize_session=False)
    )
    after_commit(session, BLOCKED.labels(source).inc)
