"""Backfills: what a source published before we came, a document at a time."""

from services.contracts.messages import WalkBackfill
from services.fetcher import poll, turns
from services.fetcher.backfill import ending, queue, step
from services.fetcher.backfill.follow import Span
from services.fetcher.backfill.models import Backfill, BackfillDocument
from services.fetcher.handlers.turn_endings import end_turn, rest, turn_of_another
from services.fetcher.models import Channel, Source
from services.fetcher.politeness import Served, host_of
from services.fetcher.settings import fetcher_settings
from services.fetcher.shared_client import client
from services.fetcher.sources import source_by_name
from services.runtime.database import reading
from services.runtime.ledger.jobs import Job, enqueue
from services.runtime.ledger.worker import handles


@handles(WalkBackfill)
def walk_backfill(order: WalkBackfill, job: Job) -> None:
    """One document of a backfill; what it lists joins the frontier, and the backfill says itself again."""
    with reading() as session:
        backfill = session.get(Backfill, order.backfill)
        source = source_by_name(session, backfill.source) if backfill else None
        document = queue.oldest_open(session, order.backfill)
        channel = queue.channel_of(session, source, document) if source and document else None
    if backfill is None or backfill.finished_at or source is None:
        _end_backfill(order, job)
    elif source.paused:
        rest(job, source.name)
    elif document is None or channel is None:
        _await_pages(order, job)
    elif host_of(document.url) != job.host:
        turn_of_another(job, order.model_copy(update={"host": host_of(document.url)}))
    else:
        _walk_backfill(source, backfill, document, channel, job)


def _walk_backfill(source: Source, backfill: Backfill, document: BackfillDocument, channel: Channel, job: Job) -> None:
    settings, span = fetcher_settings(), Span(backfill.since, backfill.until)
    answer = poll.ask_in_full(client(), document.url, now=job.now, settings=settings)
    result = step.read_as_kind(answer, document, channel, poll.scope_of(source, channel), span)
    fresh = step.join_first(source, backfill, document, result, job.now)
    with job.complete() as session:
        look, served = result.look, host_of(document.url)
        backfill = session.get_one(Backfill, backfill.id, with_for_update=True)
        end_turn(session, job, Served(served, look.outcome, job.now, look.retry_after, look.silent))
        job.note(source=source.name, url=document.url, answer=look.outcome, fresh=fresh)
        if backfill.finished_at is None:
            document = session.merge(document)
            due = step.settle_document(session, source, backfill, document, result, fresh, job.now)
            session.flush()
            enqueue(session, step.message_of(session, backfill, served), due_at=due, lane="bulk")


def _end_backfill(order: WalkBackfill, job: Job) -> None:
    """It was cancelled, or its source was removed."""
    with job.complete() as session:
        turns.give_back(session, job)
        backfill = session.get(Backfill, order.backfill, with_for_update=True)
        if backfill and backfill.finished_at is None:
            ending.end(session, backfill, "cancelled", job.now)


def _await_pages(order: WalkBackfill, job: Job) -> None:
    """Every document was looked at; it is over when its pages were, too."""
    with job.complete() as session:
        turns.give_back(session, job)
        backfill = session.get_one(Backfill, order.backfill, with_for_update=True)
        if backfill.finished_at is None and not ending.close_if_through(session, backfill, job.now):
            enqueue(session, order, due_at=job.now + ending.AGAIN, lane="bulk")
