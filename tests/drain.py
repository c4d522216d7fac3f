"""The whole system without Celery, as tests of a step's consequences want it."""

from services.runtime import ledger, worker
from services.runtime.database import utcnow


def drain(now=None) -> int:
    """Handles in this process all that is due and that it has handlers for, until nothing is; returns how many."""
    handled = 0
    while due := ledger.due(now or utcnow(), kinds=tuple(worker._handlers)):
        for row_id, kind in due:
            handled += worker.handle(kind, [row_id], now)
    return handled
