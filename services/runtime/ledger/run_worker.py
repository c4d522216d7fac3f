"""The worker of one or more services: an instance that holds leases, with a Celery worker to wake it."""

import threading
from collections.abc import Sequence

from services.runtime import liveness
from services.runtime.celery import worker_process
from services.runtime.celery.worker_process import Duties, Pool
from services.runtime.ledger import instances, redelivery
from services.runtime.ledger.failures import stopping
from services.runtime.ledger.worker import begin_in_flight, handle


def run_worker(
    services: Sequence[str],
    *,
    pool: Pool,
    concurrency: int,
    name: str,
    in_flight: int = 0,
    patience: float | None = None,
) -> None:
    """Runs a worker for these services until it is told to stop, or has been stuck for `patience` seconds.

    `in_flight`: how many requests to newsrooms it may wait for at a time, beside what Celery hands it.
    """
    liveness.begin()
    forks = redelivery.end_leases_of_dead_children if pool == "prefork" else None
    instances.begin(name, ended := threading.Event(), forks)
    duties = Duties(handle, stopping, (lambda: begin_in_flight(in_flight)) if in_flight else None)
    patience = patience or liveness.patience(services)
    try:
        worker_process.run(services, duties, pool=pool, concurrency=concurrency, name=name, patience=patience)
    finally:
        ended.set()
        instances.end()
