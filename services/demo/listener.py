"""A receiver for people who write receivers: tells what came in, passes it on, and misbehaves when asked to."""

import random
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import httpx

from services.demo.receiver import Received, Receiver
from services.demo.receiver_moods import RECEIVER_MOODS, ReceiverMood, answers
from services.demo.site import Answer, Request

PATIENCE = 15.0
"""Seconds that a program to which messages are passed on has to answer; Dateline would not wait longer either."""
OURS = frozenset({"accept", "accept-encoding", "connection", "content-length", "host"})
"""Headers that are between Dateline and us; all others are passed on."""
TOLD = ("content-type", "retry-after")
"""What of a program's answer Dateline may want to know, besides its status and its body."""

Tell = Callable[[Received, str], None]


@dataclass(frozen=True)
class Misbehaviour:
    """A mood, what it is called, and which share of the messages meets it."""

    name: str
    mood: ReceiverMood
    share: float = 1.0

    @classmethod
    def of(cls, words: str) -> "Misbehaviour":
        """Of `MOOD` or `MOOD=SHARE`, the mood one of `RECEIVER_MOODS` or a status; else a `ValueError`."""
        name, _, share = words.partition("=")
        if name not in RECEIVER_MOODS and not (name.isdecimal() and 300 <= int(name) <= 599):
            raise ValueError(f"{name!r} is no misbehaviour")
        part = float(share or 1)
        if not 0 < part <= 1:
            raise ValueError(f"{share!r} is no share between 0 and 1")
        return cls(name, RECEIVER_MOODS.get(name) or answers(int(name)), part)


class Listener(Receiver):
    """Tells of each message before it is answered, with what will be answered; keeps none of them.

    What is misbehaved about is not passed on, but for what is only slow, or will come once more.
    """

    def __init__(
        self,
        secret: str,
        tell: Tell,
        *,
        port: int = 0,
        misbehaviour: Misbehaviour | None = None,
        pass_on: Callable[[Request], Answer] | None = None,
        chance: Callable[[], float] = random.random,
    ) -> None:
        super().__init__(secret, port=port, remembered=0)
        self._tell, self._misbehaviour, self._chance = tell, misbehaviour, chance
        self._pass_on = pass_on or (lambda _request: Answer(204))

    def answer(self, request: Request) -> Answer:
        if request.method != "POST":
            return super().answer(request)
        received = self.receive(request)
        if not received.verified:
            self._tell(received, "400")
            return Answer(400)
        if (wrong := self._misbehaviour) and self._chance() < wrong.share:
            self._tell(received, wrong.name)
            return wrong.mood(self.site, partial(self._pass_on, request))
        answer = self._pass_on(request)
        self._tell(received, str(answer.status))
        return answer


def passing_on(client: httpx.Client, url: str) -> Callable[[Request], Answer]:
    """Posts what came in to `url`, to the byte, and answers as it is answered; 502 when nothing answers there."""

    def pass_on(request: Request) -> Answer:
        headers = {name: value for name, value in request.headers.items() if name not in OURS}
        try:
            answer = client.post(url, content=request.body, headers=headers, timeout=PATIENCE)
        except httpx.HTTPError:
            return Answer(502)
        return Answer(
            answer.status_code, answer.content, {name: answer.headers[name] for name in TOLD if name in answer.headers}
        )

    return pass_on
