"""What is done now and then: missing pages judged, captures packed and erased, channels reconciled, backups begun."""

from datetime import timedelta

from sqlalchemy import select, update
from sqlmodel import col

from services.contracts.messages import (
    CheckRhythms,
    EraseCaptures,
    HostRecovered,
    PackCaptures,
    ReconcileChannels,
    ReviewRemovals,
    TakeBackup,
    ThinCaptures,
)
from services.fetcher import host_recovery, page_walls
from services.fetcher.coverage import alarms as gap_alarms
from services.fetcher.coverage import reconcile
from services.fetcher.models import Page
from services.fetcher.push import push_alarms
from services.fetcher.removals import review
from services.fetcher.rhythm import watch
from services.fetcher.settings import fetcher_settings
from services.runtime.archive import packer
from services.runtime.archive.by_address import captures_of_addresses
from services.runtime.archive.erasing import erase_stored
from services.runtime.archive.references import named_elsewhere
from services.runtime.backup import take
from services.runtime.database import reading, transaction
from services.runtime.ledger.jobs import Job, enqueue, enqueue_all
from services.runtime.ledger.worker import handles
from services.runtime.own_commands import begin_command
from services.runtime.settings import retention_settings
from services.runtime.withholding import withhold_captures

RHYTHMS = timedelta(minutes=1)
"""How often it is asked whose rhythm is to be looked at."""
THINNED_EVERY = timedelta(days=1)
ASKED_EVERY = timedelta(minutes=15)
"""How often it is asked whether a backup is due."""


@handles(HostRecovered)
def host_recovered(news: HostRecovered, job: Job) -> None:
    """What failed at the host is due again, at the host's pace."""
    with job.complete() as session:
        channels, pages = host_recovery.wake(session, news.host)
        job.note(channels=channels, pages=pages)


@handles(ReviewRemovals)
def review_removals(order: ReviewRemovals, job: Job) -> None:
    """Which missing pages of the source were taken down, as far as it can be told now."""
    with job.complete() as session:
        result = review.review_source(session, order.source, job.now, fetcher_settings())
        job.note(source=order.source, removed=result.removed, takedown=result.takedown)
        enqueue_all(session, [job.outgoing(message, due_at) for message, due_at in result.messages])


@handles(PackCaptures)
def pack_captures(_order: PackCaptures, job: Job) -> None:
    """A step of the packer; again at once while there is more, else in an hour."""
    packed = packer.pack_step(job.now)
    with job.complete() as session:
        job.note(captures=packed.captures, looks=packed.looks, bytes=packed.bytes)
        due = job.now if packed.more else job.now + packer.EVERY
        enqueue(session, PackCaptures(), due_at=due, lane="bulk")


@handles(ThinCaptures)
def thin_captures(_order: ThinCaptures, job: Job) -> None:
    """Begins the thinning of the day, where a setting says how old a capture must be."""
    due = retention_settings().captures > 0
    if due:
        begin_command("archive", "thin")
    with job.complete() as session:
        job.note(begun=due)
        enqueue(session, ThinCaptures(), due_at=job.now + THINNED_EVERY, lane="bulk")


@handles(EraseCaptures)
def erase_captures(order: EraseCaptures, job: Job) -> None:
    """Erases captures of an article that was erased, and its title in the frontier; once more when packing is over."""
    further = _further_captures(order)
    names = tuple(dict.fromkeys((*order.captures, *sorted(further))))
    erase_stored(names)
    with job.complete() as session:
        withhold_captures(session, order.article, further, erased=True)
        session.execute(update(Page).where(col(Page.id).in_(order.pages)).values(title=None, detail=None))
        if not order.again:
            again = order.model_copy(update={"again": True, "captures": names})
            enqueue(session, again, due_at=job.now + packer.EVERY)


def _further_captures(order: EraseCaptures) -> set[str]:
    """Of its pages, the captures that nothing names: looks that brought other bytes and the same words."""
    with reading() as session:
        urls = session.execute(select(col(Page.url)).where(col(Page.id).in_(order.pages))).scalars().all()
    names = captures_of_addresses({url for url in urls if url}) - set(order.captures)
    with reading() as session:
        return names - named_elsewhere(session, names) if names else set()


@handles(ReconcileChannels)
def reconcile_channels(order: ReconcileChannels, job: Job) -> None:
    """One step, and itself again: at once while more is due, and notice is given when that was all."""
    patience = timedelta(seconds=fetcher_settings().gap_after)
    with reading() as session:
        judged = reconcile.look(session, job.now, patience)
        more = len(judged) == reconcile.AT_ONCE
    if not more:
        with transaction() as session:
            page_walls.judge_walls(session, job.now)
            push_alarms.judge_pushes(session, job.now)
    with job.complete() as session:
        reconcile.write(session, judged, job.now)
        if not more and gap_alarms.pending(session):
            gap_alarms.raise_alarms(session, job.now)
        enqueue(session, order, due_at=job.now + (timedelta() if more else reconcile.EVERY))


@handles(CheckRhythms)
def check_rhythms(order: CheckRhythms, job: Job) -> None:
    """The rhythms of a few sources, each in its own transaction, and itself again: at once while more are due."""
    with reading() as session:
        numbers = watch.next_sources(session, job.now)
    for number in numbers:
        with transaction() as session:
            watch.check_source(session, number, job.now)
    again = timedelta() if len(numbers) == watch.AT_ONCE else RHYTHMS
    with job.complete() as session:
        job.note(sources=len(numbers))
        enqueue(session, order, due_at=job.now + again)


@handles(TakeBackup)
def back_up(_order: TakeBackup, job: Job) -> None:
    """Begins a backup when it is time; whether it is, is asked every quarter of an hour."""
    due = take.is_due(job.now)
    if due:
        take.begin_backup()
    with job.complete() as session:
        job.note(begun=due)
        enqueue(session, TakeBackup(), due_at=job.now + ASKED_EVERY)
