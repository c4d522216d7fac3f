"""What a worker does with a wake-up: claim, handle, and say how it ended, exactly once for each message."""

import time
from collections.abc import Callable, Sequence
from datetime import datetime
from functools import wraps
from typing import Any, TypeVar, cast

import structlog
from sqlalchemy.exc import SQLAlchemyError

from services.contracts.messages import Message
from services.contracts.wiring import KINDS, ROUTES
from services.runtime import liveness
from services.runtime.database import gave_way, utcnow
from services.runtime.ledger import batch, health_gates, jobs
from services.runtime.ledger.batch import Batch, give_back, why_not_now
from services.runtime.ledger.begun_work import begun
from services.runtime.ledger.failures import caught, named, stopping
from services.runtime.ledger.in_flight import MAX_MEMORY, Claim, Claimed, InFlight, Room
from services.runtime.ledger.jobs import MAX_ATTEMPTS, Job
from services.runtime.ledger.outcomes import report
from services.runtime.ledger.requests import Answer, Ask, Need, Read, Requests, Settle

M = TypeVar("M", bound=Message)
Handler = Callable[[M, Job], None]
BatchHandler = Callable[[Batch[M]], None]

log = structlog.get_logger()
_handlers: dict[str, Handler[Message]] = {}
_together: dict[Handler[Message], BatchHandler[Message]] = {}
"""Of the handlers of one message, those that can do with several."""
_requests: dict[str, Requests[Any, Any, Any]] = {}
"""Of the kinds that ask somebody over the network, those that read and settle several at once."""
_turns: Claim = lambda _now, _room: Claimed()  # noqa: E731 - until a service says how its hosts take turns
_in_flight: InFlight | None = None


def handles(kind: type[M]) -> Callable[[Handler[M]], Handler[M]]:
    """Registers the one function that hears messages of this kind; it ends each by `complete` or `defer`."""

    def register(handler: Handler[M]) -> Handler[M]:
        if kind not in ROUTES or kind.__name__ in _handlers:
            raise TypeError(f"{kind.__name__} must stand in the wiring, and have one handler.")
        _handlers[kind.__name__] = cast("Handler[Message]", handler)
        return handler

    return register


def handles_together(kind: type[M]) -> Callable[[BatchHandler[M]], BatchHandler[M]]:
    """As `handles`, for a function that hears one message or several; it ends them by the `complete` of the batch."""

    def register(handler: BatchHandler[M]) -> BatchHandler[M]:
        @wraps(handler)
        def alone(_order: M, job: Job) -> None:
            handler(Batch([job], alone=True))

        handles(kind)(alone)
        _together[cast("Handler[Message]", alone)] = cast("BatchHandler[Message]", handler)
        return handler

    return register


def handles_requests(
    kind: type[M], *, read: Read[M, Need], settle: Settle[M, Answer]
) -> Callable[[Ask[M, Need, Answer]], Ask[M, Need, Answer]]:
    """As `handles`, for the function that makes the request of one; `Requests` says what the three have to do."""

    def register(ask: Ask[M, Need, Answer]) -> Ask[M, Need, Answer]:
        requests = Requests(read, ask, settle)

        @wraps(ask)
        def alone(order: M, job: Job) -> None:
            requests.handle(order, job)

        handles(kind)(alone)
        _requests[kind.__name__] = requests
        return ask

    return register


def takes_turns(claim: Claim) -> Claim:
    """Registers the one function that claims what goes in turns of its hosts."""
    global _turns  # noqa: PLW0603 - one service in one process
    _turns = claim
    return claim


def begin_in_flight(places: int) -> InFlight:
    """From now on this process claims by itself what goes in turns, and a wake-up only makes it look."""
    global _in_flight  # noqa: PLW0603 - one worker in one process
    _in_flight = InFlight(_turns, _run_request, places=places, memory=MAX_MEMORY, prepare=_prepare)
    _in_flight.begin()
    return _in_flight


def handle(kind: str, ids: Sequence[int], now: datetime | None = None) -> int:
    """Handles those of the messages that are due and free; returns how many.

    Kinds that stay off the network are claimed as a group. A message that was tried before runs by itself, so that
    one that kills its worker burns only its own attempts.
    """
    liveness.sign()
    if kind not in _handlers:
        return 0  # a newer worker said it; it stays due until one that knows it is asked
    if ROUTES[KINDS[kind]].by_host and _in_flight:
        _in_flight.wake()
        return 0
    if health_gates.closed(ROUTES[KINDS[kind]].needs):
        return 0  # it stays due until the house is in order
    try:
        return _handle(kind, ids, now)
    except SQLAlchemyError as error:
        if not gave_way(error) and health_gates.blame(error, ()) is None:
            raise
        return 0  # what was not claimed stays due


def _handle(kind: str, ids: Sequence[int], now: datetime | None) -> int:
    if ROUTES[KINDS[kind]].by_host:
        return _handle_in_turns(kind, ids, now or utcnow())
    group = [] if ROUTES[KINDS[kind]].claim_singly else jobs.claim(kind, ids, now or utcnow(), fresh=True)
    began = time.monotonic()
    if len(group) > 1 and (together := _together.get(_handlers[kind])):
        _run_together(together, group)
    for job in (job for job in group if job.outcome is None):
        if why := why_not_now(job, began):
            give_back([job], why)
        else:
            _run(job)
            liveness.sign()
    claimed = {job.id for job in group}
    handled = len(group)
    for single in (i for i in ids if i not in claimed):
        if stopping.is_set() or time.monotonic() - began >= batch.ENOUGH:
            break  # what is not claimed stays due
        for job in jobs.claim(kind, [single], now or utcnow()):
            _run(job)
            liveness.sign()
            handled += 1
    return handled


def _run_together(handler: BatchHandler[Message], group: Sequence[Job]) -> None:
    try:
        handler(Batch(group))
    except Exception as trouble:  # noqa: BLE001 - each is done alone, where it shows whose fault it is
        log.info("batch_undone", kind=group[0].kind, messages=len(group), why=type(trouble).__name__)
    for job in group:
        if job.outcome is not None:
            report(job)
    liveness.sign()


def _handle_in_turns(kind: str, ids: Sequence[int], now: datetime) -> int:
    """Those of them whose turn it is, one after another."""
    claimed = _turns(now, Room(len(ids), len(ids), kinds=(kind,), ids=tuple(ids)))
    fresh = [job for job in claimed.jobs if _may_join(job)] if len(claimed.jobs) > 1 else []
    if fresh:
        _prepare(fresh)
        requests = _requests[kind]
        requests.settle([(job, answer) for job in fresh if (answer := requests.answer(job)) is not None])
    for job in (job for job in claimed.jobs if job not in fresh):
        _run(job)
    return len(claimed.jobs)


def _may_join(job: Job) -> bool:
    """Whether it is read and settled with others; one that was tried before is not."""
    return job.kind in _requests and job.attempts <= 1


def _prepare(jobs: Sequence[Job]) -> None:
    for kind, requests in _requests.items():
        if of_kind := [job for job in jobs if job.kind == kind and _may_join(job)]:
            requests.prepare(of_kind)


def _run_request(job: Job) -> None:
    if _may_join(job):
        _requests[job.kind].run(job)
    else:
        _run(job)


def _run(job: Job) -> None:
    began = time.perf_counter()
    with structlog.contextvars.bound_contextvars(trace_id=job.trace_id), caught(job):
        _attempt(job)
    job.seconds = time.perf_counter() - began
    report(job)


def _attempt(job: Job) -> None:
    """Runs the handler, which ends the job."""
    if job.attempts > MAX_ATTEMPTS:
        reason = f"Its worker died or hung {MAX_ATTEMPTS} times while handling it."
        job.outcome, job.reason = named(again=job.give_up(reason, utcnow())), reason
        return
    with begun(job.id):
        _handlers[job.kind](job.message(), job)
    if job.outcome is None:
        raise TypeError(f"The handler of {job.kind} neither completed nor deferred.")
