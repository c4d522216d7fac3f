"""How long work waits that could be done: what waits for the turn of its host is not late."""

from datetime import datetime

from sqlmodel import Session

from services.fetcher import due
from services.runtime.ledger import waiting


def overdue(session: Session, now: datetime) -> float:
    """Seconds that the longest-waiting message could have been handled, or its host asked; 0 when nothing waits."""
    return max(waiting.overdue(session, now), due.overdue(session, now))
