"""The whole system without Celery, as tests of a step's consequences want it."""

from services.runtime.database import utcnow
from services.runtime.ledger import jobs, worker


def drain(now=None) -> int:
    """Handles in this process all that is due and that it has handlers for, while it can; returns how many."""
    handled = 0
    while more := sum(worker.handle(kind, [row_id], now) for row_id, kind in _due(now or utcnow())):
        handled += more
    return handled


def _due(now):
    return jobs.due(now, kinds=tuple(worker._handlers))
