"""A worker of the tests, run as a process: each `Deliver(n)` causes a `PageStored(n)`, which ends there."""

import os
import sys
import time

from services.contracts.messages import Deliver, PageStored
from services.runtime import bus, logs
from services.runtime.ledger import Job, say
from services.runtime.worker import handles

PAUSE = float(os.environ.get("RELAY_PAUSE", "0"))
POISON = 13


@handles(Deliver)
def deliver(order: Deliver, job: Job) -> None:
    time.sleep(PAUSE)
    with job.finish() as session:
        say(session, PageStored(page=order.delivery, article="art_x"), key=str(order.delivery))


@handles(PageStored)
def stored(order: PageStored, job: Job) -> None:
    if order.page == POISON and os.environ.get("RELAY_POISON"):
        os._exit(1)
    with job.finish():
        pass


if __name__ == "__main__":
    logs.configure("relay")
    bus.run_worker(["webhooks", "fetcher"], pool=sys.argv[1], concurrency=2, name="relay")
