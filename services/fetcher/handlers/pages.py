"""Pages: looked at in turns of their hosts, and settled together."""

from sqlmodel import col, select

from services.contracts.messages import FetchPage, LookAtPages, MovePages, SamePage
from services.fetcher import frontier, moves, needs, settling, site_moves, turns, visit
from services.fetcher.absences import count_anew
from services.fetcher.handlers.turn_endings import rest, turn_of_another
from services.fetcher.models import Page
from services.fetcher.needs import Needs
from services.fetcher.politeness import host_of
from services.fetcher.settings import fetcher_settings
from services.fetcher.settling import PageVisit
from services.fetcher.shared_client import client
from services.runtime.ledger.batch import Batch
from services.runtime.ledger.jobs import Job, enqueue
from services.runtime.ledger.worker import handles, handles_requests
from services.runtime.provenance import results
from services.runtime.provenance.results import Result


def settle_pages(batch: Batch[FetchPage], looks: settling.Looks) -> None:
    """New bytes are said to the parser, and each page says itself again for its next visit.

    Pages that lead to one another are settled in turn, each on the row that the one before has left.
    """
    pages: dict[int, Page] = {}
    with batch.complete(looks, lock=lambda session: pages.update(settling.lock(session, looks))) as (
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
        rest(job, page.source)
    elif not known.is_at(job.host):
        turn_of_another(job, order.model_copy(update={"host": host_of(url)}))
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


@handles(LookAtPages)
def look_at_pages(order: LookAtPages, job: Job) -> None:
    """Each of them has its turn at its host now, and not only when its next visit is due."""
    with job.complete() as session:
        planned = select(Page).where(col(Page.id).in_(order.pages), col(Page.channel).is_not(None))
        pages = session.exec(planned.order_by(col(Page.id)).with_for_update()).all()
        if order.anew:
            count_anew(session, pages)
        for number, host in map(frontier.target, pages):
            frontier.visit(session, number, host, lane="live")
