"""What the store hears."""

from typing import Literal

from sqlmodel import Session

from services.contracts.messages import PageReingested, PageStored, SaveArticle
from services.runtime.ledger import Job, say
from services.runtime.worker import handles
from services.store.decide import Change, Created, Late, Refreshed, Unchanged, Updated
from services.store.save import Saved, foresee, save

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
    job.note(url=order.origin.url)
    with job.finish() as session:
        saved = foresee(session, order) if order.origin.dry_run else _keep(session, order, job)
        job.note(article=saved.article, change=type(saved.change).__name__.lower())
        if (reingestion := order.origin.reingestion) is not None:
            page = order.origin.page
            told = PageReingested(
                reingestion=reingestion, page=page, outcome=OUTCOMES[type(saved.change)], changed=saved.change.changed
            )
            say(session, told, key=f"{reingestion}:{page}", lane=job.lane)


def _keep(session: Session, order: SaveArticle, job: Job) -> Saved:
    saved, page = save(session, order, job.now), order.origin.page
    if saved.announce:
        # Keys of one article sort by sequence, so that the webhooks can tell which events come before.
        say(session, saved.announce, key=f"{saved.article}:{saved.announce.sequence:010}", lane=job.lane)
    if saved.settles_page:
        say(session, PageStored(page=page, article=saved.article), key=str(page), lane=job.lane)
    return saved
