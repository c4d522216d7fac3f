"""A subscriber that verifies every webhook and misbehaves on request.

    subscriber.answers(500, times=3)
    runs_until(subscriber.has(1))

`received` is all that came in; `events` is what it accepted: signed, and answered with 2xx.
"""

import threading
from collections import deque
from collections.abc import Callable, Mapping

from services.demo.receiver import Received, Receiver
from services.demo.receiver_moods import ReceiverMood, answers, late, resets
from services.demo.site import Answer, Request

SECRET = "whsec_ZGF0ZWxpbmUtc2FtcGxlLXNlY3JldC1mb3ItdGVzdHM="


class Subscriber(Receiver):
    """Misbehaves once for each mood it was given, in that order, then answers 204 again (410 from `is_gone` on)."""

    def __init__(self, secret: str = SECRET, *, port: int = 0) -> None:
        super().__init__(secret, port=port)
        self.secret = secret
        self._moods: deque[ReceiverMood] = deque()
        self._gone = False
        self._accepted: list[Received] = []
        self._accepting = threading.Lock()

    @property
    def events(self) -> list[Received]:
        """What it accepted, oldest first; a message that came twice is here twice."""
        with self._accepting:
            return list(self._accepted)

    def has(self, count: int) -> Callable[[], bool]:
        """A question to ask again and again: whether it accepted so many events."""
        return lambda: len(self.events) >= count

    def wait_for(self, count: int, timeout: float) -> list[Received]:
        """The events, once there are so many; `AssertionError` says what there was when the time is over."""
        if not self.wait_until(lambda _received: self.has(count)(), timeout):
            results = [(event.type, event.verified) for event in self.received]
            raise AssertionError(f"{len(self.events)} of {count} events within {timeout} s; what came in: {results}")
        return self.events

    def answers(self, status: int, *, times: int = 1, headers: Mapping[str, str] | None = None) -> None:
        self._feels(answers(status, headers), times)

    def is_busy(self, after: str | None = "1", *, times: int = 1) -> None:
        """429, with `Retry-After` as given."""
        self.answers(429, times=times, headers={"Retry-After": after} if after else {})

    def redirects(self, to: str, *, status: int = 302, times: int = 1) -> None:
        self.answers(status, times=times, headers={"Location": to})

    def resets(self, *, times: int = 1) -> None:
        """The connection is reset after the message was read."""
        self._feels(resets, times)

    def is_slow(self, seconds: float, *, times: int = 1) -> None:
        """The right answer, so much later."""
        self._feels(late(seconds), times)

    def hangs(self, *, times: int = 1) -> None:
        """Reads the message and never answers, until it is stopped."""
        self._feels(late(None), times)

    def is_gone(self) -> None:
        """410 from now on."""
        self._gone = True

    def behaves(self) -> None:
        self._moods.clear()
        self._gone = False

    def answer(self, request: Request) -> Answer:
        if request.method != "POST":
            return super().answer(request)
        received = self.receive(request)
        answer = self._mood()(self.site, lambda: Answer(204))
        if not received.verified:
            return Answer(400)
        if 200 <= answer.status < 300:
            self._accept(received)
        return answer

    def _accept(self, received: Received) -> None:
        with self._accepting:
            self._accepted.append(received)
        with self._arrival:
            self._arrival.notify_all()

    def _feels(self, mood: ReceiverMood, times: int) -> None:
        self._moods.extend([mood] * times)

    def _mood(self) -> ReceiverMood:
        return self._moods.popleft() if self._moods else answers(410 if self._gone else 204)
