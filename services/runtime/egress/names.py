"""Names become addresses: asked of the system's resolver, which knows no timeout, by few threads at a time.

A resolver that hangs takes those threads and no others. Whoever asks waits a few seconds at most, and where an answer
of the last hour is known, goes on with that one: the gate judges it again before it is dialled.
"""

import socket
import threading
import time
from concurrent.futures import Future
from dataclasses import dataclass, field

from services.runtime.egress.errors import NotResolved, TimedOut

AT_ONCE = 16
"""Names that one process asks about at a time; one that nobody answers holds a thread as long as the system waits."""
PATIENCE = 5.0
"""Seconds until an answer counts as not coming; a second where an old one is known."""
FRESH = 60.0
"""Seconds for which an answer is good. Newsrooms announce changes of address hours before."""
STALE = 3600.0
"""Seconds for which it is better than none."""
MOST = 10_000
"""Names that are remembered."""

Name = tuple[str, int]


@dataclass(frozen=True)
class _Known:
    addresses: list[str]
    at: float = field(default_factory=time.monotonic)

    def counts(self, seconds: float) -> bool:
        return time.monotonic() - self.at < seconds


class Resolver:
    """The names that one process asks about, and the answers it has had."""

    def __init__(self, at_once: int = AT_ONCE) -> None:
        self._at_once = at_once
        self._changed = threading.Condition()
        self._asking: dict[Name, Future[list[str]]] = {}
        self._known: dict[Name, _Known] = {}

    def resolve(self, host: str, port: int, seconds: float) -> list[str]:
        """The addresses of a name, within so many seconds; `NotResolved` or `TimedOut` when there are none."""
        known = self._known.get((host, port))
        if known and known.counts(FRESH):
            return known.addresses
        old = known.addresses if known and known.counts(STALE) else None
        ends = time.monotonic() + min(seconds, 1.0 if old else PATIENCE)
        try:
            results = self._resolve((host, port), ends)
        except TimeoutError:
            if old:
                return old
            raise TimedOut(f"Nobody could tell the address of {host} in time.") from None
        except (OSError, UnicodeError):
            results = []
        if not results:
            raise NotResolved(f"The name {host} could not be resolved to an address; check its spelling and the DNS.")
        return results

    def _resolve(self, name: Name, ends: float) -> list[str]:
        with self._changed:
            free = self._changed.wait_for(
                lambda: name in self._asking or len(self._asking) < self._at_once, _left(ends)
            )
            if not free:
                raise TimeoutError
            known = self._known.get(name)
            if known and known.counts(FRESH):
                return known.addresses  # the answer came while this thread was on its way
            if name not in self._asking:
                self._asking[name] = Future()
                threading.Thread(target=self._ask, args=[name], daemon=True, name="resolve").start()
            answer = self._asking[name]
        return answer.result(_left(ends))

    def _ask(self, name: Name) -> None:
        try:
            entries = socket.getaddrinfo(*name, type=socket.SOCK_STREAM)
            outcome = list(dict.fromkeys(str(entry[4][0]) for entry in entries))
        except Exception as error:  # noqa: BLE001 - whoever waits for the answer is told
            self._end(name).set_exception(error)
        else:
            self._remember(name, outcome)
            self._end(name).set_result(outcome)

    def _end(self, name: Name) -> Future[list[str]]:
        with self._changed:
            self._changed.notify_all()
            return self._asking.pop(name)

    def _remember(self, name: Name, found: list[str]) -> None:
        with self._changed:
            self._known.pop(name, None)
            self._known[name] = _Known(found)
            if len(self._known) > MOST:
                del self._known[next(iter(self._known))]


def _left(ends: float) -> float:
    return max(0.0, ends - time.monotonic())
