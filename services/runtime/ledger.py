"""The ledger: what is to be handled, remembered by the database until it has been.

A message is *said* in the caller's transaction and becomes a row; it is *claimed* by one worker at a time, under a
lease and a token that are committed before the work; its *finish* commits the handler's rows, the next messages and
its own end together. That one rule is outbox, inbox and acknowledgement in one. Whatever happens to a worker, to
Celery or to Redis, the row is still there and is due again when its lease ends.
"""

import dataclasses
import os
import random
import secrets
import socket
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

from sqlalchemy import (
    Boolean,
    ColumnElement,
    CursorResult,
    Index,
    Select,
    Text,
    case,
    delete,
    func,
    literal_column,
    or_,
    select,
    update,
)
from sqlalchemy import Table as Relation
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Field, Session, SQLModel

from services.contracts.errors import DatelineError
from services.contracts.messages import Lane, Message
from services.contracts.wiring import HANDLERS, KINDS
from services.runtime import bus, tracing
from services.runtime.database import Table, UtcDateTime, after_commit, is_sqlite, reading, transaction, utcnow

MAX_ATTEMPTS = 5
"""Claims that may end in surprise (an error, a killed worker) before a message is set aside."""
BACKOFF = tuple(timedelta(seconds=s) for s in (2, 10, 60, 300))
"""How long after its first, second … surprise a message is due again, before jitter of a fifth."""

HOST = socket.gethostname()

Outcome = Literal["done", "postponed", "retried", "set_aside"]

OPEN: ColumnElement[bool] = literal_column("set_aside_at IS NULL", Boolean)


class LeaseLost(DatelineError):  # noqa: N818 - named for what happened
    """Another worker holds this message by now; what this one did is discarded."""


class Entry(Table, table=True):
    """One message that waits, is in flight, or was set aside. What has been handled is gone from here."""

    __tablename__ = "ledger"
    __table_args__ = (
        Index("ledger_open", "kind", "key", unique=True, sqlite_where=OPEN, postgresql_where=OPEN),
        Index("ledger_due", "due_at", sqlite_where=OPEN, postgresql_where=OPEN),
    )

    id: int | None = Field(default=None, primary_key=True)
    kind: str
    key: str
    message: str = Field(sa_type=Text)
    lane: str = "live"
    said_at: datetime = Field(sa_type=UtcDateTime)
    due_at: datetime = Field(sa_type=UtcDateTime)
    attempts: int = 0
    lease_until: datetime | None = Field(default=None, sa_type=UtcDateTime)
    lease_token: str | None = None
    lease_owner: str | None = None
    """Which process holds it, as host/pid: of one that is gone from this machine, the lease need not be waited out."""
    hinted_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    again_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    """Said again while in flight: due at this time, as `again_message`, once the present handling has ended."""
    again_message: str | None = Field(default=None, sa_type=Text)
    trace_id: str = ""
    reason: str | None = Field(default=None, sa_type=Text)
    """Why it was last postponed, retried or set aside: one sentence."""
    set_aside_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


rows: Relation = SQLModel.metadata.tables["ledger"]


@dataclass
class Job:
    """A message that this worker has claimed, until the lease ends; `outcome` tells how the handling ended."""

    id: int
    kind: str
    key: str
    lane: Lane
    attempts: int
    token: str
    trace_id: str
    now: datetime
    words: str
    outcome: Outcome | None = None
    reason: str | None = None
    notes: dict[str, object] = dataclasses.field(default_factory=dict)

    def note(self, **notes: object) -> None:
        """Adds to the one log line that tells of this handling: an address, a headline, what changed."""
        self.notes |= notes

    def message(self) -> Message:
        """What was said; a pydantic `ValidationError` when this version cannot read it."""
        return KINDS[self.kind].model_validate_json(self.words)

    @contextmanager
    def finish(self) -> Iterator[Session]:
        """The handler's rows, its next messages and the end of this one, in one transaction.

        Raises `LeaseLost`, with nothing committed, when the lease ended and another worker took over.
        """
        with transaction() as session:
            yield session
            _end(session, self)
        self.outcome = "done"

    def postpone(self, until: datetime, reason: str) -> None:
        """Expected weather: due again at `until`, at no cost of an attempt."""
        with transaction() as session:
            _give_back(session, self, due_at=until, attempts=0, reason=reason)
        self.outcome, self.reason = "postponed", reason

    def retry(self, reason: str, now: datetime) -> bool:
        """A surprise: due again after a pause; False when attempts have run out and it was set aside instead."""
        if self.attempts >= MAX_ATTEMPTS:
            self.set_aside(reason, now)
            return False
        pause = BACKOFF[min(self.attempts, len(BACKOFF)) - 1] * random.uniform(0.8, 1.2)  # noqa: S311 - jitter is no secret
        with transaction() as session:
            _give_back(session, self, due_at=now + pause, reason=reason)
        return True

    def set_aside(self, reason: str, now: datetime) -> None:
        """Given up on: kept with the reason, to be read and replayed by a person."""
        with transaction() as session:
            _give_back(session, self, due_at=now, set_aside_at=now, reason=reason)


def say(session: Session, message: Message, *, key: str, due_at: datetime | None = None, lane: Lane = "live") -> None:
    """Writes the message down in the caller's transaction; after the commit its handler is reminded, if it is due.

    Unique on kind and key while open, so that saying it twice is saying it once. While it waits, the earlier of two
    times wins, and its words with it; while it is in flight, it becomes due again after its finish.
    """
    kind, now = type(message).__name__, utcnow()
    due, words = due_at or now, message.model_dump_json()
    hinted = now if due <= now else None
    insert = sqlite.insert(rows) if is_sqlite(session) else postgresql.insert(rows)
    statement = insert.values(
        kind=kind,
        key=key,
        message=words,
        lane=lane,
        said_at=now,
        due_at=due,
        hinted_at=hinted,
        attempts=0,
        trace_id=tracing.current() or tracing.new(),
    )
    in_flight = rows.c.lease_token.is_not(None)
    sooner = ~in_flight & (rows.c.due_at > due)
    sooner_again = in_flight & or_(rows.c.again_at.is_(None), rows.c.again_at > due)
    said = session.execute(
        statement.on_conflict_do_update(
            index_elements=["kind", "key"],
            index_where=OPEN,
            set_={
                "due_at": case((sooner, due), else_=rows.c.due_at),
                "message": case((sooner, words), else_=rows.c.message),
                "hinted_at": case((sooner, hinted), else_=rows.c.hinted_at),
                "lane": case((statement.excluded.lane == "live", "live"), else_=rows.c.lane),
                "again_at": case((sooner_again, due), else_=rows.c.again_at),
                "again_message": case((sooner_again, words), else_=rows.c.again_message),
            },
        ).returning(rows.c.id, rows.c.lane, rows.c.lease_token)
    ).one()
    if hinted and not said.lease_token:
        after_commit(session, lambda: bus.hint(kind, said.lane, [said.id]))


def claim(kind: str, ids: Sequence[int], now: datetime, *, fresh: bool = False) -> list[Job]:
    """Takes those of the ids that are due and free, for as long as their kind's lease; `fresh`: never tried ones only.

    The claim is committed before the work, so that a worker's death costs an attempt and waiting costs none.
    """
    token = secrets.token_hex(8)
    with transaction() as session:
        found = session.execute(
            update(rows)
            .where(rows.c.id.in_(_free(ids, now, fresh=fresh)))
            .values(
                lease_token=token,
                lease_owner=f"{HOST}/{os.getpid()}",
                lease_until=now + HANDLERS[KINDS[kind]].lease,
                attempts=rows.c.attempts + 1,
            )
            .returning(rows.c.id, rows.c.key, rows.c.lane, rows.c.attempts, rows.c.trace_id, rows.c.message)
        ).all()
    jobs = {
        row.id: Job(row.id, kind, row.key, row.lane, row.attempts, token, row.trace_id, now, row.message)
        for row in found
    }
    return [jobs[i] for i in ids if i in jobs]


def sweep(
    now: datetime, *, hinted_before: datetime, kinds: Sequence[str], lane: Lane, limit: int
) -> list[tuple[int, str]]:
    """Stamps up to `limit` due messages that nobody picked up; returns id and kind of each, to be hinted."""
    with transaction() as session:
        forgotten = (
            select(rows.c.id)
            .where(
                *_due_and_free(now),
                or_(rows.c.hinted_at.is_(None), rows.c.hinted_at < hinted_before),
                rows.c.lane == lane,
                rows.c.kind.in_(kinds),
            )
            .order_by(rows.c.due_at)
            .limit(limit)
            .with_for_update(skip_locked=True)
        )
        found = session.execute(
            update(rows).where(rows.c.id.in_(forgotten)).values(hinted_at=now).returning(rows.c.id, rows.c.kind)
        ).all()
    return [(row.id, row.kind) for row in sorted(found)]


def end_leases_of_the_dead(now: datetime) -> int:
    """Ends the leases of processes of this machine that are gone, so that a killed worker costs no lease; how many."""
    with reading() as session:
        held = session.execute(
            select(rows.c.lease_owner).distinct().where(rows.c.lease_until > now, rows.c.lease_owner.like(f"{HOST}/%"))
        ).scalars()
        dead = [owner for owner in held if not _lives(int(owner.rsplit("/", 1)[1]))]
    if not dead:
        return 0
    with transaction() as session:
        ended = update(rows).where(rows.c.lease_owner.in_(dead), rows.c.lease_until > now)
        return _count(session.execute(ended.values(lease_until=now, hinted_at=None)))


def replay(session: Session, entry_id: int, now: datetime) -> bool:
    """Says a set-aside message again, with all its attempts; False when it is not (or no longer) set aside."""
    entry = session.get(Entry, entry_id, with_for_update=True)
    if entry is None or entry.set_aside_at is None:
        return False
    session.delete(entry)
    session.flush()
    message = KINDS[entry.kind].model_validate_json(entry.message)
    say(session, message, key=entry.key, due_at=now, lane="bulk" if entry.lane == "bulk" else "live")
    return True


def due(now: datetime, *, kinds: Sequence[str]) -> list[tuple[int, str]]:
    """Id and kind of the messages of these kinds that are due and free, the longest-waiting first."""
    with reading() as session:
        found = session.execute(
            select(rows.c.id, rows.c.kind)
            .where(*_due_and_free(now), rows.c.kind.in_(kinds))
            .order_by(rows.c.due_at, rows.c.id)
        ).all()
    return [(row.id, row.kind) for row in found]


def overdue(session: Session, now: datetime) -> float:
    """Seconds that the longest-waiting due and free message has been due; 0 when nothing waits."""
    oldest = session.execute(select(func.min(rows.c.due_at)).where(*_due_and_free(now))).scalar()
    return float((now - oldest).total_seconds()) if oldest else 0.0


def counts(session: Session) -> dict[str, int]:
    """How many messages wait or are in flight, and how many were set aside."""
    aside = rows.c.set_aside_at.is_not(None)
    found = session.execute(select(aside, func.count()).group_by(aside)).all()
    numbers: dict[bool, int] = {bool(row[0]): row[1] for row in found}
    return {"messages open": numbers.get(False, 0), "messages set aside": numbers.get(True, 0)}


def _due_and_free(now: datetime) -> tuple[ColumnElement[bool], ...]:
    free = or_(rows.c.lease_until.is_(None), rows.c.lease_until <= now)
    return OPEN, rows.c.due_at <= now, free


def _free(ids: Sequence[int], now: datetime, *, fresh: bool) -> Select[Any]:
    untried = (rows.c.attempts == 0,) if fresh else ()
    return select(rows.c.id).where(rows.c.id.in_(ids), *_due_and_free(now), *untried).with_for_update(skip_locked=True)


def _end(session: Session, job: Job) -> None:
    ours = (rows.c.id == job.id, rows.c.lease_token == job.token)
    gone = _count(session.execute(delete(rows).where(*ours, rows.c.again_at.is_(None))))
    if not gone:  # said again meanwhile
        story = {"trace_id": tracing.new()} if HANDLERS[KINDS[job.kind]].begins else {}
        _give_back(session, job, due_at=None, attempts=0, reason=None, **story)


def _give_back(session: Session, job: Job, *, due_at: datetime | None, **changes: object) -> None:
    # What was said again during the handling is not forgotten: the sooner of the two times counts, with its words.
    again = rows.c.again_at
    sooner = again.is_not(None) if due_at is None else again < due_at
    changed = session.execute(
        update(rows)
        .where(rows.c.id == job.id, rows.c.lease_token == job.token)
        .values(
            due_at=case((sooner, again), else_=due_at),
            message=case((sooner, rows.c.again_message), else_=rows.c.message),
            again_at=None,
            again_message=None,
            lease_token=None,
            lease_owner=None,
            lease_until=None,
            hinted_at=None,
            **changes,
        )
        .returning(rows.c.id, rows.c.lane, rows.c.due_at)
    ).one_or_none()
    if changed is None:
        raise LeaseLost(f"{job.kind} {job.key} is in other hands; what was done here is discarded.")
    if changed.due_at <= utcnow() and "set_aside_at" not in changes:
        after_commit(session, lambda: bus.hint(job.kind, changed.lane, [changed.id]))


def _lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:  # it lives, as somebody else
        return True
    return True


def _count(result: object) -> int:
    return result.rowcount if isinstance(result, CursorResult) else 0
