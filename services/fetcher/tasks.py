"""What the fetcher hears."""

import os
import random
from dataclasses import replace
from datetime import datetime, timedelta
from functools import cache

import structlog
from sqlalchemy import update
from sqlmodel import Session, col, select

from services.contracts.messages import (
    AskPublicArchive,
    AttachFiles,
    CheckRhythms,
    EraseCaptures,
    FetchFile,
    FetchPage,
    HostRecovered,
    Message,
    MovePages,
    PackCaptures,
    PollChannel,
    ReadPush,
    ReconcileChannels,
    ReviewRemovals,
    SamePage,
    SubscribeToHub,
    TakeBackup,
    WalkBackfill,
    WalkChannel,
)
from services.fetcher import (
    absences,
    alarms,
    blocked,
    files,
    frontier,
    host_recovery,
    moves,
    needs,
    poll,
    public_archive,
    rounds,
    settling,
    site_moves,
    turns,
    unlisted,
    visit,
    walks,
)
from services.fetcher.backfill import ending, queue, step
from services.fetcher.backfill.follow import Span
from services.fetcher.backfill.models import Backfill, BackfillDocument
from services.fetcher.coverage import alarms as gap_alarms
from services.fetcher.coverage import reconcile
from services.fetcher.discover import Listed
from services.fetcher.mail.look import MailLook, look_into, note_mails, progress_of, scope_for
from services.fetcher.models import Channel, Page, Source, Walk
from services.fetcher.needs import Needs
from services.fetcher.politeness import Hosts, Served, host_of
from services.fetcher.push import health, push_secrets, read, subscribe
from services.fetcher.push.models import Push
from services.fetcher.push.subscribe import Asked
from services.fetcher.removals import review
from services.fetcher.rhythm import watch
from services.fetcher.rounds import RoundResult
from services.fetcher.settings import fetcher_settings
from services.fetcher.settling import PageVisit
from services.runtime.archive import packer
from services.runtime.archive.erasing import erase_stored
from services.runtime.backup import take
from services.runtime.database import reading, transaction
from services.runtime.egress import Client, egress_settings, open_client
from services.runtime.ledger.batch import Batch
from services.runtime.ledger.in_flight import MOST
from services.runtime.ledger.jobs import Job, enqueue, enqueue_all
from services.runtime.ledger.worker import handles, handles_requests, takes_turns
from services.runtime.provenance import results
from services.runtime.provenance.files import ArticleFile
from services.runtime.provenance.public_copies import note_copy
from services.runtime.provenance.results import Result

RHYTHMS = timedelta(minutes=1)
"""How often it is asked whose rhythm is to be looked at."""
PAUSE = timedelta(hours=1)
"""How often a paused source is asked whether it still is. Resuming says its polls at once."""

ASKED_EVERY = timedelta(minutes=15)
"""How often it is asked whether a backup is due."""

log = structlog.get_logger()

takes_turns(turns.claim)


@handles(PollChannel)
def poll_channel(order: PollChannel, job: Job) -> None:
    """One look at a channel; what it lists joins the frontier, and it says itself again."""
    with reading() as session:
        channel = session.get(Channel, order.channel)
        source = session.get(Source, channel.source_id) if channel else None
        whole = source is not None and absences.any_open(session, source.name, job.now)
    if channel is None or source is None:
        with job.complete() as session:
            turns.give_back(session, job)  # it was taken out of its source
    elif source.paused:
        _rest(job, source.name)
    elif host_of(rounds.address(channel, order)) != job.host:
        _turn_of_another(job, rounds.poll_of(channel))
    else:
        _poll(order, source, channel, job, whole=whole)


def _poll(order: PollChannel, source: Source, channel: Channel, job: Job, *, whole: bool) -> None:
    settings, scope = fetcher_settings(), poll.scope_of(source, channel)
    url = rounds.address(channel, order)
    mail = _look_into(source, channel, job.now) if channel.kind == "mailbox" else None
    look = (
        mail.result
        if mail
        else poll.look_at(client(), channel, url, scope, now=job.now, settings=settings, whole=whole)
    )
    if further := rounds.follow(channel, order, look):
        _go_on_at_another(further, job)
        return
    joined = poll.join_all_but_last(source, channel, look, job.now)
    with job.complete(lasting=alarms.may_change(channel, look)) as session:
        if look.outcome in blocked.ANSWERS:
            blocked.count(session, source.name, look.detail, job.now)
        channel = session.get_one(Channel, order.channel, with_for_update=True)
        joined = poll.join_last(session, source, channel, look, job.now, joined)
        _end_turn(session, job, Served(host_of(url), look.outcome, job.now, look.retry_after, look.silent))
        job.note(source=source.name, url=channel.url, answer=look.outcome, fresh=joined.fresh)
        if "numbers" in source.unlisted:
            unlisted.add_candidates(session, source.name, order.channel, unlisted.skipped_numbers(look.listed), job.now)
        is_first = channel.first_round_at is None
        chance, busy = random.random(), watch.busy_now(session, channel.source_id, job.now)  # noqa: S311
        coming = rounds.record(channel, look, joined, now=job.now, settings=settings, chance=chance, busy=busy)
        alarms.raise_alarm(session, source.name, channel, job.now)
        due = _beside_pushes(session, source, channel, look, coming.due_at, job)
        if mail:
            note_mails(session, mail)
            due = job.now if mail.more else due
        enqueue(session, rounds.poll_of(channel), due_at=due)
        _plan_walk(session, channel, coming.beyond, job, begins=is_first and channel.first_round_at is not None)


def _plan_walk(session: Session, channel: Channel, beyond: str | None, job: Job, *, begins: bool) -> None:
    """The first walk comes a week after the first round; what a round did not come to is walked at once."""
    if channel.kind in walks.KINDS and begins:
        walk = walks.find_walk(session, channel.id or 0)
        enqueue(session, walks.walk_of(channel, walk), due_at=job.now + walks.EVERY, lane="bulk")
    if beyond and (order := walks.catch_up(session, channel, beyond)):
        enqueue(session, order, lane="bulk")


@handles(WalkChannel)
def walk_channel(order: WalkChannel, job: Job) -> None:
    """One document of a walk; what it lists joins the frontier, and the walk says itself again."""
    with reading() as session:
        channel = session.get(Channel, order.channel)
        source = session.get(Source, channel.source_id) if channel else None
        walk = walks.find_walk(session, order.channel)
    if channel is None or source is None:
        with job.complete() as session:
            turns.give_back(session, job)
    elif source.paused:
        _rest(job, source.name)
    elif host_of(url := walks.next_document(channel, walk)) != job.host:
        _turn_of_another(job, walks.walk_of(channel, walk))
    else:
        _walk(source, channel, walk, url, job)


def _walk(source: Source, channel: Channel, walk: Walk, url: str, job: Job) -> None:
    settings, scope = fetcher_settings(), poll.scope_of(source, channel)
    look = poll.read_document(client(), channel, url, scope, now=job.now, settings=settings)
    look = replace(look, backlog=walks.is_backlog(walk))
    joined = poll.join_all_but_last(source, channel, look, job.now)
    with job.complete() as session:
        channel = session.get_one(Channel, channel.id, with_for_update=True)
        walk = session.merge(walk)
        joined = poll.join_last(session, source, channel, look, job.now, joined)
        _end_turn(session, job, Served(host_of(url), look.outcome, job.now, look.retry_after, look.silent))
        job.note(source=source.name, url=url, answer=look.outcome, fresh=joined.fresh)
        due = walks.record(channel, walk, look, joined, now=job.now, depth=settings.walk_depth)
        enqueue(session, walks.walk_of(channel, walk), due_at=due, lane="bulk")


@handles(WalkBackfill)
def walk_backfill(order: WalkBackfill, job: Job) -> None:
    """One document of a backfill; what it lists joins the frontier, and the backfill says itself again."""
    with reading() as session:
        backfill = session.get(Backfill, order.backfill)
        source = session.exec(select(Source).where(Source.name == backfill.source)).first() if backfill else None
        document = queue.oldest_open(session, order.backfill)
        channel = queue.channel_of(session, source, document) if source and document else None
    if backfill is None or backfill.finished_at or source is None:
        _end_backfill(order, job)
    elif source.paused:
        _rest(job, source.name)
    elif document is None or channel is None:
        _await_pages(order, job)
    elif host_of(document.url) != job.host:
        _turn_of_another(job, order.model_copy(update={"host": host_of(document.url)}))
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
        _end_turn(session, job, Served(served, look.outcome, job.now, look.retry_after, look.silent))
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
            ending.close(session, backfill, "cancelled", job.now)


def _await_pages(order: WalkBackfill, job: Job) -> None:
    """Every document was looked at; it is over when its pages were, too."""
    with job.complete() as session:
        turns.give_back(session, job)
        backfill = session.get_one(Backfill, order.backfill, with_for_update=True)
        if backfill.finished_at is None and not ending.close_if_through(session, backfill, job.now):
            enqueue(session, order, due_at=job.now + ending.AGAIN, lane="bulk")


def _look_into(source: Source, channel: Channel, now: datetime) -> MailLook:
    with reading() as session:
        scope = scope_for(session, source, channel)
        progress, taken = progress_of(session, channel.id or 0)
    return look_into(client(), channel, scope, progress, now=now, settings=fetcher_settings(), taken=taken)


def _beside_pushes(
    session: Session, source: Source, channel: Channel, look: RoundResult, due: datetime, job: Job
) -> datetime:
    """A feed that names a hub is subscribed to; while pushes come, looks are fewer, and tell whether they do."""
    if not fetcher_settings().public_url:
        return due
    subscribe.follow_hub(session, channel, look.hub)
    subscription = subscribe.subscription_of(session, channel.id or 0)
    if subscription and health.is_missing(subscription, frontier.found_at(session, channel, job.now), job.now):
        log.warning("push_broken", source=source.name, url=channel.url, reason=subscription.detail)
    return health.next_look(subscription, due, job.now)


@handles(SubscribeToHub)
def subscribe_to_hub(order: SubscribeToHub, job: Job) -> None:
    """Asks the hub of a channel, renews what is about to end, and leaves one whose channel is watched no longer."""
    with transaction() as session:
        known = subscribe.subscription_of(session, order.channel)
        is_watched = session.get(Channel, order.channel) is not None
        if known and is_watched and subscribe.renewal(known, job.now) is None:
            # Written before the hub is asked: it may ask back while it answers.
            known.asked_at = job.now
            push_secrets.renew_lost(known)
    if known is None or not fetcher_settings().public_url:
        with job.complete():
            return
    renews = subscribe.renewal(known, job.now) if is_watched else None
    callback = f"{fetcher_settings().public_url.rstrip('/')}/push/{known.token}"
    mode = "subscribe" if is_watched else "unsubscribe"
    asked = None if renews else subscribe.ask_hub(client(), known, callback, mode=mode)
    with job.complete() as session:
        subscription = subscribe.subscription_of(session, order.channel)
        job.note(channel=order.channel, hub=known.hub, refusal=asked.refusal if asked else None)
        if subscription and not is_watched:
            session.delete(subscription)
        elif subscription:
            due = renews or subscribe.note_answer(subscription, asked or Asked(), job.now)
            enqueue(session, order, due_at=subscribe.renewal(subscription, job.now) or due)


@handles(ReadPush)
def read_push(order: ReadPush, job: Job) -> None:
    """What a hub pushed is kept and read as a look at its channel; what it lists joins the frontier."""
    with reading() as session:
        push, channel = session.get(Push, order.push), session.get(Channel, order.channel)
        source = session.get(Source, channel.source_id) if channel else None
    listed: tuple[Listed, ...] = ()
    capture = None
    if push and channel and source and not source.paused:
        listed = read.listed_in(push, source, channel)
        capture = read.keep_push(push, channel)
    with job.complete() as session:
        if push and channel and source and capture:
            joined = read.join_pushed(session, push, source, channel, listed, job.now)
            job.note(source=source.name, url=channel.url, capture=capture, fresh=joined.fresh)
        if push:
            session.delete(session.get_one(Push, order.push))


def _go_on_at_another(order: PollChannel, job: Job) -> None:
    """The channel sent us to another host, where the look takes its turn like any other."""
    with job.complete() as session:
        _end_turn(session, job, Served(job.host or "", "moved", job.now))
        job.note(channel=order.channel, answer="moved")
        enqueue(session, order, lane=job.lane)


def _end_turn(session: Session, job: Job, served: Served) -> None:
    settings, hosts = fetcher_settings(), Hosts(session, [served.host])
    hosts.learn([served], scale=settings.revisit_scale)
    turns.end(session, [job], hosts, settings.pace)


def settle_pages(batch: Batch[FetchPage], looks: settling.Looks) -> None:
    """New bytes are said to the parser, and each page says itself again for its next visit.

    A page that may be at another address is settled by itself: what it means depends on that one's row.
    """
    together = [(job, look) for job, look in looks if batch.alone or look.other_address is None]
    if not together:
        return
    pages: dict[int, Page] = {}
    with batch.complete(together, lock=lambda session: pages.update(settling.lock(session, together))) as (
        session,
        conditions,
    ):
        settling.settle(session, conditions, pages)


@handles_requests(FetchPage, read=needs.read, settle=settle_pages)
def fetch_page(order: FetchPage, job: Job, known: Needs) -> PageVisit | None:
    """One look at a page, outside of any transaction; None where the page is not to be looked at now."""
    page, url = known.page, known.url(order)
    if page is None or url is None:
        _leave(order, job)
    elif known.waits(order):
        _rest(job, page.source)
    elif not known.is_at(job.host):
        _turn_of_another(job, order.model_copy(update={"host": host_of(url)}))
    else:
        return _look(order, page, url, known, job)
    return None


def _look(order: FetchPage, page: Page, url: str, known: Needs, job: Job) -> PageVisit:
    forced = order.reingestion is not None and order.reingestion.forced
    now, settings = job.moment(), fetcher_settings()
    visited = visit.look_at(client(), page, url, now=now, settings=settings, forced=forced, host=known.host)
    job.note(source=page.source, url=url, answer=visited.outcome)
    links = known.unlisted.links_in(visited.capture, url)
    return PageVisit(order, page, url, visited, known.files, links, known.public_archive)


def _leave(order: FetchPage, job: Job) -> None:
    with job.complete() as session:
        turns.give_back(session, job)
        if order.reingestion:
            results.record(session, Result(order.reingestion.id, order.page, "unavailable"))


def _rest(job: Job, source: str) -> None:
    with transaction(lasting=False) as session:
        turns.give_back(session, job)
    job.defer(job.now + PAUSE, f"The source {source} is paused.")


def _turn_of_another(job: Job, order: Message) -> None:
    """It has moved to another host meanwhile, where it takes its turn."""
    with job.complete() as session:
        turns.give_back(session, job)
        enqueue(session, order, lane=job.lane)


@handles(AttachFiles)
def attach_files(order: AttachFiles, job: Job) -> None:
    """The files that an article names are looked at, each in a turn of its host."""
    with job.complete() as session:
        job.note(article=order.article, files=files.plan_looks(session, order, job.now))


@handles(FetchFile)
def fetch_file(order: FetchFile, job: Job) -> None:
    """One look at a file of an article, and itself again by plan, as long as the source's rule keeps it."""
    file, paused = files.read_file(order)
    if file is None:
        with job.complete() as session:
            turns.give_back(session, job)
    elif paused:
        _rest(job, file.source)
    elif host_of(files.asked_address(file)) != job.host:
        _turn_of_another(job, order.model_copy(update={"host": host_of(files.asked_address(file))}))
    else:
        _look_at_file(order, file, job)


def _look_at_file(order: FetchFile, file: ArticleFile, job: Job) -> None:
    settings, url = fetcher_settings(), files.asked_address(file)
    look = files.look_at_file(client(), file, now=job.now, settings=settings)
    with job.complete() as session:
        _end_turn(session, job, Served(host_of(url), look.outcome, job.now, look.retry_after, look.silent))
        job.note(url=url, answer=look.outcome)
        if row := session.get(ArticleFile, order.file, with_for_update=True):
            due, news = files.record_look(session, row, look, job.now, settings)
            again = order.model_copy(update={"host": host_of(files.asked_address(row))})
            enqueue(session, again, due_at=due, lane="bulk")
            enqueue_all(session, [job.outgoing(news)] if news else [])


@handles(AskPublicArchive)
def ask_public_archive(order: AskPublicArchive, job: Job) -> None:
    """Asks a public archive to save a page, in the turn of that archive; its answer is kept with the revision."""
    host = host_of(order.form)
    if host != job.host:
        _turn_of_another(job, order.model_copy(update={"host": host}))
        return
    answer = public_archive.ask_archive(client(), order, job.now, scale=fetcher_settings().revisit_scale)
    with job.complete() as session:
        _end_turn(session, job, Served(host, answer.outcome, job.now, answer.again, answer.silent))
        job.note(article=order.article, url=order.url, answer=answer.outcome)
        note_copy(session, public_archive.public_copy_of(order, answer, job.now))
        if answer.again is not None:
            again = order.model_copy(update={"tries": order.tries + 1, "host": host})
            enqueue(session, again, due_at=job.now + answer.again, lane="bulk")


@handles(MovePages)
def move_pages(order: MovePages, job: Job) -> None:
    """The next pages of a site are where it moved to; the store is told of their articles."""
    with job.complete() as session:
        if further := site_moves.relocate_pages(session, order):
            enqueue(session, further, lane=job.lane)


@handles(SamePage)
def same_page(news: SamePage, job: Job) -> None:
    """A page that shows another one's article rests; the other is looked at, and may be found at its address."""
    with job.complete() as session:
        ids = {news.page, news.known} | moves.followed(session, (news.page, news.known))
        if page := moves.same(moves.hold_all(session, ids), session, news.page, news.known):
            number, host = frontier.target(page)
            session.flush()
            frontier.visit(session, number, host, lane=job.lane)
            job.note(url=page.url)


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


@handles(EraseCaptures)
def erase_captures(order: EraseCaptures, job: Job) -> None:
    """Erases captures of an article that was erased, and its title in the frontier; once more when packing is over."""
    erase_stored(order.captures)
    with job.complete() as session:
        session.execute(update(Page).where(col(Page.id).in_(order.pages)).values(title=None, detail=None))
        if not order.again:
            again = order.model_copy(update={"again": True})
            enqueue(session, again, due_at=job.now + packer.EVERY)


@handles(ReconcileChannels)
def reconcile_channels(order: ReconcileChannels, job: Job) -> None:
    """One step, and itself again: at once while more is due, and notice is given when that was all."""
    patience = timedelta(seconds=fetcher_settings().gap_after)
    with reading() as session:
        judged = reconcile.look(session, job.now, patience)
        more = len(judged) == reconcile.AT_ONCE
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


def client() -> Client:
    """The guarded client of this process; a forked child makes one of its own."""
    return _client(os.getpid())


@cache
def _client(_pid: int) -> Client:
    return open_client(egress_settings(), keep_alive=True, connections=MOST)
