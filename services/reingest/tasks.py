"""What re-ingestion handles: the next step of a walk, and new site profiles."""

from services.contracts.messages import ProposeProfile, Reingest
from services.reingest import proposals
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
        proposals.conclude(session, order.reingestion, job.now)
        if pause is not None:
            enqueue(session, order, due_at=job.now + pause, lane=job.lane)


@handles(ProposeProfile)
def propose_profile(order: ProposeProfile, job: Job) -> None:
    """Orders the dry run of what a new site profile would change."""
    with job.complete() as session:
        row = proposals.propose_dry_run(session, order, job.now)
        job.note(host=order.host, profile=order.profile, reingestion=row and row.id)
