"""The handlers of webhooks: announcing events, delivering them, and what is done now and then."""

import random
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta

import structlog
from prometheus_client import Counter
from sqlmodel import Session

from services.contracts.errors import HouseTrouble, UserError
from services.contracts.messages import Announce, CheckTroubles, Deliver, ForgetDeliveries, Lane, MakeCheckpoint
from services.runtime import retention as keeping
from services.runtime.database import reading, transaction
from services.runtime.egress import Client, EgressError, egress_settings, meanwhile, open_client
from services.runtime.ledger import health_gates
from services.runtime.ledger.batch import Batch
from services.runtime.ledger.failures import stopping
from services.runtime.ledger.jobs import Job, Outgoing, enqueue, enqueue_all
from services.runtime.ledger.worker import handles, handles_together
from services.runtime.settings import retention_settings
from services.runtime.transparency_log import checkpoints
from services.runtime.transparency_log.settings import log_settings
from services.runtime.transparency_log.stamps import StampRefused, request_stamp
from services.runtime.troubles.watch import forget_ended, note_troubles
from services.webhooks import custody, retention, subscriptions, troubles
from services.webhooks.announce import BULK, NEWS, Overtaking, without_turn
from services.webhooks.announce import create_deliveries as owe
from services.webhooks.attempt import Tried
from services.webhooks.deliver import SLICE, Addressee, Rest, addressee, bring, hold, next_due, parcels
from services.webhooks.operator import keep_operator
from services.webhooks.record import record, settle, woken_meanwhile
from services.webhooks.release import cancel
from services.webhooks.retries import JITTER
from services.webhooks.settings import webhook_settings
from services.webhooks.shares import AGAIN, remember, seat

ATTEMPTS = Counter("dateline_attempts_total", "Attempts to deliver an event, by how they ended.", ["outcome"])
DISABLED = Counter("dateline_endpoints_disabled_total", "Endpoints that were given up.")

health_gates.probes("secret", custody.prove)

TROUBLES_EVERY = timedelta(minutes=1)
A_MOMENT = timedelta(seconds=2)
"""How long an event waits that would be announced before an earlier one of its article."""
LINGER = 0.02
"""Seconds that a turn which had several to bring waits for more: another turn costs as much as ten deliveries."""
log = structlog.get_logger()


@handles_together(Announce)
def announce(batch: Batch[Announce]) -> None:
    """One delivery for each interested endpoint, due at once; after the earlier events of the article."""
    orders = sorted(batch.messages(), key=lambda entry: entry[1].sequence or 0)
    if not orders:
        return
    try:
        # Asked within: a transaction to ask in would cost more than the question, and leaving this one undoes it.
        with batch.complete(orders) as (session, done):
            _owe(session, done)
    except Overtaking as early:
        if len(orders) > 1:
            raise  # each is done alone, where it shows which of them is early
        job, _ = orders[0]
        job.defer(job.now + A_MOMENT, str(early))


@handles(Deliver)
def deliver(order: Deliver, job: Job) -> None:
    """A turn of an endpoint: what is owed to it and due, as far as it comes in a few seconds."""
    with reading() as session:
        result = addressee(session, order.endpoint, job.now)
    match result:
        case Addressee():
            with seat(result.endpoint, failing=result.standing.failures > 0) as seated:
                if seated:
                    _serve(result, job)
                else:
                    job.defer(job.now + AGAIN, "Endpoints that fail or are slow have their share of the threads.")
        case Rest():
            job.defer(result.until, "The endpoint is left alone until then.")
        case None:
            with job.complete() as session:
                subscriptions.stop_expired(session, job.now)
                cancel(session, order.endpoint)


@handles(ForgetDeliveries)
def forget(_order: ForgetDeliveries, job: Job) -> None:
    """A batch of what is older than the delivery log reaches back; again at once while there is more, else hourly."""
    with job.complete() as session:
        # The event log comes first, because its counter is locked before endpoints are.
        days = retention_settings().events
        more = [retention.forget_events(session, job.now - timedelta(days=days)) if days else False]
        subscriptions.stop_expired(session, job.now)
        before = job.now - timedelta(days=webhook_settings().retention)
        forget_ended(session, before)
        more += [retention.forget(session, before), keeping.forget(session, job.now)]
        enqueue(session, ForgetDeliveries(), due_at=job.now if any(more) else job.now + retention.EVERY)


@handles(CheckTroubles)
def check_troubles(_order: CheckTroubles, job: Job) -> None:
    """What is wrong with the service itself: operators are told when it begins and when it is over."""
    with job.complete() as session:
        # A secret that cannot be sealed is one of the troubles, and keeps no other from being told.
        try:
            keep_operator(session, job.now)
        except (UserError, HouseTrouble) as trouble:
            log.warning("operator_not_notified", error=str(trouble))
        for news in note_troubles(session, troubles.troubles_present(session, job.now), job.now):
            enqueue(session, news)
        enqueue(session, CheckTroubles(), due_at=job.now + TROUBLES_EVERY)


@handles(MakeCheckpoint)
def make_checkpoint(_order: MakeCheckpoint, job: Job) -> None:
    """Signs how the transparency log stands, and has an outside authority stamp it, where there is one."""
    with transaction() as session:
        made = checkpoints.sign_checkpoint(session, job.now)
    stamp = _stamped(log_settings().authority)
    with job.complete() as session:
        if stamp:
            checkpoints.keep_stamp(session, *stamp)
        wait = timedelta(0) if made and made.more else timedelta(minutes=log_settings().interval)
        enqueue(session, MakeCheckpoint(), due_at=job.now + wait)


def _stamped(authority: str) -> tuple[int, bytes] | None:
    """The newest checkpoint with its stamp, if it needed one and got one; an authority that is away is asked later."""
    with reading() as session:
        checkpoint = checkpoints.without_stamp(session) if authority else None
    if checkpoint is None:
        return None
    try:
        return checkpoint.id, request_stamp(authority, checkpoint.note)
    except (EgressError, StampRefused, UserError) as trouble:
        log.warning("not_stamped", checkpoint=checkpoint.size, error=str(trouble)[:300])
        return None


def _owe(session: Session, done: Sequence[tuple[Job, Announce]]) -> None:
    first, _ = done[0]
    lane: Lane = "live" if any(job.lane == "live" for job, _ in done) else "bulk"
    ranks = {order.event: BULK if job.lane == "bulk" else NEWS for job, order in done}
    pending = without_turn(session, owe(session, ranks, first.now), lane)
    turns = (Outgoing(Deliver(endpoint=due.endpoint), due.at, lane, first.trace_id) for due in pending)
    enqueue_all(session, turns)


def _serve(to: Addressee, job: Job) -> None:
    # Connections are kept for this endpoint and this turn only: subscribers do not trust one another.
    with open_client(egress_settings(), keep_alive=True, connections=1) as client:
        to, made, pause = _round(client, to, job)
        while pause is not None:
            with transaction(lasting=False) as session:
                _write(session, to, made, job)
            stopping.wait(pause)
            to, made, pause = _round(client, _written(to), job)
    job.note(endpoint=to.endpoint)
    with job.complete() as session:
        _write(session, to, made, job)
        rest = None if woken_meanwhile(session, to, job.moment()) else to.standing.not_before
        if to.standing.gone is None and (due := next_due(session, to)):
            due = max(due, rest or due)
            enqueue(session, Deliver(endpoint=to.endpoint), due_at=due, lane=job.lane)


def _round(client: Client, to: Addressee, job: Job) -> tuple[Addressee, list[Tried], float | None]:
    """The next few deliveries, tried; the endpoint as it stands then; and the pause before more, or None at the end."""
    began = job.moment()
    with reading() as session:
        batch = parcels(session, to, job, began)
    standing, made = to.standing, []
    with _noting(to.endpoint) as note:
        for tried, standing in bring(client, to, batch, job.moment):  # noqa: B007 - the last standing is what counts
            made.append(tried)
            note(tried)
    if to.rate and made and standing.not_before is None:
        standing = replace(standing, not_before=began + timedelta(seconds=(1 if to.digest else len(made)) / to.rate))
    resting = standing.not_before is not None or standing.gone is not None
    over = resting or job.moment() - job.now > SLICE or stopping.is_set()
    pause = None if over else _pause(len(batch), all_made=len(made) == len(batch), share=to.share)
    return replace(to, before=to.standing, standing=standing), made, pause


def _pause(found: int, *, all_made: bool, share: int) -> float | None:
    """How long to wait for more, given how many were found; None when that was all, and came alone."""
    if found == share or not all_made:
        return 0.0
    return LINGER if found > 1 else None


def _write(session: Session, to: Addressee, made: Sequence[Tried], job: Job) -> None:
    stretch, now = random.uniform(1 - JITTER, 1 + JITTER), job.moment()  # noqa: S311 - jitter is no secret
    hold(session, to.endpoint)
    record(session, made, stretch=stretch)
    # What was tried has happened, whoever writes it. How the endpoint is, is for those to say who serve it now.
    if to.changed and job.holds(session) and (news := settle(session, to, now)):
        enqueue(session, news, due_at=now)
        DISABLED.inc()
        log.warning("endpoint_disabled", endpoint=to.endpoint, reason=to.standing.gone)


@contextmanager
def _noting(endpoint: int) -> Iterator[Callable[[Tried], None]]:
    """Notes what it is given while the next answer is waited for: a tenth of the time of a delivery."""
    tried: list[Tried] = []

    def write() -> None:
        while tried:
            _note(endpoint, tried.pop(0))

    try:
        with meanwhile(write):
            yield tried.append
    finally:
        write()


def _note(endpoint: int, tried: Tried) -> None:
    took = tried.ended - tried.at
    remember(endpoint, took)
    ATTEMPTS.labels(tried.outcome).inc()
    # Not the address: subscribers put tokens into theirs.
    log.info(
        "attempted",
        trace_id=tried.parcel.trace_id,
        endpoint=endpoint,
        webhook_id=tried.parcel.event,
        attempt=tried.parcel.number,
        answer=tried.outcome,
        ms=round(took.total_seconds() * 1000, 1),
    )


def _written(to: Addressee) -> Addressee:
    standing = replace(to.standing, recovered=False)
    return replace(to, before=standing, standing=standing)
