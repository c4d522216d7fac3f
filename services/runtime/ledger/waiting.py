"""How much waits in the ledger, and how long the longest-waiting message has been due."""

from datetime import datetime
from typing import Any

from sqlalchemy import Select, bindparam, func, select, union_all
from sqlmodel import Session

from services.contracts.wiring import ROUTES
from services.runtime.database import UtcDateTime
from services.runtime.ledger import ledger_table
from services.runtime.ledger.ledger_table import due_and_free, ledger


def overdue(session: Session, now: datetime) -> float:
    """Seconds that the longest-waiting due and free message has been due; 0 when nothing waits.

    What takes turns at its host may well have to wait, and is not looked at.
    """
    oldest = session.execute(_OLDEST, {"now": now}).scalar()
    return float((now - oldest).total_seconds()) if oldest else 0.0


def counts(session: Session) -> dict[str, int]:
    """How many messages wait or are in flight, how many were dead-lettered, and how many of those were discarded."""
    waits, decided = ledger_table.OPEN, ledger.c.discarded_at.is_not(None)
    names = {
        "messages open": waits,
        "messages dead-lettered": ~waits & ~decided,
        "messages discarded": ~waits & decided,
    }
    return {name: session.execute(select(func.count()).where(which)).scalar_one() for name, which in names.items()}


def _oldest() -> Select[Any]:
    """Each kind by itself: a backlog of those that take turns must not be read through."""
    now = bindparam("now", type_=UtcDateTime)
    first = [
        select(ledger.c.due_at)
        .where(*due_and_free(now), ledger.c.kind == kind.__name__, ledger.c.lane == lane)
        .order_by(ledger.c.due_at)
        .limit(1)
        .subquery()
        for kind, route in ROUTES.items()
        for lane in ("live", "bulk")
        if not route.by_host
    ]
    entry = union_all(*(select(member) for member in first)).subquery()
    return select(func.min(entry.c.due_at))


_OLDEST = _oldest()
