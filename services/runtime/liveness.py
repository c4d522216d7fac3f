"""Whether a worker lives: it took up a wake-up or ended a handling lately, or nothing waits for it.

That a process is there proves nothing: its threads may hang, its children may be stopped, its consumer may be deaf. So
a thread of the main process looks at the queues, and ends the process when wake-ups wait in them and nobody takes them
up. Whoever started the worker starts it again, and the ledger knows what it held.

It asks Redis and not the database: what is due is woken, and a wake-up that is taken from the queue was heard. A main
process that forks must not hold a SQLite database open, whose locks its children would believe to be their own.
"""

import mmap
import os
import struct
import threading
import time
from collections.abc import Callable, Sequence

import structlog

from services.contracts.wiring import ROUTES

STUCK = 75
"""Exit status of a worker that ended itself because it did nothing (EX_TEMPFAIL: try again)."""
LOOKS = 10
"""How often a worker's queues are looked at in the time after which it counts as stuck."""

log = structlog.get_logger()

_last = mmap.mmap(-1, 8)  # shared with the children that this process forks
_looking = threading.Lock()
# No child shall be born in the middle of a look: it would inherit locks that nobody in it will ever release.
os.register_at_fork(before=_looking.acquire, after_in_parent=_looking.release, after_in_child=_looking.release)


def no_fork() -> threading.Lock:
    """While this is held, this process has no children: for what they must not inherit half done."""
    return _looking


def begin() -> None:
    """From now on the signs of this process and of the children it forks are its own, not those of its siblings."""
    global _last  # noqa: PLW0603 - one worker in one process
    _last = mmap.mmap(-1, 8)


def sign() -> None:
    """Says that this worker takes something up, or has ended something."""
    struct.pack_into("d", _last, 0, time.monotonic())


def last_sign() -> float:
    """When this worker or one of its children last gave a sign, as `time.monotonic` counts; 0 when never."""
    when: float = struct.unpack_from("d", _last, 0)[0]
    return when


def patience(services: Sequence[str]) -> float:
    """Seconds of silence that no work of these services can explain: their longest lease exceeds every limit on it."""
    leases = [route.lease for route in ROUTES.values() if route.service in services]
    return max(leases).total_seconds()


def silent_since(before: float | None, now: float, *, signed: float, waiting: int) -> float | None:
    """Since when wake-ups have waited without any sign of life, given what the look before this one said; None if not
    so.

    A wait begins when it is first seen: what was woken a moment ago has not waited yet.
    """
    if not waiting or (before is not None and signed >= before):
        return None
    return now if before is None else before


def watch(waiting: Callable[[], int], stop: threading.Event, seconds: float) -> None:
    """Looks until told to stop, and ends this process when wake-ups have waited for so many seconds in silence.

    `waiting` counts the wake-ups in this worker's queues; when it raises, Redis is away, and the worker is not to
    blame.
    """
    since: float | None = None
    while not stop.wait(seconds / LOOKS):
        since = silent_since(since, time.monotonic(), signed=last_sign(), waiting=_counted(waiting))
        if since is not None and time.monotonic() - since >= seconds:
            log.error("stuck", silent_seconds=round(time.monotonic() - since), advice="it ends, to be started again")
            os._exit(STUCK)


def watch_requests(hung_for: Callable[[], float], stop: threading.Event, seconds: float) -> None:
    """Looks until told to stop, and ends this process when for so many seconds it took on no request and ended none."""
    while not stop.wait(seconds / LOOKS):
        if hung_for() >= seconds:
            log.error("stuck", silent_seconds=round(hung_for()), advice="it ends, to be started again")
            os._exit(STUCK)


def _counted(waiting: Callable[[], int]) -> int:
    try:
        with _looking:
            return waiting()
    except Exception:  # noqa: BLE001 - kombu, redis and the socket each have their own; all mean that Redis is away
        return 0
