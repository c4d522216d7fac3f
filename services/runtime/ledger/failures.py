"""How a handling that failed ends: excused where the work was not to blame, else retried or given up on."""

import random
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import structlog
from pydantic import ValidationError
from sqlalchemy.exc import SQLAlchemyError

from services.contracts.errors import DatelineError, PermanentError
from services.contracts.wiring import KINDS, ROUTES
from services.runtime import liveness
from services.runtime.database import gave_way, utcnow
from services.runtime.ledger import health_gates
from services.runtime.ledger.jobs import Job, LeaseLost, Outcome
from services.runtime.redaction import redacted

TELLING = 4.0
"""Seconds for which the database is told of an unexpected error again and again: its own restart may be the unexpected
error. That is soon over, and the lease is not."""

A_MOMENT = (0.05, 0.5)
"""Seconds after which work that gave way to other work is due again."""

_WAITS = "What needs it waits."
_GAVE_WAY = "Other work on the same rows went first."

stopping = threading.Event()
"""Set when this worker was told to stop: it takes nothing more."""

log = structlog.get_logger()


@contextmanager
def caught(job: Job) -> Iterator[None]:
    """Whatever goes wrong within is how the job ended, with its reason. The one place that catches everything."""
    try:
        yield
    except LeaseLost as lost:
        job.outcome, job.reason = "retried", str(lost)
    except Exception as surprise:  # noqa: BLE001 - nobody planned it: the ledger decides, not Celery
        job.outcome, job.reason = handle_failure(job, surprise)


def handle_failure(job: Job, surprise: Exception) -> tuple[Outcome, str]:
    """How the message ends whose handling failed, and why, in one sentence."""
    if gave_way(surprise):
        return _excused(job, _GAVE_WAY, random.uniform(*A_MOMENT))  # noqa: S311 - so that they do not meet again
    if trouble := health_gates.blame(surprise, ROUTES[KINDS[job.kind]].needs):
        return _excused(job, f"{trouble} {_WAITS}", health_gates.AGAIN)
    reason = _sentence(surprise)
    log.error("handler_failed", kind=job.kind, key=job.key, exc_info=not isinstance(surprise, DatelineError))
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


def named(*, again: bool) -> Outcome:
    """How a message ended that failed, and is due again or not."""
    return "retried" if again else "dead_lettered"


def _sentence(surprise: Exception) -> str:
    """What operators read of it. Of a database's error the first line: the next ones quote the row, secrets and all."""
    text = str(surprise)
    report = text.partition("\n")[0] if isinstance(surprise, SQLAlchemyError) else text
    return redacted(f"{type(surprise).__name__}: {report}"[:1000]).replace("\x00", "")


def _excused(job: Job, reason: str, pause: float) -> tuple[Outcome, str]:
    """The work was not to blame: due again soon, at no cost of an attempt, told as soon as somebody can be told."""
    lease = ROUTES[KINDS[job.kind]].lease.total_seconds()
    while True:
        liveness.sign()
        try:
            job.defer(utcnow() + timedelta(seconds=pause), reason)
        except LeaseLost as lost:
            return "retried", f"{reason} ({lost})"
        except SQLAlchemyError as trouble:
            if time.monotonic() - job.began >= lease - TELLING or stopping.wait(0.3):
                return "retried", f"{reason} (then {type(trouble).__name__})"
        else:
            return "deferred", reason


def _tell(job: Job, reason: str, *, hopeless: bool) -> Outcome:
    tell = job.give_up if hopeless else job.retry
    return named(again=tell(reason, utcnow()))
