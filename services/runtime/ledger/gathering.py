"""Gathers messages that finish one by one, in threads of their own, and settles them together."""

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Generic, TypeVar

T = TypeVar("T")

MOST = 50
"""Members that are settled together at most."""


@dataclass
class _Waiting(Generic[T]):
    member: T
    spacing: float
    called: threading.Event = field(default_factory=threading.Event)
    settled: bool = False


class Gathering(Generic[T]):
    """Settles members in groups: whoever comes while nobody settles does so for all who have come by then.

    One that comes alone is settled at once. While others are `coming`, two groups are no closer together than the least
    `spacing` of their members, in seconds.
    """

    def __init__(self, settle: Callable[[Sequence[T]], None]) -> None:
        self._settle = settle
        self._changed = threading.Condition()
        self._waiting: list[_Waiting[T]] = []
        self._coming = 0
        self._is_led = False
        self._settled_at = float("-inf")

    @contextmanager
    def coming(self) -> Iterator[None]:
        """Within, a member is on its way, for which to wait a little. It is settled in the block, if at all."""
        with self._changed:
            self._coming += 1
        try:
            yield
        finally:
            with self._changed:
                self._coming -= 1
                self._go_on()

    def settle(self, member: T, spacing: float) -> None:
        """Returns when the member was settled, by this thread or another one."""
        mine = _Waiting(member, spacing)
        with self._changed:
            self._waiting.append(mine)
            leads, self._is_led = not self._is_led, True
            self._go_on()
        if not leads:
            mine.called.wait()
        if not mine.settled:
            self._lead()

    def _lead(self) -> None:
        group = self._gathered()
        try:
            self._settle([entry.member for entry in group])
        finally:
            self._leave(group)

    def _gathered(self) -> list[_Waiting[T]]:
        with self._changed:
            while (left := self._pause()) > 0:
                self._changed.wait(left)
            group, self._waiting = self._waiting[:MOST], self._waiting[MOST:]
            return group

    def _go_on(self) -> None:
        """Wakes the one who waits for others, once there is nobody to wait for."""
        if self._waiting and self._pause() <= 0:
            self._changed.notify_all()

    def _pause(self) -> float:
        if self._coming <= len(self._waiting) or len(self._waiting) >= MOST:
            return 0.0
        return self._settled_at + min(element.spacing for element in self._waiting) - time.monotonic()

    def _leave(self, group: Sequence[_Waiting[T]]) -> None:
        """Another one leads from now on, if there is another one."""
        with self._changed:
            self._settled_at = time.monotonic()
            following = self._waiting[:1]
            self._is_led = bool(following)
        for entry in group:
            entry.settled = True
        for entry in (*group, *following):
            entry.called.set()
