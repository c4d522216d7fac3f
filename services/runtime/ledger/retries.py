"""What failed unexpectedly and is being retried: seen at once, and tried again now when a person asks for it.

A message is being retried from its first unexpected error until it is completed or dead-lettered; what repeats stays
here while it fails.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, func, null, or_, select, update
from sqlmodel import Session

from services.contracts.messages import Lane
from services.runtime.celery import wake_ups
from services.runtime.database import after_commit
from services.runtime.ledger.jobs import MAX_ATTEMPTS
from services.runtime.ledger.ledger_table import OPEN, ledger

AT_ONCE = 1_000
"""Messages that one order takes at most."""

# While it waits the last attempt is over; in flight a second one has begun. A first one in flight has not failed yet.
_FAILED = or_(ledger.c.lease_token.is_(None), ledger.c.attempts > 1)
FAILING: tuple[ColumnElement[bool], ...] = (OPEN, ledger.c.attempts > 0, _FAILED)
DIED = "Its worker died or hung."
"""The reason of those who left none."""


@dataclass(frozen=True)
class Retrying:
    """A message that failed, how often, why the last time, and when it is due again."""

    id: int
    kind: str
    key: str
    page: int | None
    channel: int | None
    attempts: int
    reason: str
    due_at: datetime
    enqueued_at: datetime
    trace_id: str

    def sentence(self, now: datetime) -> str:
        """As people read it: `retrying (4 of 5), PermissionError: …, next in 4 min`."""
        return f"retrying ({self.attempts} of {MAX_ATTEMPTS}), {self.reason.rstrip('.')}, {_next(self.due_at, now)}"


def retrying(
    session: Session,
    *,
    kind: str | Sequence[str] | None = None,
    channels: Iterable[int] | None = None,
    after: int = 0,
    limit: int = 100,
) -> list[Retrying]:
    """Messages that are being retried, the oldest first, with ids above `after`."""
    entries = [*_of_kinds(kind), ledger.c.id > after]
    entries += [ledger.c.channel.in_(channels)] if channels is not None else []
    results = [ledger.c[name] for name in Retrying.__dataclass_fields__ if name != "reason"]
    reason = func.coalesce(ledger.c.reason, DIED).label("reason")
    rows = session.execute(select(*results, reason).where(*entries).order_by(ledger.c.id).limit(limit))
    return [Retrying(**row._mapping) for row in rows]  # noqa: SLF001 - its public name


def number(session: Session) -> int:
    """How many messages are being retried."""
    return int(session.execute(select(func.count()).select_from(ledger).where(*FAILING)).scalar_one())


def try_now(session: Session, message: int, now: datetime) -> bool:
    """Makes a message that is being retried due now; False when none of this number is."""
    return bool(_hurry(session, [ledger.c.id == message], now))


def try_all_now(session: Session, kind: str | None, now: datetime) -> int:
    """Makes the oldest messages (of a kind) that are being retried due now, `AT_ONCE` at most; how many."""
    oldest = select(ledger.c.id).where(*_of_kinds(kind), _WAITS).order_by(ledger.c.id).limit(AT_ONCE)
    return len(_hurry(session, [ledger.c.id.in_(oldest)], now))


_WAITS = ledger.c.lease_token.is_(None)


def _of_kinds(kind: str | Sequence[str] | None) -> Sequence[ColumnElement[bool]]:
    kinds = [kind] if isinstance(kind, str) else kind
    return (*FAILING, *([ledger.c.kind.in_(kinds)] if kinds else ()))


def _hurry(session: Session, which: Sequence[ColumnElement[bool]], now: datetime) -> Sequence[int]:
    hurried = (
        update(ledger)
        .where(*FAILING, _WAITS, *which)
        .values(due_at=now, woken_at=null())
        .returning(ledger.c.id, ledger.c.kind, ledger.c.lane)
    )
    rows = session.execute(hurried).all()
    for row in rows:
        after_commit(session, _reminder(row.kind, row.lane, row.id))
    return [row.id for row in rows]


def _reminder(kind: str, lane: Lane, message: int) -> Callable[[], None]:
    return lambda: wake_ups.wake_up(kind, lane, [message])


def _next(due_at: datetime, now: datetime) -> str:
    seconds = (due_at - now).total_seconds()
    if seconds <= 0:
        return "due now"
    for unit, length in (("h", 3600), ("min", 60)):
        if seconds >= length:
            return f"next in {round(seconds / length)} {unit}"
    return f"next in {round(seconds)} s"
