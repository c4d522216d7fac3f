"""Half of a worker's threads are for endpoints that answer: the slow and the failing share the other half."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

SLOW = timedelta(seconds=2)
"""An endpoint whose last attempt took longer counts as slow, until one is quicker."""
SEATS = 4
"""Half of the worker's threads."""
AGAIN = timedelta(seconds=1)
"""When a slow endpoint that found no seat asks again."""

_seats = threading.BoundedSemaphore(SEATS)
_slow: set[int] = set()


@contextmanager
def seat(endpoint: int, *, failing: bool) -> Iterator[bool]:
    """Whether the endpoint may have a thread now; it has it until the end of the block."""
    if not failing and endpoint not in _slow:
        yield True
        return
    claimed = _seats.acquire(blocking=False)
    try:
        yield claimed
    finally:
        if claimed:
            _seats.release()


def remember(endpoint: int, took: timedelta) -> None:
    """Notes how long the endpoint's last attempt took; this process forgets it when it ends, and learns it again."""
    if took > SLOW:
        _slow.add(endpoint)
    else:
        _slow.discard(endpoint)
