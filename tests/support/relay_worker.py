"""A worker of the tests, run as a process: each `Deliver(n)` causes a `SaveArticle` of page n, which ends there."""

import os
import sys
import time
from pathlib import Path

from celery import signals

from services.contracts.messages import Deliver, SaveArticle
from services.runtime import logs
from services.runtime.celery import wake_ups
from services.runtime.ledger.jobs import Job, enqueue
from services.runtime.ledger.run_worker import run_worker
from services.runtime.ledger.worker import handles
from tests.support import orders

PATIENCE = float(os.environ.get("RELAY_PATIENCE", "0"))
PAUSE = float(os.environ.get("RELAY_PAUSE", "0"))
POISON = 13
SERVICES = ("webhooks", "fetcher", "store")


@handles(Deliver)
def deliver(order: Deliver, job: Job) -> None:
    time.sleep(PAUSE)
    with job.complete() as session:
        enqueue(session, orders.order(page=order.endpoint))


@handles(SaveArticle)
def stored(order: SaveArticle, job: Job) -> None:
    if order.origin.page == POISON and os.environ.get("RELAY_POISON"):
        os._exit(1)
    with job.complete():
        pass


def tell_that_it_is_ready(**_signal) -> None:
    Path(os.environ["RELAY_READY"]).touch()


def stop_listening(sender, **_signal) -> None:
    """What a consumer does that has lost its connection and does not know."""
    for queue in wake_ups.QUEUES:
        sender.cancel_task_queue(queue)


if __name__ == "__main__":
    logs.configure("relay")
    if os.environ.get("RELAY_DEAF"):
        signals.worker_ready.connect(stop_listening)
    if os.environ.get("RELAY_READY"):
        signals.worker_ready.connect(tell_that_it_is_ready)
    run_worker(
        ["webhooks", "fetcher", "store"], pool=sys.argv[1], concurrency=2, name="relay", patience=PATIENCE or None
    )
