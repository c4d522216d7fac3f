"""What the store hears."""

from typing import Literal

from sqlmodel import Session

from services.contracts.messages import PagePromoted, PageReingested, SaveArticle, SelectPages
from services.runtime import verdicts
from services.runtime.ledger import Job, say
from services.runtime.verdicts import Read
from services.runtime.worker import handles
from services.store.decide import Change, Created, Late, Refreshed, Unchanged, Updated
from services.store.save import Saved, foresee, save, save_as_foreseen
from services.store.select import selected

# As the person who ordered it sees it: a refreshed reading is another article, a late one changed nothing.
OUTCOMES: dict[type[Change], Literal["created", "updated", "unchanged"]] = {
    Created: "created",
    Updated: "updated",
    Refreshed: "updated",
    Unchanged: "unchanged",
    Late: "unchanged",
}


@handles(SaveArticle)
def save_article(order: SaveArticle, job: Job) -> None:
    """Keeps the wording; what is news is announced in the lane it came in."""
    job.note(source=order.origin.source, url=order.origin.url, headline=order.article.headline)
    with job.finish() as session:
        if order.expects is not None:
            _promote(session, order, job)
            return
        saved = foresee(session, order) if order.origin.dry_run else _keep(session, order, job)
        job.note(article=saved.article, change=type(saved.change).__name__.lower())
        if (reingestion := order.origin.reingestion) is not None:
            page = order.origin.page
            told = PageReingested(
                reingestion=reingestion,
                page=page,
                outcome=OUTCOMES[type(saved.change)],
                changed=saved.change.changed,
                preview=saved.preview,
            )
            say(session, told, lane=job.lane)


@handles(SelectPages)
def select_pages(order: SelectPages, job: Job) -> None:
    """Tells the fetcher the next pages of a scope that only articles can tell."""
    with job.finish() as session:
        say(session, selected(session, order), lane=job.lane)


def _promote(session: Session, order: SaveArticle, job: Job) -> None:
    page, reingestion = order.origin.page, order.origin.reingestion or 0
    saved = save_as_foreseen(session, order, job.now)
    if saved:
        _tell(session, saved, order, job)
    told = PagePromoted(reingestion=reingestion, page=page, outcome="applied" if saved else "stale")
    say(session, told, lane=job.lane)


def _keep(session: Session, order: SaveArticle, job: Job) -> Saved:
    saved = save(session, order, job.now)
    _tell(session, saved, order, job)
    return saved


def _tell(session: Session, saved: Saved, order: SaveArticle, job: Job) -> None:
    if saved.announce:
        say(session, saved.announce, lane=job.lane)
    verdicts.hold_read(session, order.origin.page, saved.article, Read.of(order))
