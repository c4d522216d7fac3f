"""A subscriber on loopback: receives webhooks, verifies them as Standard Webhooks says, and keeps what it got."""

import hmac
import json
import threading
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from standardwebhooks.webhooks import Webhook

from services.demo.site import Answer, Clock, Request, Site, utc_now

# What a garbled message raises: a time that is none, or none that there is, and a body that is no text.
UNVERIFIED = (ValueError, OverflowError, OSError)
TOLERANCE = timedelta(minutes=5)
"""How far the time of a message may lie from ours, as Standard Webhooks says."""


@dataclass(frozen=True)
class Received:
    """One request as it came in: `verified` says whether its signature holds, `id` is the `webhook-id` header.

    `type` and `sequence` are read from the body, and are None where it is not the JSON of an event.
    """

    id: str
    type: str | None
    sequence: int | None
    verified: bool
    headers: Mapping[str, str]
    body: bytes
    at: datetime
    path: str

    @property
    def event(self) -> dict[str, Any]:
        """The body as JSON; an empty one where it is none."""
        return _event(self.body)


class Receiver:
    """Answers 204 to a signed message and 400 to any other; `on_delivery` sees each of them before the answer."""

    def __init__(
        self,
        secret: str,
        *,
        port: int = 0,
        on_delivery: Callable[[Received], None] | None = None,
        now: Clock = utc_now,
        remembered: int | None = None,
    ) -> None:
        self._webhook = Webhook(secret)
        self._now = now
        self._on_delivery = on_delivery
        self._received: deque[Received] = deque(maxlen=remembered)
        self._arrival = threading.Condition()
        self.site = Site(self.answer, port=port, now=now)

    @property
    def url(self) -> str:
        """Where webhooks are to be sent."""
        return f"{self.site.url}/webhooks"

    @property
    def received(self) -> list[Received]:
        """What came in, oldest first: the last `remembered`, else everything."""
        with self._arrival:
            return list(self._received)

    def trusts(self, secret: str) -> None:
        """Verifies with this secret from now on: the one that came with the endpoint."""
        self._webhook = Webhook(secret)

    def start(self) -> None:
        self.site.start()

    def stop(self) -> None:
        self.site.stop()

    def answer(self, request: Request) -> Answer:
        if request.method != "POST":
            return Answer(405, headers={"Allow": "POST"})
        received = self.receive(request)
        return Answer(204 if received.verified else 400)

    def receive(self, request: Request) -> Received:
        """Keeps the request, tells whoever waits, and says what it was."""
        event = _event(request.body)
        received = Received(
            id=request.headers.get("webhook-id", ""),
            type=event.get("type"),
            sequence=event.get("sequence"),
            verified=self._verifies(request),
            headers=request.headers,
            body=request.body,
            at=request.at,
            path=request.path,
        )
        with self._arrival:
            self._received.append(received)
            self._arrival.notify_all()
        if self._on_delivery:
            self._on_delivery(received)
        return received

    def wait_until(self, satisfied: Callable[[list[Received]], bool], timeout: float) -> bool:
        """Whether what came in satisfied the question within so many seconds."""
        with self._arrival:
            return self._arrival.wait_for(lambda: satisfied(list(self._received)), timeout)

    def _verifies(self, request: Request) -> bool:
        # The library signs, and knows no clock but the machine's: its rule about time is applied here.
        message, signed = request.headers.get("webhook-id"), request.headers.get("webhook-signature", "").split()
        try:
            sent = datetime.fromtimestamp(int(request.headers.get("webhook-timestamp", "")), UTC)
            expected = self._webhook.sign(message or "", sent, request.body.decode())
        except UNVERIFIED:
            return False
        fits = any(hmac.compare_digest(expected.encode(), entry.encode()) for entry in signed)
        return bool(message) and fits and abs(self._now() - sent) <= TOLERANCE


def _event(body: bytes) -> dict[str, Any]:
    try:
        event = json.loads(body)
    except ValueError:
        return {}
    return event if isinstance(event, dict) else {}
