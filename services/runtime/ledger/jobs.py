"""The ledger: what is to be handled, remembered by the database until it has been.

A message is *enqueued* in the caller's transaction and becomes a row; it is *claimed* by one worker at a time, under a
lease and a token that are committed before the work; its *completion* commits the handler's rows, the next messages and
its own end together. That one rule is outbox, inbox and acknowledgement in one. Whatever happens to a worker, to
Celery or to Redis, the row is still there and is due again when its lease ends.
"""

import dataclasses
import random
import secrets
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

from sqlalchemy import Row, case, func, select, update
from sqlmodel import Session

from services.contracts.errors import DatelineError
from services.contracts.messages import Lane, Message
from services.contracts.wiring import KINDS, ROUTES
from services.runtime import fault_points, tracing
from services.runtime.celery import wake_ups
from services.runtime.database import after_commit, reading, transaction, utcnow
from services.runtime.ledger import instances, ledger_table
from services.runtime.ledger.causes import cause_of
from services.runtime.ledger.ledger_table import due_and_free, ledger
from services.runtime.ledger.writing import times, was_enqueued_again, write_rows

MAX_ATTEMPTS = 5
"""Claims that may end in unexpected error (an error, a killed worker) before a message is dead-lettered."""


BACKOFF = tuple(timedelta(seconds=s) for s in (2, 10, 60, 300))
"""How long after its first, second … unexpected error a message is due again, before jitter of a fifth."""


Outcome = Literal["completed", "deferred", "retried", "dead_lettered"]


_SAID_AGAIN = [
    ledger.c[name]
    for name in ("again_at", "again_message", "again_rank", "lane", "trace_id", "key", *ledger_table.SUBJECT)
]


class LeaseLost(DatelineError):  # noqa: N818 - named for what happened
    """Another worker holds this message by now; what this one did is discarded."""


@dataclass
class Job:
    """A message that this worker has claimed, until the lease ends; `outcome` tells how the handling ended."""

    id: int
    kind: str
    key: str
    host: str | None
    """At which host it takes its turn, if it does."""
    lane: Lane
    attempts: int
    token: str
    trace_id: str
    now: datetime
    began: float
    words: str
    outcome: Outcome | None = None
    reason: str | None = None
    notes: dict[str, object] = dataclasses.field(default_factory=dict)
    seconds: float = 0.0
    context: object = None
    """What was read for it at one go with others, before it was handled."""

    def note(self, **notes: object) -> None:
        """Adds to the one log line that tells of this handling: an address, a headline, what changed."""
        self.notes |= notes

    def moment(self) -> datetime:
        """The present, counted from the claim: setting the machine's clock does not change a work's own time."""
        return self.now + timedelta(seconds=time.monotonic() - self.began)

    def message(self) -> Message:
        """What was said; a pydantic `ValidationError` when this version cannot read it."""
        return KINDS[self.kind].model_validate_json(self.words)

    def outgoing(self, message: Message, due_at: datetime | None = None) -> "Outgoing":
        """What is to be said on account of this one: in its lane, as part of its story."""
        return Outgoing(message, due_at=due_at, lane=self.lane, trace_id=self.trace_id)

    @contextmanager
    def complete(self, *, lasting: bool = False) -> Iterator[Session]:
        """The handler's rows, its next messages and the end of this one, in one transaction.

        It waits for the disk where the wiring says so of its kind, or the handler of this one: `lasting`.
        Raises `LeaseLost`, with nothing committed, when the lease ended and another worker took over.
        """
        with transaction(lasting=lasting or ROUTES[KINDS[self.kind]].durable) as session:
            after_commit(session, lambda: fault_points.fault_point(f"{self.kind}:committed"))
            yield session
            _end(session, self)
            fault_points.fault_point(f"{self.kind}:handled")
        self.outcome = "completed"

    def holds(self, session: Session) -> bool:
        """Whether no other worker has taken over, as this session sees it."""
        own = (ledger.c.id == self.id, ledger.c.lease_token == self.token)
        return session.execute(select(ledger.c.id).where(*own)).first() is not None

    def defer(self, until: datetime, reason: str) -> None:
        """Expected weather: due again at `until`, at no cost of an attempt."""
        with transaction(lasting=False) as session:
            _give_back(session, self, due_at=until, attempts=0, reason=reason)
        self.outcome, self.reason = "deferred", reason

    def retry(self, reason: str, now: datetime) -> bool:
        """A unexpected error: due again after a pause; False when attempts have run out and it was dead-lettered
        instead.
        """
        if self.attempts >= MAX_ATTEMPTS:
            return self.give_up(reason, now)
        pause = BACKOFF[min(self.attempts, len(BACKOFF)) - 1] * random.uniform(0.8, 1.2)  # noqa: S311 - jitter is no secret
        with transaction(lasting=False) as session:
            _give_back(session, self, due_at=now + pause, reason=reason)
        return True

    def give_up(self, reason: str, now: datetime) -> bool:
        """Trying again soon will not help: dead-lettered, False; what repeats is due at its next interval instead,
        True.
        """
        if (interval := ROUTES[KINDS[self.kind]].repeats) is None:
            self.dead_letter(reason, now)
            return False
        with transaction(lasting=False) as session:
            # One attempt is left, so that each interval brings one more.
            attempts = min(self.attempts, MAX_ATTEMPTS - 1)
            _give_back(session, self, due_at=now + interval, attempts=attempts, reason=reason)
        return True

    def dead_letter(self, reason: str, now: datetime) -> None:
        """Given up on: kept with the reason, to be read and replayed by a person.

        What was enqueued again meanwhile is another message, and not given up on.
        """
        conditions = (ledger.c.id == self.id, ledger.c.lease_token == self.token)
        with transaction(lasting=False) as session:
            again = session.execute(select(*_SAID_AGAIN).where(*conditions).with_for_update()).one_or_none()
            if again is None:
                raise lost(self)
            given_up = {"due_at": now, "dead_lettered_at": now, "reason": reason, "cause": cause_of(reason)}
            session.execute(update(ledger).where(*conditions).values(ledger_table.FREE | given_up))
            if again.again_at is not None:
                about = {name: again._mapping[name] for name in ("key", *ledger_table.SUBJECT)}  # noqa: SLF001 - public
                fields = about | {"kind": self.kind, "message": again.again_message, "lane": again.lane}
                fields |= {"rank": again.again_rank}
                write_rows(session, [fields | times(again.again_at, again.trace_id, at := utcnow())], at)


@dataclass(frozen=True)
class Outgoing:
    """A message that is to be written down: when it is due (now, if None), its lane, and of which story it is part."""

    message: Message
    due_at: datetime | None = None
    lane: Lane = "live"
    trace_id: str | None = None


def enqueue(session: Session, message: Message, *, due_at: datetime | None = None, lane: Lane = "live") -> None:
    """Writes the message down in the caller's transaction; after the commit its handler is reminded, if it is due.

    Unique on kind and the message's `dedupe` while open, so that saying it twice is saying it once. While it waits, the
    earlier of two times wins, and its words with it; while it is in flight, it becomes due again after its finish.
    """
    enqueue_all(session, [Outgoing(message, due_at, lane)])


def enqueue_all(session: Session, messages: Iterable[Outgoing]) -> None:
    """As `enqueue`, for many in one statement, in this order; of those that are one, the earlier counts."""
    now, written = utcnow(), dict[tuple[str, str], dict[str, Any]]()
    for row in (_row(message, now) for message in messages):
        name = row["kind"], row["key"]
        before = written.setdefault(name, row)
        lane = "live" if "live" in {before["lane"], row["lane"]} else "bulk"
        rank = before["rank"] if before["rank"] is None else min(before["rank"], row["rank"])
        written[name] = min(before, row, key=lambda entry: entry["due_at"]) | {"lane": lane, "rank": rank}
    write_rows(session, list(written.values()), now)


def claim(kind: str, ids: Sequence[int], now: datetime, *, fresh: bool = False) -> list[Job]:
    """Takes those of the ids that are due and free, for as long as their kind's lease; `fresh`: never tried ones only.

    The claim is committed before the work, so that a worker's death costs an attempt and waiting costs none.
    """
    with transaction(lasting=False) as session:
        jobs = take(session, kind, ids, now, fresh=fresh)
    if jobs:
        fault_points.fault_point(f"{kind}:claimed")
    return jobs


def take(session: Session, kind: str, ids: Sequence[int], now: datetime, *, fresh: bool = False) -> list[Job]:
    """Claims them in the caller's transaction, in the order of the ids."""
    if not ids:
        return []
    token, began = secrets.token_hex(8), time.monotonic()
    fields = {
        "of": kind,
        "ids": ids,
        "now": now,
        "token": token,
        "owner": instances.owner(),
        "until": now + ROUTES[KINDS[kind]].lease,
    }
    rows = session.execute(ledger_table.CLAIM_FRESH if fresh else ledger_table.CLAIM, fields).all()
    jobs = {
        row.id: Job(
            row.id, kind, row.key, row.host, row.lane, row.attempts, token, row.trace_id, now, began, row.message
        )
        for row in rows
    }
    return [jobs[i] for i in ids if i in jobs]


def due(now: datetime, *, kinds: Sequence[str]) -> list[tuple[int, str]]:
    """Id and kind of the messages of these kinds that are due and free, the longest-waiting first."""
    with reading() as session:
        rows = session.execute(
            select(ledger.c.id, ledger.c.kind)
            .where(*due_and_free(now), ledger.c.kind.in_(kinds))
            .order_by(ledger.c.due_at, ledger.c.id)
        ).all()
    return [(row.id, row.kind) for row in rows]


def _row(outgoing: Outgoing, now: datetime) -> dict[str, Any]:
    message = outgoing.message
    fields = {"kind": type(message).__name__, "key": message.dedupe, "message": message.model_dump_json()}
    story = outgoing.trace_id or tracing.current() or tracing.new()
    about = asdict(message.subject()) | {"rank": (rank := message.rank(outgoing.lane))}
    if rank is not None:
        about["host"] = about["host"] or ""
    return about | fields | {"lane": outgoing.lane} | times(outgoing.due_at or now, story, now)


def end_all(session: Session, jobs: Sequence[Job]) -> list[Job]:
    """Ends several messages in one statement; those among them that were still ours. Others got the rest."""
    fields = {"these": [job.id for job in jobs], "claims": [f"{job.id}:{job.token}" for job in jobs]}
    ended = set(session.execute(ledger_table.END_ALL, fields).scalars())
    for job in (job for job in jobs if job.id not in ended):
        with suppress(LeaseLost):
            _end(session, job)
            ended.add(job.id)
    return [job for job in jobs if job.id in ended]


def _end(session: Session, job: Job) -> None:
    fields = {"this": job.id, "token": job.token}
    if not was_enqueued_again(session, job.id) and session.execute(ledger_table.END, fields).first():
        return
    # Enqueued again meanwhile: it is due at that time, with those words.
    story = tracing.new() if ROUTES[KINDS[job.kind]].new_trace else job.trace_id
    changed = session.execute(ledger_table.END_FOR_NOW, fields | {"story": story}).one_or_none()
    _given_back(session, job, changed)


def defer_all(jobs: Sequence[Job], until: datetime, reason: str) -> None:
    """As `defer`, for several in one statement; whose lease was lost is in other hands, and that is its outcome."""
    conditions = (
        ledger.c.id.in_([job.id for job in jobs]),
        ledger_table.CLAIM_OF.in_([f"{job.id}:{job.token}" for job in jobs]),
    )
    with transaction(lasting=False) as session:
        given_back = update(ledger).where(*conditions).values(_due_again(until) | {"attempts": 0, "reason": reason})
        changed = {row.id: row for row in session.execute(given_back.returning(*ledger_table.GIVEN_BACK))}
        for job in jobs:
            if job.id in changed:
                _given_back(session, job, changed[job.id])
    for job in jobs:
        is_ours = job.id in changed
        job.outcome, job.reason = ("deferred", reason) if is_ours else ("retried", str(lost(job)))


def _give_back(session: Session, job: Job, *, due_at: datetime, **changes: object) -> None:
    conditions = (ledger.c.id == job.id, ledger.c.lease_token == job.token)
    given_back = (
        update(ledger).where(*conditions).values(_due_again(due_at) | changes).returning(*ledger_table.GIVEN_BACK)
    )
    changed = session.execute(given_back).one_or_none()
    _given_back(session, job, changed)


def _due_again(due_at: datetime) -> dict[str, Any]:
    # What was enqueued again during the handling is not forgotten: the sooner of the two times counts, with its words.
    sooner = ledger.c.again_at < due_at
    fields = {"due_at": case((sooner, ledger.c.again_at), else_=due_at)}
    fields |= {"message": case((sooner, ledger.c.again_message), else_=ledger.c.message)}
    fields |= {"rank": case((sooner, func.coalesce(ledger.c.again_rank, ledger.c.rank)), else_=ledger.c.rank)}
    return fields | ledger_table.FREE


def lost(job: Job) -> LeaseLost:
    """What is raised where another worker has taken over."""
    return LeaseLost(f"{job.kind} {job.key} is in other hands; what was done here is discarded.")


def _given_back(session: Session, job: Job, changed: Row[Any] | None) -> None:
    if changed is None:
        raise lost(job)
    if changed.due_at <= utcnow():
        after_commit(session, lambda: wake_ups.wake_up(job.kind, changed.lane, [changed.id]))
