"""Messages of a kind that each ask somebody over the network: each in a thread of its own, and the rest together.

What they need is read for all that were claimed together, in few statements. Those that have their answers are settled
in one transaction with those that get theirs meanwhile. Where something of that fails, nothing of it is kept, and each
is done alone at no cost of an attempt: then it shows whose fault it is.
"""

import time
from collections.abc import Callable, Mapping, Sequence
from typing import Generic, TypeVar, cast

import structlog

from services.contracts.messages import Lane, Message
from services.runtime.ledger.batch import Batch
from services.runtime.ledger.begun_work import begun
from services.runtime.ledger.failures import caught
from services.runtime.ledger.gathering import Gathering
from services.runtime.ledger.jobs import Job
from services.runtime.ledger.outcomes import report

M = TypeVar("M", bound=Message)
Need = TypeVar("Need")
Answer = TypeVar("Answer")

Read = Callable[[Sequence[tuple[Job, M]]], Mapping[int, Need]]
Ask = Callable[[M, Job, Need], Answer | None]
Settle = Callable[[Batch[M], Sequence[tuple[Job, Answer]]], None]

SPACING: dict[Lane, float] = {"live": 0.05, "bulk": 0.25}
"""Seconds between two groups that are settled, while more answers are to come: as between the wake-ups that follow."""

log = structlog.get_logger()


class Requests(Generic[M, Need, Answer]):
    """How messages of a kind are handled.

    `read` finds what each of several needs, by the id of its job. `ask` makes the request, outside of any transaction;
    None where it has ended the message itself. `settle` ends those that have their answers, by the `complete` of the
    batch; one that it passes over is settled alone.
    """

    def __init__(
        self,
        read: Read[M, Need],
        ask: Ask[M, Need, Answer],
        settle: Settle[M, Answer],
    ) -> None:
        self._read, self._ask, self._settle = read, ask, settle
        self._gathering = Gathering[tuple[Job, Answer]](self.settle)

    def handle(self, order: M, job: Job) -> None:
        """Handles one by itself, as a handler does: what goes wrong is raised."""
        if (answer := self._answer(job, order)) is not None:
            self._settle(Batch([job], alone=True), [(job, answer)])

    def prepare(self, jobs: Sequence[Job]) -> None:
        """Reads what they need; who is left out reads it alone."""
        try:
            needs = self._read([(job, cast("M", job.message())) for job in jobs])
        except Exception as trouble:  # noqa: BLE001 - each reads alone, where it shows whose fault it is
            log.info("not_read_together", why=type(trouble).__name__)
        else:
            for job in jobs:
                job.context = needs.get(job.id)

    def run(self, job: Job) -> None:
        """Handles one in this thread, and returns when it has ended; it may be settled by another one."""
        with self._gathering.coming():
            if (answer := self.answer(job)) is not None:
                self._gathering.settle((job, answer), SPACING[job.lane])

    def answer(self, job: Job) -> Answer | None:
        """Makes the request of one; None where that has ended it."""
        answer, began = None, time.perf_counter()
        with structlog.contextvars.bound_contextvars(trace_id=job.trace_id), caught(job), begun(job.id):
            answer = self._answer(job, cast("M", job.message()))
        job.seconds = time.perf_counter() - began
        if job.outcome is not None:
            report(job)
        return answer

    def settle(self, answered: Sequence[tuple[Job, Answer]]) -> None:
        """Ends all of them: together, and alone those that could not be."""
        if len(answered) > 1:
            try:
                self._settle(Batch([job for job, _ in answered]), answered)
            except Exception as trouble:  # noqa: BLE001 - each is done alone, where it shows whose fault it is
                log.info("batch_undone", kind=answered[0][0].kind, messages=len(answered), why=type(trouble).__name__)
        for job, answer in answered:
            if job.outcome is None:
                self._settle_alone(job, answer)
            if job.outcome is not None:
                report(job)

    def _settle_alone(self, job: Job, answer: Answer) -> None:
        with structlog.contextvars.bound_contextvars(trace_id=job.trace_id), caught(job):
            self._settle(Batch([job], alone=True), [(job, answer)])

    def _answer(self, job: Job, order: M) -> Answer | None:
        needs = cast("Need | None", job.context)
        answer = self._ask(order, job, self._read([(job, order)])[job.id] if needs is None else needs)
        if answer is None and job.outcome is None:
            raise TypeError(f"The request of {job.kind} has neither an answer nor an end.")
        return answer
