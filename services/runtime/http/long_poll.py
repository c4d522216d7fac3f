"""Those who wait for the next event: one look at the sequence serves them all, and their seats are counted.

Whoever waits holds neither a thread nor a connection to the database.
"""

import asyncio
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

from sqlalchemy.exc import SQLAlchemyError
from starlette.concurrency import run_in_threadpool

from services.runtime.http.problems import Problem

PAUSE = 0.15
"""Seconds between two looks, while anybody waits."""
SEATS = 200
"""How many may wait at a time in one process: each holds a socket and a little memory."""
SEATS_OF_A_KEY = 20
"""How many of them may belong to one key, so that one client that forgets its connections shuts out only itself."""

stopping = threading.Event()
"""Set when this process was told to stop: nobody waits any longer."""

_seats: Counter[int] = Counter()


@contextmanager
def seat(key: int) -> Iterator[None]:
    """A place among those who wait; a `Problem` when this key, or all together, hold too many."""
    if _seats[key] >= SEATS_OF_A_KEY:
        advice = f"This key waits in {SEATS_OF_A_KEY} requests already; close some of them first."
        raise Problem(429, "Too many are waiting", advice, headers={"Retry-After": "30"})
    if _seats.total() >= SEATS:
        raise Problem(503, "Too many are waiting", "Ask again without `wait`.", headers={"Retry-After": "30"})
    _seats[key] += 1
    try:
        yield
    finally:
        _seats[key] -= 1


class Watch:
    """Wakes those who wait as soon as `look`, the number of the last event, exceeds what they have seen."""

    def __init__(self, look: Callable[[], int]) -> None:
        self._look = look
        self._waiting: dict[asyncio.Event, int] = {}
        self._watching: asyncio.Task[None] | None = None

    async def beyond(self, seen: int, seconds: float) -> None:
        """Returns when there is an event after number `seen`, when the time is over, or when the process stops."""
        woken = asyncio.Event()
        self._waiting[woken] = seen
        if self._watching is None or self._watching.done():
            self._watching = asyncio.create_task(self._watch())
        with suppress(TimeoutError):
            try:
                await asyncio.wait_for(woken.wait(), seconds)
            finally:
                del self._waiting[woken]

    async def _watch(self) -> None:
        while self._waiting:
            # Whoever waits asks the database again in the end, and is told then that it is away.
            with suppress(SQLAlchemyError):
                last = await run_in_threadpool(self._look)
                self._wake(last)
            await asyncio.sleep(PAUSE)

    def _wake(self, last: int) -> None:
        for woken, answer in self._waiting.items():
            if last > answer or stopping.is_set():
                woken.set()
