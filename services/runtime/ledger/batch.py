"""Messages of a kind that are handled together: read in one statement, worked on one by one, ended in one transaction.

A member whose own work fails drops out and is retried by itself. Where what they do together fails, nothing of it is
kept, and each is done alone at no cost of an attempt: then it shows whose fault it is.
"""

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from typing import Generic, TypeVar, cast

import structlog
from sqlmodel import Session

from services.contracts.messages import Message
from services.contracts.wiring import KINDS, ROUTES
from services.runtime import fault_points, liveness
from services.runtime.database import after_commit, transaction, utcnow
from services.runtime.ledger.begun_work import begun
from services.runtime.ledger.failures import handle_failure
from services.runtime.ledger.jobs import Job, defer_all, end_all, lost
from services.runtime.ledger.priority import live_work_waits

M = TypeVar("M", bound=Message)
In = TypeVar("In")
Out = TypeVar("Out")

ENOUGH = 10.0
"""Seconds of work after which one wake-up takes nothing more on: a few slow pages must not bring the others of their
group to the hard limit, nor their leases to an end."""


class Batch(Generic[M]):
    """Messages that were claimed together, or one that is handled `alone`: the same code works on both."""

    def __init__(self, jobs: Sequence[Job], *, alone: bool = False) -> None:
        self._jobs, self.alone, self._began = jobs, alone, time.monotonic()

    def messages(self) -> list[tuple[Job, M]]:
        """What was said, each with its job."""
        return self.map([(job, job) for job in self._jobs], lambda job, _: cast("M", job.message()))

    def map(self, members: Iterable[tuple[Job, In]], work: Callable[[Job, In], Out]) -> list[tuple[Job, Out]]:
        """What the work makes of each member; without those that fail, or for which there is no time now."""
        if self.alone:
            return [(job, work(job, value)) for job, value in members]
        waiting, done = list(members), list[tuple[Job, Out]]()
        while waiting:
            if why := why_not_now(job := waiting[0][0], self._began):
                give_back([entry for entry, _ in waiting if entry.lane == job.lane], why)
                waiting = [member for member in waiting if member[0].lane != job.lane]
            else:
                _, value = waiting.pop(0)
                done += [(job, made) for made in self._tried(job, partial(work, job, value))]
        return done

    @contextmanager
    def complete(
        self, members: Sequence[tuple[Job, In]], *, lock: Callable[[Session], object] = lambda _session: None
    ) -> Iterator[tuple[Session, list[tuple[Job, In]]]]:
        """One transaction that ends the members, and holds what they write and say; those come with it that are ours.

        The end comes first and decides: whose lease was lost drops out. A `LeaseLost` where that leaves nobody.
        `lock` comes before it, and locks what others lock before they write messages about it.
        """
        jobs, began = [job for job, _ in members], time.perf_counter()
        kind = jobs[0].kind
        # Whatever ends the process now may be the fault of any of them: each is charged, and done alone the next time.
        with begun(*(job.id for job in jobs)), transaction(lasting=ROUTES[KINDS[kind]].durable) as session:
            after_commit(session, lambda: fault_points.fault_point(f"{kind}:committed"))
            lock(session)
            ended = {job.id for job in end_all(session, jobs)}
            if not ended:
                raise lost(jobs[0])
            yield session, [(job, value) for job, value in members if job.id in ended]
            fault_points.fault_point(f"{kind}:handled")
        share = (time.perf_counter() - began) / len(jobs)
        for job in jobs:
            job.outcome, job.seconds = ("completed" if job.id in ended else "retried"), job.seconds + share
            job.reason = job.reason if job.id in ended else str(lost(job))

    def _tried(self, job: Job, work: Callable[[], Out]) -> Iterator[Out]:
        liveness.sign()
        began = time.perf_counter()
        try:
            with structlog.contextvars.bound_contextvars(trace_id=job.trace_id), begun(job.id):
                made = work()
        except Exception as surprise:  # noqa: BLE001 - nobody planned it: the ledger decides, not Celery
            job.outcome, job.reason = handle_failure(job, surprise)
        else:
            yield made
        finally:
            job.seconds += time.perf_counter() - began


def why_not_now(job: Job, began: float) -> str | None:
    """Why a message that was claimed with others waits for another turn; None when this is its turn."""
    if time.monotonic() - began >= ENOUGH:
        return "Others of its group took long"
    # A wake-up of the bulk lane was reserved, and its group claimed, before the news came.
    return "News came in between" if job.lane == "bulk" and live_work_waits(job.kind) else None


def give_back(jobs: Sequence[Job], why: str) -> None:
    """They are due again at once, at no cost of an attempt."""
    defer_all(jobs, utcnow(), f"{why}; its turn comes again.")
