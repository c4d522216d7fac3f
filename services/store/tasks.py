"""The handlers of the store: what it does with each message that it is sent."""

from collections.abc import Iterator
from dataclasses import replace

from sqlmodel import Session

from services.contracts.files import FileRef
from services.contracts.messages import (
    AskPublicArchive,
    AttachFiles,
    CompareArticles,
    MoveArticles,
    NoteFile,
    NoteSources,
    SamePage,
    SaveArticle,
    SetStatus,
)
from services.runtime.ledger.batch import Batch
from services.runtime.ledger.jobs import Job, Outgoing, enqueue_all
from services.runtime.ledger.worker import handles, handles_together
from services.runtime.provenance import results, verdicts
from services.runtime.provenance.results import Result
from services.runtime.provenance.verdicts import Read
from services.store.attachments import note
from services.store.attachments.naming import named_files
from services.store.decide import Change, Created, Held, Late, Refreshed, Unchanged, Unsettled, Updated, Withheld
from services.store.moves import merge_alike, move_all
from services.store.save import Saved, foresee, save_all, save_as_foreseen
from services.store.sources import note_all
from services.store.status import set_all
from services.store.withdrawals.withdrawing import withhold_capture

# As the person who ordered it sees it: a refreshed reading is another article, a late one changed nothing.
OUTCOMES: dict[type[Change], results.PageOutcome] = {
    Created: "created",
    Updated: "updated",
    Unsettled: "unchanged",
    Held: "unchanged",
    Refreshed: "updated",
    Unchanged: "unchanged",
    Late: "unchanged",
    Withheld: "unchanged",
}
Order = tuple[Job, SaveArticle]
Become = tuple[Job, SaveArticle, Saved]


@handles_together(SaveArticle)
def save_articles(batch: Batch[SaveArticle]) -> None:
    """Keeps the wordings; what is news is announced in the lane it came in."""
    orders = batch.messages()
    if not orders:
        return
    for job, order in orders:
        job.note(source=order.origin.source, url=order.origin.url, headline=order.article.headline)
    with batch.complete(orders) as (session, done):
        promoted = [member for member in done if member[1].expects is not None]
        foreseen = [entry for entry in done if entry[1].expects is None and entry[1].origin.dry_run]
        entries = [element for element in done if element[1].expects is None and not element[1].origin.dry_run]
        become = [*_keep(session, entries), *_foresee(session, foreseen), *_promote(session, promoted)]
        results.record_all(session, [result for _, order, saved in become for result in _result(order, saved)])
        enqueue_all(session, [job.outgoing(each) for job, _, saved in become for each in saved.announces])
        enqueue_all(session, [message for job, order, saved in become for message in _again(job, order, saved)])


@handles_together(NoteSources)
def note_sources(batch: Batch[NoteSources]) -> None:
    """Articles that further sources have shown belong to these, too; what is news is announced."""
    orders = batch.messages()
    if not orders:
        return
    with batch.complete(orders) as (session, done):
        events = note_all(session, [(order, job.trace_id) for job, order in done], done[0][0].now)
        enqueue_all(session, [done[0][0].outgoing(event) for event in events])


@handles_together(NoteFile)
def note_files(batch: Batch[NoteFile]) -> None:
    """Files of articles were kept: the log says so, and what was replaced is announced."""
    orders = batch.messages()
    if not orders:
        return
    for job, order in orders:
        job.note(article=order.article, url=order.url)
    with batch.complete(orders) as (session, done):
        messages = note.note_all_files(session, [(order, job.trace_id) for job, order in done], done[0][0].now)
        enqueue_all(session, [done[0][0].outgoing(message) for message in messages])


@handles_together(SetStatus)
def set_statuses(batch: Batch[SetStatus]) -> None:
    """Writes what became of the articles' pages; what is news is announced."""
    orders = batch.messages()
    if not orders:
        return
    for job, order in orders:
        job.note(article=order.article, status=order.status)
    with batch.complete(orders) as (session, done):
        stories = {order.article: job for job, order in done}
        events = set_all(session, [(order, job.trace_id) for job, order in done], done[0][0].now)
        enqueue_all(session, [stories[event.article or ""].outgoing(event) for event in events])


@handles(CompareArticles)
def compare_articles(order: CompareArticles, job: Job) -> None:
    """A page that leads to another one was that all along if they tell the same; else it stays missing."""
    with job.complete() as session:
        announces = merge_alike(session, order, job.now, job.trace_id)
        if announces is not None:
            pages = sorted((order.page, order.other_page))
            one_page = SamePage(page=pages[1], known=pages[0])
            enqueue_all(session, [job.outgoing(each) for each in (*announces, one_page)])
        job.note(article=order.article, other=order.other)


@handles(MoveArticles)
def move_articles(order: MoveArticles, job: Job) -> None:
    """Articles of a site that moved are where it is now, each with an event of its own."""
    with job.complete() as session:
        announces = move_all(session, order, job.now, job.trace_id)
        enqueue_all(session, [job.outgoing(announce) for announce in announces])
        job.note(articles=len(order.moves), site=f"{order.old} to {order.new}")


def _keep(session: Session, orders: list[Order]) -> list[Become]:
    if not orders:
        return []
    saved = save_all(session, [(order, job.trace_id) for job, order in orders], orders[0][0].now)
    become = [_noted(job, order, member) for (job, order), member in zip(orders, saved, strict=True)]
    settled = [entry for entry in become if not isinstance(entry[2].change, Unsettled | Held)]
    readings = [(order.origin.page, entry.article, _read(order, entry)) for _, order, entry in settled]
    verdicts.hold_all_read(session, readings, orders[0][0].now)
    held = [(order.origin.page, Read.of(order)) for _, order, entry in become if isinstance(entry.change, Held)]
    verdicts.hold_waiting(session, held)
    for job, order, entry in become:
        if isinstance(entry.change, Withheld) and (erasure := withhold_capture(session, entry.article, order)):
            enqueue_all(session, [job.outgoing(erasure)])
    return become


def _read(order: SaveArticle, saved: Saved) -> Read:
    """What is remembered of the reading; of a withheld article not even the digest of its words."""
    read = Read.of(order)
    return replace(read, digest="") if isinstance(saved.change, Withheld) else read


def _again(job: Job, order: SaveArticle, saved: Saved) -> Iterator[Outgoing]:
    """The wording once more, when it will be known whether the page stays with it; that two pages are one; files."""
    until = saved.change.until if isinstance(saved.change, Unsettled | Held) else None
    if until is not None and until > job.now:
        yield job.outgoing(order, due_at=until)
    if saved.one_page and not order.origin.dry_run:
        rests, stays = saved.one_page
        yield job.outgoing(SamePage(page=rests, known=stays))
    if saved.revision and (form := order.origin.public_archive) and order.origin.url:
        copy = AskPublicArchive(article=saved.article, revision=saved.revision, url=order.origin.url, form=form)
        yield Outgoing(copy, job.now, "bulk", job.trace_id)
    if files := _named(order, saved):
        source, capture = order.origin.source, order.capture
        yield job.outgoing(AttachFiles(article=saved.article, capture=capture, source=source, files=files))


def _named(order: SaveArticle, saved: Saved) -> tuple[FileRef, ...]:
    """The files that the current wording names, as far as they are kept."""
    is_current = isinstance(saved.change, Created | Updated | Refreshed | Unchanged)
    return named_files(order.article, order.origin.files) if is_current and not order.origin.dry_run else ()


def _foresee(session: Session, orders: list[Order]) -> list[Become]:
    return [_noted(job, order, foresee(session, order, job.now)) for job, order in orders]


def _promote(session: Session, orders: list[Order]) -> list[Become]:
    """Saves what a dry run foresaw, where the article still stands as it stood then; what was stale is left out."""
    saved = [(job, order, save_as_foreseen(session, order, job.now)) for job, order in orders]
    for job, order, entry in saved:
        if entry:
            verdicts.hold_read(session, order.origin.page, entry.article, Read.of(order), job.now)
        results.settle(session, order.origin.reingestion or 0, order.origin.page, "applied" if entry else "stale")
    return [_noted(job, order, member) for job, order, member in saved if member]


def _noted(job: Job, order: SaveArticle, saved: Saved) -> Become:
    job.note(article=saved.article, change=type(saved.change).__name__.lower())
    return job, order, saved


def _result(order: SaveArticle, saved: Saved) -> Iterator[Result]:
    """What a re-ingestion found on the page; a finding that is promoted has its result already."""
    if order.origin.reingestion is not None and order.expects is None:
        outcome = OUTCOMES[type(saved.change)]
        yield Result(order.origin.reingestion, order.origin.page, outcome, saved.change.changed, saved.preview)
