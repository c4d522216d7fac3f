"""Whose turn it is at a host: pure arithmetic on times.

A page that may not go now gets a slot of its own, its *ticket*, and is due again exactly then: a thousand waiting
pages hold a thousand different times instead of asking all at once, over and over. Pages of the bulk lane take slots
in a queue of their own and stand back while live ones wait.
"""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from services.contracts.messages import Lane

LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Queue:
    """The state of a host: when it was last asked, when each lane's queue ends, and until when it wants rest."""

    taken_at: datetime = LONG_AGO
    next_live_at: datetime = LONG_AGO
    next_bulk_at: datetime = LONG_AGO
    resumes_at: datetime = LONG_AGO


@dataclass(frozen=True)
class Turn:
    """Go when `due` is None, else come back then, holding `ticket`; `queue` is the host afterwards."""

    queue: Queue
    ticket: datetime | None = None
    due: datetime | None = None


def take_turn(queue: Queue, ticket: datetime | None, lane: Lane, now: datetime, pace: timedelta) -> Turn:
    """Decides for one page that is here now, holding this ticket or none.

    No two go within `pace` of one another. A ticket that is older than one pace counts no longer, so that after a
    standstill the waiting ones line up again instead of going at once.
    """
    if ticket is not None and lane == "live" and ticket >= queue.next_live_at:
        ticket = None  # it is one of the bulk queue: the same page is waiting there for a re-ingestion
    if ticket is not None and ticket > now:
        return Turn(queue, ticket, ticket)
    free_at = max(queue.taken_at + pace, queue.resumes_at, queue.next_live_at if lane == "bulk" else LONG_AGO)
    if ticket is not None and max(free_at, now) - ticket <= pace:
        return _go(queue, now) if free_at <= now else Turn(queue, ticket, free_at)
    slot = max(now, free_at, queue.next_live_at, queue.next_bulk_at if lane == "bulk" else LONG_AGO)
    lined_up = replace(queue, **{f"next_{lane}_at": slot + pace})
    return _go(lined_up, now) if slot <= now else Turn(lined_up, slot, slot)


def _go(queue: Queue, now: datetime) -> Turn:
    return Turn(replace(queue, taken_at=now))
