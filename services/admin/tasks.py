"""What the desk hears: how far a re-ingestion is."""

from services.admin import progress
from services.contracts.messages import PageReingested, ReingestionPlanned
from services.runtime.ledger import Job
from services.runtime.worker import handles


@handles(ReingestionPlanned)
def plan(news: ReingestionPlanned, job: Job) -> None:
    with job.finish() as session:
        progress.plan(session, news, job.now)


@handles(PageReingested)
def count(news: PageReingested, job: Job) -> None:
    with job.finish() as session:
        progress.count(session, news, job.now)
