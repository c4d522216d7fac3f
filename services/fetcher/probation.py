"""Hosts on probation share a few threads, so that those that accept and never answer do not hold all of them.

A host is on probation until it has answered for the first time, and again from the first answer that did not come. One
that is just now slow to answer gets no second thread before it has.
"""

import itertools
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

from services.fetcher.models import Host
from services.runtime import worker

WAIT = timedelta(seconds=2)
"""How soon a look at such a host asks for a thread again."""
SLOW = 2.0
"""Seconds after which a request in flight says that its host is slow just now."""
WHY = "Its host has not answered lately, and the threads for such hosts are taken."

_lock = threading.Lock()
_numbers = itertools.count()
_begun: dict[int, tuple[str, float, bool]] = {}
"""The looks of this process that are under way: at which host, since when, and whether that is on probation."""


def on_probation(host: Host | None) -> bool:
    """Whether nothing is known of the host, or what is known is that it did not answer."""
    return host is None or host.robots in {None, "unreachable"} or host.silent > 0


def share() -> int:
    """How many threads of this process such hosts may hold at a time: a quarter, at least one."""
    return max(1, worker.concurrency() // 4)


@contextmanager
def thread_for(name: str, host: Host | None) -> Iterator[bool]:
    """Whether a look at the host of this name may take this thread now; one that is known and answers always may."""
    number = _take(name, on_trial=on_probation(host))
    try:
        yield number is not None
    finally:
        if number is not None:
            with _lock:
                del _begun[number]


def _take(name: str, *, on_trial: bool) -> int | None:
    now = time.monotonic()
    with _lock:
        slow = any(host == name and now - began > SLOW for host, began, _ in _begun.values())
        if slow or (on_trial and sum(each[2] for each in _begun.values()) >= share()):
            return None
        number = next(_numbers)
        _begun[number] = name, now, on_trial
        return number
