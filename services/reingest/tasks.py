"""What the desk hears: how far a re-ingestion is, what a dry run found, and what becomes of that."""

from datetime import timedelta

from services.contracts.messages import (
    ForgetPreview,
    PagePromoted,
    PageReingested,
    Promote,
    ReingestionPlanned,
)
from services.reingest import previews, progress
from services.runtime.database import reading
from services.runtime.ledger import Job, say
from services.runtime.worker import handles


@handles(ReingestionPlanned)
def plan(news: ReingestionPlanned, job: Job) -> None:
    with job.finish() as session:
        progress.plan(session, news, job.now)


@handles(PageReingested)
def count(news: PageReingested, job: Job) -> None:
    with job.finish() as session:
        if news.preview is not None:
            previews.keep(session, news, news.preview)
        progress.count(session, news, job.now)


@handles(Promote)
def promote(order: Promote, job: Job) -> None:
    with reading() as session:
        crowded = previews.crowded(session, order.reingestion)
    if crowded:
        job.postpone(job.now + timedelta(seconds=1), "Enough of its pages are under way.")
        return
    with job.finish() as session:
        if previews.promote(session, order.reingestion, job.now):
            say(session, order, lane=job.lane)


@handles(PagePromoted)
def count_promoted(news: PagePromoted, job: Job) -> None:
    with job.finish() as session:
        previews.count_promoted(session, news, job.now)


@handles(ForgetPreview)
def forget_preview(order: ForgetPreview, job: Job) -> None:
    with job.finish() as session:
        if previews.forget(session, order.reingestion):
            say(session, order, lane=job.lane)
