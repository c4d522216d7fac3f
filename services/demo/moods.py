"""How a receiver may misbehave. A mood gives an answer in place of the right one; None is the right one after all."""

from collections.abc import Callable, Mapping

from services.demo.site import Answer, HungUp, Site

Mood = Callable[[Site], Answer | None]


def answers(status: int, headers: Mapping[str, str] | None = None) -> Mood:
    """Always this status, whatever came in."""
    return lambda _site: Answer(status, headers=headers or {})


def resets(_site: Site) -> Answer | None:
    """The connection is reset after the message was read."""
    raise HungUp


def late(seconds: float | None) -> Mood:
    """The right answer so much later; with None never, until the site is stopped."""

    def waits(site: Site) -> Answer | None:
        if site.stopped.wait(seconds):
            raise HungUp
        return None

    return waits
