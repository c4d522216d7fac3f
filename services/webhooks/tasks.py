"""What webhooks hear."""

import os
import random
from datetime import timedelta
from functools import cache

import httpx
from prometheus_client import Counter

from services.contracts.messages import Announce, Deliver
from services.runtime import metrics  # noqa: F401 - it names the folder of metrics before the first is made
from services.runtime.database import reading
from services.runtime.egress import egress_settings, open_client
from services.runtime.ledger import Job, say
from services.runtime.worker import handles
from services.webhooks.announce import announce as owe
from services.webhooks.announce import overtakes
from services.webhooks.deliver import Parcel, Wait, attempt, cancel_orphan, next_in_line, record, turn
from services.webhooks.retries import JITTER

ATTEMPTS = Counter("dateline_attempts_total", "Attempts to deliver an event, by how they ended.", ["outcome"])

A_MOMENT = timedelta(seconds=2)
"""How long an event waits that would be announced before an earlier one of its article."""


@handles(Announce)
def announce(order: Announce, job: Job) -> None:
    """One delivery for each interested endpoint, due at once; after the earlier events of the article."""
    with reading() as session:
        early = overtakes(session, job.key)
    if early:
        job.postpone(job.now + A_MOMENT, "An earlier event of this article is still to be announced.")
        return
    with job.finish() as session:
        for delivery in owe(session, order, job.now):
            say(session, Deliver(delivery=delivery), key=str(delivery), lane=job.lane)


@handles(Deliver)
def deliver(order: Deliver, job: Job) -> None:
    """One attempt, when it is this delivery's turn."""
    with reading() as session:
        found = turn(session, order.delivery, job.now)
    match found:
        case Parcel():
            _try(found, order, job)
        case Wait():
            job.postpone(found.until, found.reason)
        case None:
            with job.finish() as session:
                cancel_orphan(session, order.delivery)


def _try(parcel: Parcel, order: Deliver, job: Job) -> None:
    tried = attempt(_client(os.getpid()), parcel, job.now)
    # Not the address: subscribers put tokens into theirs.
    job.note(endpoint=parcel.endpoint, webhook_id=parcel.event, attempt=parcel.number, answer=tried.outcome)
    with job.finish() as session:
        stretch = random.uniform(1 - JITTER, 1 + JITTER)  # noqa: S311 - jitter is no secret
        if due := record(session, parcel, tried, stretch=stretch):
            say(session, order, key=job.key, due_at=due, lane=job.lane)
        elif waiting := next_in_line(session, parcel):
            say(session, Deliver(delivery=waiting), key=str(waiting), lane=job.lane)
    ATTEMPTS.labels(tried.outcome).inc()


@cache
def _client(_pid: int) -> httpx.Client:
    # Subscribers do not trust one another: each attempt has a connection of its own.
    return open_client(egress_settings())
