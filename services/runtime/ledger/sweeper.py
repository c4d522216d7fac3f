"""Reminds workers of what is due and was not picked up: waits that ended, wake-ups that were lost, leases that ran out.

Any number may run; rows are stamped as they are taken. A queue that still holds wake-ups is left alone, because whoever
reads it is busy, and waking the same rows again would only make the queue longer.
"""

import threading
import time
from datetime import datetime, timedelta

import structlog

from services.contracts.messages import Lane
from services.contracts.wiring import KINDS, ROUTES
from services.runtime import fault_points
from services.runtime.celery import wake_ups
from services.runtime.database import transaction, utcnow
from services.runtime.ledger import health_gates, instances, redelivery
from services.runtime.ledger.jobs import enqueue

EVERY = 0.5
"""Seconds between two sweeps: how late a wait may end."""
PATIENCE = timedelta(seconds=5)
"""How long a wake-up may be under way before it is taken for lost."""
LONG = 20
"""Wake-ups in a queue from which on its readers count as busy."""
LOOKS = 5
"""How often it looks for processes and instances that are gone in the time after which an instance counts as silent."""
AT_ONCE = 100
"""Messages of a lane that one sweep reminds of: more than workers take up until the next, few enough to be cheap."""

LANES: tuple[Lane, ...] = ("live", "bulk")
SWEPT = tuple(kind.__name__ for kind, route in ROUTES.items() if not route.by_host)
"""Those whose hosts take turns are found by whoever claims them."""

log = structlog.get_logger()


def sweep(now: datetime, depths: dict[str, int]) -> int:
    """Wake-ups what is due and forgotten, given how many wake-ups wait in each queue; returns how many messages."""
    result = 0
    for lane in LANES:
        kinds = [kind for kind in SWEPT if depths.get(wake_ups.queue_name(ROUTES[KINDS[kind]].service, lane), 0) < LONG]
        rows = redelivery.take_unclaimed(now, woken_before=now - PATIENCE, kinds=kinds, lane=lane, limit=AT_ONCE)
        if rows:
            fault_points.fault_point("sweep:taken")
        for row_id, kind in rows:
            wake_ups.wake_up(kind, lane, [row_id])
        result += len(rows)
    return result


def arm(now: datetime) -> None:
    """Says each timer that is not there yet, due when it would come again; nothing else need ever say it."""
    with transaction(lasting=False) as session:
        for kind, route in ROUTES.items():
            if route.timer and route.repeats:
                enqueue(session, kind(), due_at=now + route.repeats)


def sweep_for_ever(stop: threading.Event) -> None:
    """Sweeps until told to stop; trouble with Redis or the database is said once and waited out."""
    armed, troubled, reaper = False, False, _Reaper()
    while not stop.wait(EVERY):
        try:
            if not armed:
                arm(utcnow())
                armed = True
            reaper.reap()
            # Redis is asked only where there is something to remind of: most sweeps find nothing.
            if redelivery.any_waits(now := utcnow(), woken_before=now - PATIENCE, kinds=SWEPT, limit=AT_ONCE):
                sweep(now, wake_ups.depths())
        except Exception as trouble:  # noqa: BLE001 - whatever is away comes back, and the sweep must be there then
            if not troubled:
                log.warning("sweep_failed", error=f"{type(trouble).__name__}: {trouble}"[:300])
            troubled = True
        else:
            troubled = False


class _Reaper:
    """Ends what processes and instances hold that are gone; looks for them now and then."""

    def __init__(self) -> None:
        self._watcher, self._next = instances.Watcher(), 0.0

    def reap(self) -> None:
        if (now := time.monotonic()) < self._next:
            return
        self._next = now + instances.SILENT / LOOKS
        silent = self._watcher.silent(instances.beats(), now)
        redelivery.end_leases_of_the_dead(utcnow(), silent)
        if silent:
            with transaction(lasting=False) as session:
                health_gates.forget(session, silent)
            instances.forget(silent)
