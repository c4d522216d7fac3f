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
_IN_STATE: dict[GapState, tuple[Any, ...]] = {
    "open": OPEN,
    "accepted": (*OPEN, gaps.c.accepted.is_not(None)),
    "closed": (gaps.c.closed_at.is_not(None),),
}


@dataclass(frozen=True)
class GapQuery:
    """Which gaps: all of these must hold."""

    source: str | None = None
    cause: GapCause | None = None
    state: GapState = "open"


def find_gaps(session: Session, query: GapQuery, limit: int, after: int | None) -> Sequence[Row[Any]]:
    """The gaps wanted, those of the latest pages first, from below number `after` on; one row more than `limit`."""
    listed = select(gaps).where(*_IN_STATE[query.state])
    if query.source is not None:
        listed = listed.where(gaps.c.source == query.source)
    if query.cause is not None:
        listed = listed.where(gaps.c.cause == query.cause)
    if after is not None:
        listed = listed.where(gaps.c.id < after)
    return session.execute(listed.order_by(gaps.c.id.desc()).limit(limit + 1)).all()


def count_gaps(session: Session) -> dict[str, dict[GapCause, int]]:
    """How many gaps of each source are open and not accepted, by cause; a source without any is not named."""
    missing = (*OPEN, gaps.c.accepted.is_(None))
    counted = select(gaps.c.source, gaps.c.cause, func.count()).where(*missing).group_by(gaps.c.source, gaps.c.cause)
    counts: dict[str, dict[GapCause, int]] = {}
    for source, cause, number in session.execute(counted.order_by(gaps.c.source, gaps.c.cause)):
        counts.setdefault(source, {})[cause] = number
    return counts


def count_accepted(session: Session) -> dict[str, int]:
    """How many open gaps of each source an operator has accepted."""
    counted = select(gaps.c.source, func.count()).where(*_IN_STATE["accepted"]).group_by(gaps.c.source)
    return {row[0]: row[1] for row in session.execute(counted)}


def late_by(gap: Row[Any]) -> float | None:
    """Seconds from the first sight of a page until it was stored; None while it is not."""
    closed: datetime | None = gap.closed_at
    return (closed - gap.shown_at).total_seconds() if closed else None
