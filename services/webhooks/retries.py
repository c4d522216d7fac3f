"""When a delivery is tried again, and when it is given up: about three days later."""

from datetime import datetime, timedelta

from services.runtime import egress
from services.webhooks.models import Outcome

SCHEDULE = (
    timedelta(0),
    timedelta(seconds=5),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=5),
    timedelta(hours=10),
    timedelta(hours=14),
    timedelta(hours=20),
    timedelta(hours=24),
)
"""The pause before each attempt, as Standard Webhooks suggests it: ten attempts over 75 hours."""
JITTER = 0.2
"""Pauses differ by up to a fifth, so that what failed together does not come back together."""
LONGEST = timedelta(hours=24)
"""The most that a Retry-After can ask for."""
LATER = frozenset({429, 502, 503, 504})
"""Answers of a receiver that is alive and overloaded: their Retry-After counts."""


def outcome_of(status: int) -> Outcome:
    """What an answer means to us; a redirect is refused like any other failure and never followed."""
    if 200 <= status < 300:
        return "delivered"
    if status == 410:
        return "gone"
    return "throttled" if status in LATER else "refused"


def next_try(
    made: int, now: datetime, *, retry_after: timedelta | None = None, stretch: float = 1.0
) -> datetime | None:
    """When to try again after `made` failed attempts; None when it is time to give up.

    `stretch` is the jitter, 1 ± 0.2. A receiver may ask for more patience than the schedule has, up to a day, and
    never for less.
    """
    if made >= len(SCHEDULE):
        return None
    pause = SCHEDULE[made] * stretch
    return now + max(pause, min(retry_after or timedelta(0), LONGEST))


def retry_after(value: str | None, now: datetime) -> timedelta | None:
    """The pause that a Retry-After header asks for, at most a day; None when it asks for none."""
    query = egress.retry_after(value, now)
    return None if query is None else min(query, LONGEST)
