"""How a receiver may misbehave: a mood answers in place of what would be right, which it may ask for."""

from collections.abc import Callable, Mapping

from services.demo.site import Answer, HungUp, Site

Right = Callable[[], Answer]
ReceiverMood = Callable[[Site, Right], Answer]
SLOWNESS = 5.0
"""Seconds that a slow answer takes: long, and well within what Dateline waits."""


def answers(status: int, headers: Mapping[str, str] | None = None) -> ReceiverMood:
    """Always this status, whatever came in."""
    return lambda _site, _right: Answer(status, headers=headers or {})


def resets(_site: Site, _right: Right) -> Answer:
    """The connection is reset, and the message not looked at."""
    raise HungUp


def repeats(_site: Site, right: Right) -> Answer:
    """All is done as it should be, and the connection reset before the answer: the message will come once more."""
    right()
    raise HungUp


def late(seconds: float | None) -> ReceiverMood:
    """The right answer so much later; with None never, until the site is stopped."""

    def waits(site: Site, right: Right) -> Answer:
        if site.stopped.wait(seconds):
            raise HungUp
        return right()

    return waits


RECEIVER_MOODS: dict[str, ReceiverMood] = {
    "hang": late(None),
    "lose": answers(204),
    "repeat": repeats,
    "reset": resets,
    "slow": late(SLOWNESS),
}
