"""Requests in flight: what waits for the network waits in threads of its own, many more than there are cores.

Celery only wakes the one thread that claims. It claims what may go now, each in a thread of its own, while there are
places. A request that has waited for seconds gives its place up: it costs a socket, and keeps nobody else waiting.
"""

import math
import os
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from signal import SIGTERM

import structlog
from sqlalchemy.exc import SQLAlchemyError

from services.contracts.wiring import KINDS, ROUTES
from services.runtime.database import utcnow
from services.runtime.ledger import health_gates
from services.runtime.ledger.jobs import Job, LeaseLost

SLOW = 2.0
"""Seconds after which a request counts no longer among those that hold a place, and its host gets no second one."""
MOST = 256
"""Requests that one process has in flight at most, slow ones included: a thread that waits takes some 50 kB."""
SPACING = 0.02
"""Seconds between two claims at least, so that under load several are claimed together."""
REST = 2.0
"""Seconds after which it looks also when nobody woke it."""
GRACE = 5.0
"""Seconds that requests in flight have at a stop; then they are given back."""
MAX_MEMORY = 400_000
"""Kilobytes above which a worker takes nothing more, and ends, to be started again, once its work is done."""

BY_HOST = tuple(kind for kind, message in KINDS.items() if ROUTES[message].by_host)

log = structlog.get_logger()


@dataclass(frozen=True)
class Room:
    """What a claim may take: places of all, for hosts on trial, and kept for backlogs; of these kinds, or of these ids.

    `slow` are the hosts whose answer takes long just now.
    """

    places: int
    on_trial: int
    backlog: int = 0
    kinds: tuple[str, ...] = BY_HOST
    ids: tuple[int, ...] | None = None
    slow: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Claimed:
    """What was claimed, and which of it goes to hosts on trial; `again` is when there will be more to claim."""

    jobs: Sequence[Job] = ()
    again: datetime | None = None
    on_trial: Sequence[int] = ()


Claim = Callable[[datetime, Room], Claimed]


@dataclass(frozen=True)
class _Flight:
    job: Job
    on_trial: bool
    began: float = field(default_factory=time.monotonic)

    @property
    def is_slow(self) -> bool:
        return time.monotonic() - self.began > SLOW


class InFlight:
    """The requests of this process: claims with `claim`, and gives each to `run` in a thread of its own.

    `prepare` is given what was claimed together, before that. Where the process holds more than `memory` kilobytes, it
    takes nothing more, and ends when its work is done.
    """

    def __init__(
        self,
        claim: Claim,
        run: Callable[[Job], None],
        *,
        places: int,
        memory: float = math.inf,
        prepare: Callable[[Sequence[Job]], None] = lambda _jobs: None,
    ) -> None:
        self._claim, self._run, self._places, self._memory, self._prepare = claim, run, places, memory, prepare
        self._lock = threading.Lock()
        self._flying: dict[int, _Flight] = {}
        self._woken, self._over = threading.Event(), threading.Event()
        self._signed = time.monotonic()

    def begin(self) -> None:
        """From now on it claims."""
        threading.Thread(target=self._claim_for_ever, name="turns", daemon=True).start()

    def wake(self) -> None:
        """There may be something to claim."""
        self._woken.set()

    def hung_for(self) -> float:
        """Seconds since it last could claim, or ended a request."""
        return time.monotonic() - self._signed

    def stop(self) -> None:
        """Takes nothing more on."""
        self._over.set()
        self._woken.set()

    def end(self, grace: float = GRACE) -> None:
        """Waits a little for what is in flight, and gives the rest back, so that it is due at once."""
        self.stop()
        ends = time.monotonic() + grace
        while self._flying and time.monotonic() < ends:
            time.sleep(0.02)
        for flight in self._all():
            with suppress(LeaseLost, SQLAlchemyError):
                flight.job.defer(utcnow(), "Its worker was told to stop.")

    def room(self) -> Room:
        """What may be claimed now."""
        flying = self._all()
        quick = [entry for entry in flying if not entry.is_slow]
        free = min(self._places - len(quick), MOST - len(flying))
        on_trial = self._places // 2 - sum(member.on_trial for member in quick)
        backlog = self._places // 8 - sum(each.job.lane == "bulk" for each in quick)
        slow = frozenset(element.job.host or "" for element in flying if element.is_slow)
        kinds = tuple(kind for kind in BY_HOST if not health_gates.closed(ROUTES[KINDS[kind]].needs))
        return Room(max(free, 0), max(on_trial, 0), max(backlog, 0), kinds, slow=slow)

    def _all(self) -> list[_Flight]:
        with self._lock:
            return list(self._flying.values())

    def _claim_for_ever(self) -> None:
        while not self._over.is_set():
            self._woken.clear()
            pause = self._round()
            if not self._over.wait(SPACING):
                self._woken.wait(pause)

    def _round(self) -> float:
        """Claims once; seconds until it is time to do so again."""
        room = self.room()
        if not room.places or self._is_too_large():
            return SLOW / 4  # soon one of those that hold a place is slow, if none ends
        self._signed = time.monotonic()
        if not room.kinds:
            return REST
        try:
            claimed = self._claim(utcnow(), room)
        except SQLAlchemyError as trouble:
            log.debug("not_claimed", error=type(trouble).__name__)
            return REST
        except Exception as surprise:
            log.warning("not_claimed", error=f"{type(surprise).__name__}: {surprise}"[:300], exc_info=True)
            return REST
        self._prepare(claimed.jobs)
        for job in claimed.jobs:
            self._start(_Flight(job, job.id in claimed.on_trial))
        return _seconds_until(claimed.again)

    def _start(self, flight: _Flight) -> None:
        with self._lock:
            self._flying[flight.job.id] = flight
        threading.Thread(target=self._fly, args=[flight], name="request", daemon=True).start()

    def _fly(self, flight: _Flight) -> None:
        try:
            self._run(flight.job)
        finally:
            with self._lock:
                if self._flying.get(flight.job.id) is flight:
                    del self._flying[flight.job.id]
            self._signed = time.monotonic()
            self._woken.set()

    def _is_too_large(self) -> bool:
        if _memory() < self._memory:
            return False
        if not self._all():
            log.info("replaced", because=f"it took more than {self._memory // 1000} MB of memory")
            os.kill(os.getpid(), SIGTERM)
            self._over.wait(REST)
        return True


def _seconds_until(again: datetime | None) -> float:
    return REST if again is None else min(max((again - utcnow()) / timedelta(seconds=1), 0.0), REST)


def _memory() -> int:
    """Kilobytes that this process holds; 0 where nobody says."""
    try:
        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    except (OSError, ValueError, IndexError):
        return 0
    return pages * os.sysconf("SC_PAGE_SIZE") // 1024
