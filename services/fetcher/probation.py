"""Hosts on probation share a few threads, so that those that accept and never answer do not hold all of them.

A host is on probation until it has answered for the first time, and again from the first answer that did not come.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

from services.fetcher.models import Host
from services.runtime import worker

WAIT = timedelta(seconds=2)
"""How soon a look at such a host asks for a thread again."""
WHY = "Its host has not answered lately, and the threads for such hosts are taken."

_lock = threading.Lock()
_taken = 0


def on_probation(host: Host | None) -> bool:
    """Whether nothing is known of the host, or what is known is that it did not answer."""
    return host is None or host.robots in {None, "unreachable"} or host.silent > 0


def share() -> int:
    """How many threads of this process such hosts may hold at a time: a quarter, at least one."""
    return max(1, worker.concurrency() // 4)


@contextmanager
def thread_for(host: Host | None) -> Iterator[bool]:
    """Whether a look at the host may take this thread now; a known host always may."""
    if not on_probation(host):
        yield True
        return
    taken = _take()
    try:
        yield taken
    finally:
        if taken:
            _give_back()


def _take() -> bool:
    global _taken  # noqa: PLW0603 - one count for the threads of one process
    with _lock:
        if _taken >= share():
            return False
        _taken += 1
        return True


def _give_back() -> None:
    global _taken  # noqa: PLW0603 - as above
    with _lock:
        _taken -= 1
