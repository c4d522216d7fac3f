"""What the store hears."""

from typing import Literal

from sqlmodel import Session

from services.contracts.messages import Message, PagePromoted, PageReingested, SaveArticle, SelectPages
from services.runtime import verdicts
from services.runtime.batch import Batch
from services.runtime.ledger import Job, Said, say, say_all
from services.runtime.verdicts import Read
from services.runtime.worker import handles, handles_together
from services.store.decide import Change, Created, Late, Refreshed, Unchanged, Updated
from services.store.save import Saved, foresee, save_all, save_as_foreseen
from services.store.select import selected

# As the person who ordered it sees it: a refreshed reading is another article, a late one changed nothing.
OUTCOMES: dict[type[Change], Literal["created", "updated", "unchanged"]] = {
    Created: "created",
    Updated: "updated",
    Refreshed: "updated",
    Unchanged: "unchanged",
    Late: "unchanged",
}
Order = tuple[Job, SaveArticle]


@handles_together(SaveArticle)
def save_articles(batch: Batch[SaveArticle]) -> None:
    """Keeps the wordings; what is news is announced in the lane it came in."""
    orders = batch.messages()
    if not orders:
        return
    for job, order in orders:
        job.note(source=order.origin.source, url=order.origin.url, headline=order.article.headline)
    with batch.finish(orders) as (session, done):
        promoted = [each for each in done if each[1].expects is not None]
        foreseen = [each for each in done if each[1].expects is None and each[1].origin.dry_run]
        kept = [each for each in done if each[1].expects is None and not each[1].origin.dry_run]
        say_all(session, [*_keep(session, kept), *_foresee(session, foreseen), *_promote(session, promoted)])


@handles(SelectPages)
def select_pages(order: SelectPages, job: Job) -> None:
    """Tells the fetcher the next pages of a scope that only articles can tell."""
    with job.finish() as session:
        say(session, selected(session, order), lane=job.lane)


def _keep(session: Session, orders: list[Order]) -> list[Said]:
    if not orders:
        return []
    saved = save_all(session, [(order, job.trace_id) for job, order in orders], orders[0][0].now)
    become = [(job, order, each) for (job, order), each in zip(orders, saved, strict=True)]
    verdicts.hold_all_read(session, [(order.origin.page, each.article, Read.of(order)) for _, order, each in become])
    return [job.says(told) for job, order, each in become for told in _told(job, order, each)]


def _foresee(session: Session, orders: list[Order]) -> list[Said]:
    return [job.says(told) for job, order in orders for told in _told(job, order, foresee(session, order))]


def _promote(session: Session, orders: list[Order]) -> list[Said]:
    return [job.says(told) for job, order in orders for told in _promoted(session, order, job)]


def _told(job: Job, order: SaveArticle, saved: Saved) -> list[Message]:
    """What is said of an order that was kept or foreseen."""
    job.note(article=saved.article, change=type(saved.change).__name__.lower())
    told: list[Message] = [saved.announce] if saved.announce else []
    if (reingestion := order.origin.reingestion) is not None:
        outcome = OUTCOMES[type(saved.change)]
        counted = PageReingested(
            reingestion=reingestion,
            page=order.origin.page,
            outcome=outcome,
            changed=saved.change.changed,
            preview=saved.preview,
        )
        told.append(counted)
    return told


def _promoted(session: Session, order: SaveArticle, job: Job) -> list[Message]:
    page, reingestion = order.origin.page, order.origin.reingestion or 0
    saved = save_as_foreseen(session, order, job.now)
    if saved:
        verdicts.hold_read(session, page, saved.article, Read.of(order))
    told = PagePromoted(reingestion=reingestion, page=page, outcome="applied" if saved else "stale")
    return [saved.announce, told] if saved and saved.announce else [told]
