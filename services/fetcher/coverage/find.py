"""Lists and counts of gaps."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, func, select
from sqlmodel import Session

from services.contracts.choices import GapCause, GapState
from services.fetcher.gaps import gaps

OPEN = (gaps.c.closed_at.is_(None), gaps.c.opened_at.is_not(None))


@dataclass(frozen=True)
class GapQuery:
    """Which gaps: all of these must hold."""

    source: str | None = None
    cause: GapCause | None = None
    state: GapState = "open"


def find_gaps(session: Session, query: GapQuery, limit: int, after: int | None) -> Sequence[Row[Any]]:
    """The gaps wanted, those of the latest pages first, from below number `after` on; one row more than `limit`."""
    listed = select(gaps).where(*(OPEN if query.state == "open" else (gaps.c.closed_at.is_not(None),)))
    if query.source is not None:
        listed = listed.where(gaps.c.source == query.source)
    if query.cause is not None:
        listed = listed.where(gaps.c.cause == query.cause)
    if after is not None:
        listed = listed.where(gaps.c.id < after)
    return session.execute(listed.order_by(gaps.c.id.desc()).limit(limit + 1)).all()


def count_gaps(session: Session) -> dict[str, dict[GapCause, int]]:
    """How many gaps of each source are open, by cause; a source without any is not named."""
    counted = select(gaps.c.source, gaps.c.cause, func.count()).where(*OPEN).group_by(gaps.c.source, gaps.c.cause)
    counts: dict[str, dict[GapCause, int]] = {}
    for source, cause, number in session.execute(counted.order_by(gaps.c.source, gaps.c.cause)):
        counts.setdefault(source, {})[cause] = number
    return counts


def late_by(gap: Row[Any]) -> float | None:
    """Seconds from the first sight of a page until it was stored; None while it is not."""
    closed: datetime | None = gap.closed_at
    return (closed - gap.shown_at).total_seconds() if closed else None
