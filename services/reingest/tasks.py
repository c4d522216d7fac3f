"""What re-ingestion handles: the next step of a walk."""

from services.contracts.messages import Reingest
from services.reingest import walk as walking
from services.runtime.database import reading
from services.runtime.ledger.jobs import Job, enqueue
from services.runtime.ledger.worker import handles


@handles(Reingest)
def walk(order: Reingest, job: Job) -> None:
    """Takes one step, and says itself again for the next one."""
    with reading() as session:
        result = walking.look(session, order.reingestion)
    with job.complete() as session:
        pause = walking.step(session, order.reingestion, result, job.now)
        if pause is not None:
            enqueue(session, order, due_at=job.now + pause, lane=job.lane)
