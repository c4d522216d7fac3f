"""What a worker does with a hint: claim, handle, and say how it ended, exactly once for each message."""

import random
import threading
import time
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import TypeVar, cast

import structlog
from pydantic import ValidationError
from sqlalchemy.exc import SQLAlchemyError

from services.contracts.errors import DatelineError, PermanentError
from services.contracts.messages import Message
from services.contracts.wiring import HANDLERS, KINDS
from services.runtime import house, ledger, liveness, metrics
from services.runtime.begun import begun
from services.runtime.database import gave_way, utcnow
from services.runtime.giving_way import news_waits
from services.runtime.ledger import MAX_ATTEMPTS, Job, LeaseLost, Outcome
from services.runtime.redaction import redacted

M = TypeVar("M", bound=Message)
Handler = Callable[[M, Job], None]

ENOUGH = 10.0
"""Seconds of work after which one hint takes nothing more on: a few slow pages must not bring the others of their group
to the hard limit, nor their leases to an end."""

TELLING = 4.0
"""Seconds for which the database is told of a surprise again and again: its own restart may be the surprise. That is
soon over, and the lease is not."""

A_MOMENT = (0.05, 0.5)
"""Seconds after which work that gave way to other work is due again."""

_WAITS = "What needs it waits."
_GAVE_WAY = "Other work on the same rows went first."

stopping = threading.Event()
"""Set when this worker was told to stop: it takes nothing more."""

log = structlog.get_logger()
_concurrency = 1
_handlers: dict[str, Handler[Message]] = {}


def handles(kind: type[M]) -> Callable[[Handler[M]], Handler[M]]:
    """Registers the one function that hears messages of this kind; it ends each by `finish` or `postpone`."""

    def register(handler: Handler[M]) -> Handler[M]:
        if kind not in HANDLERS or kind.__name__ in _handlers:
            raise TypeError(f"{kind.__name__} must stand in the wiring, and have one handler.")
        _handlers[kind.__name__] = cast("Handler[Message]", handler)
        return handler

    return register


def concurrency() -> int:
    """How many messages this process handles at a time, at most."""
    return _concurrency


def begin(*, concurrency: int) -> None:
    """Says how many messages this process will handle at a time."""
    global _concurrency  # noqa: PLW0603 - one worker in one process
    _concurrency = concurrency


def handle(kind: str, ids: Sequence[int], now: datetime | None = None) -> int:
    """Handles those of the messages that are due and free; returns how many.

    Kinds that stay off the network are claimed as a group. A message that was tried before runs by itself, so that
    one that kills its worker burns only its own attempts.
    """
    liveness.sign()
    if kind not in _handlers:
        return 0  # a newer worker said it; it stays due until one that knows it is asked
    if house.closed(HANDLERS[KINDS[kind]].needs):
        return 0  # it stays due until the house is in order
    try:
        return _handle(kind, ids, now)
    except SQLAlchemyError as error:
        if not gave_way(error) and house.blame(error, ()) is None:
            raise
        return 0  # what was not claimed stays due


def _handle(kind: str, ids: Sequence[int], now: datetime | None) -> int:
    group = [] if HANDLERS[KINDS[kind]].alone else ledger.claim(kind, ids, now or utcnow(), fresh=True)
    began = time.monotonic()
    for job in group:
        if why := _why_not_now(job, began):
            job.postpone(utcnow(), f"{why}; its turn comes again.")
        else:
            _run(job)
    claimed = {job.id for job in group}
    handled = len(group)
    for single in (i for i in ids if i not in claimed):
        if stopping.is_set() or time.monotonic() - began >= ENOUGH:
            break  # what is not claimed stays due
        for job in ledger.claim(kind, [single], now or utcnow()):
            _run(job)
            handled += 1
    return handled


def _why_not_now(job: Job, began: float) -> str | None:
    if time.monotonic() - began >= ENOUGH:
        return "Others of its group took long"
    # A hint of the bulk lane was reserved, and its group claimed, before the news came.
    return "News came in between" if job.lane == "bulk" and news_waits(job.kind) else None


def _run(job: Job) -> None:
    began = time.perf_counter()
    with structlog.contextvars.bound_contextvars(trace_id=job.trace_id):
        outcome, reason = _attempt(job)
        seconds = time.perf_counter() - began
        liveness.sign()
        metrics.HANDLED.labels(job.kind, outcome).inc()
        metrics.SECONDS.labels(job.kind).observe(seconds)
        told = job.notes | ({"reason": reason} if reason else {})
        milliseconds = round(seconds * 1000, 1)
        write = log.debug if outcome == "postponed" else log.info  # to wait for one's turn is no news
        write("handled", kind=job.kind, key=job.key, attempts=job.attempts, outcome=outcome, ms=milliseconds, **told)


def _attempt(job: Job) -> tuple[str, str | None]:
    """Runs the handler; whatever happens, the row says so. The one place that catches everything."""
    try:
        if job.attempts > MAX_ATTEMPTS:
            reason = f"Its worker died or hung {MAX_ATTEMPTS} times while handling it."
            return _named(again=job.give_up(reason, utcnow())), reason
        with begun(job.id):
            _handlers[job.kind](job.message(), job)
        if job.outcome is None:
            raise TypeError(f"The handler of {job.kind} neither finished nor postponed.")  # noqa: TRY301 - one way down
    except LeaseLost as lost:
        return "retried", str(lost)
    except Exception as surprise:  # noqa: BLE001 - nobody planned it: the ledger decides, not Celery
        return _surprised(job, surprise)
    return job.outcome, job.reason


def _sentence(surprise: Exception) -> str:
    """What operators read of it. Of a database's error the first line: the next ones quote the row, secrets and all."""
    words = str(surprise)
    told = words.partition("\n")[0] if isinstance(surprise, SQLAlchemyError) else words
    return redacted(f"{type(surprise).__name__}: {told}"[:1000]).replace("\x00", "")


def _surprised(job: Job, surprise: Exception) -> tuple[str, str]:
    if gave_way(surprise):
        return _excused(job, _GAVE_WAY, random.uniform(*A_MOMENT))  # noqa: S311 - so that they do not meet again
    if trouble := house.blame(surprise, HANDLERS[KINDS[job.kind]].needs):
        return _excused(job, f"{trouble} {_WAITS}", house.AGAIN)
    reason = _sentence(surprise)
    log.warning("surprise", kind=job.kind, key=job.key, exc_info=not isinstance(surprise, DatelineError))
    hopeless = isinstance(surprise, PermanentError | ValidationError)
    began = time.monotonic()
    while True:
        try:
            return _tell(job, reason, hopeless=hopeless), reason
        except LeaseLost as lost:
            return "retried", f"{reason} ({lost})"
        except SQLAlchemyError as trouble:
            if time.monotonic() - began >= TELLING or stopping.wait(0.3):
                # The database cannot be told now; the lease ends by itself and the message is due again.
                return "retried", f"{reason} (then {type(trouble).__name__})"


def _excused(job: Job, reason: str, pause: float) -> tuple[str, str]:
    """The work was not to blame: due again soon, at no cost of an attempt, told as soon as somebody can be told."""
    lease = HANDLERS[KINDS[job.kind]].lease.total_seconds()
    while True:
        liveness.sign()
        try:
            job.postpone(utcnow() + timedelta(seconds=pause), reason)
        except LeaseLost as lost:
            return "retried", f"{reason} ({lost})"
        except SQLAlchemyError as trouble:
            if time.monotonic() - job.began >= lease - TELLING or stopping.wait(0.3):
                return "retried", f"{reason} (then {type(trouble).__name__})"
        else:
            return "postponed", reason


def _tell(job: Job, reason: str, *, hopeless: bool) -> Outcome:
    tell = job.give_up if hopeless else job.retry
    return _named(again=tell(reason, utcnow()))


def _named(*, again: bool) -> Outcome:
    return "retried" if again else "set_aside"
