"""Re-ingestion: the same path as the news, entered again for the pages of a scope.

A walk remembers how far an order is. It takes a batch at a time and waits while enough of its pages are under way:
that is its pace, it keeps the ledger short, and a pause or an end takes effect at once.
"""

from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session, col, func, select

from services.contracts.messages import (
    FetchPage,
    Mode,
    PageReingested,
    PagesSelected,
    ParsePage,
    Reingest,
    Reingestion,
    ReingestionPlanned,
    SaveArticle,
    Scope,
    SelectPages,
    Steer,
)
from services.fetcher.matching import matching
from services.fetcher.models import Page, Walk
from services.fetcher.origins import origin_of, reingested
from services.fetcher.politeness import host_of
from services.runtime.database import is_sqlite
from services.runtime.entries import OPEN, rows
from services.runtime.ledger import say

BATCH = 100
"""Pages said again in one transaction."""
UNDER_WAY: dict[Mode, int] = {"reparse": 200, "refetch": 40}
"""Pages of one order that may be under way at a time: enough for every worker, and soon done after a pause."""
WAIT = timedelta(seconds=1)
"""How long a walk waits before it looks again whether there is room."""


def begin(session: Session, again: Reingestion, scope: Scope) -> Walk:
    """The walk of this order, locked until the commit; it is made by whichever message about it comes first."""
    insert = sqlite.insert if is_sqlite(session) else postgresql.insert
    made = insert(Walk).values(
        id=again.id,
        reingestion=again.model_dump(mode="json"),
        scope=scope.model_dump(mode="json", exclude_defaults=True),
        after=0,
        state="running",
        number=0,
    )
    session.execute(made.on_conflict_do_nothing(index_elements=["id"]))
    return session.get_one(Walk, again.id, with_for_update=True)


def crowded(session: Session, again: Reingestion) -> bool:
    """Whether so many pages of the order are under way that the next ones had better wait."""
    kinds = [ParsePage.__name__, SaveArticle.__name__] + ([FetchPage.__name__] if again.mode == "refetch" else [])
    of_pages = rows.c.kind.in_([*kinds, PageReingested.__name__])
    open_ones = select(func.count()).select_from(rows).where(OPEN, rows.c.reingestion == again.id, of_pages)
    return session.exec(open_ones).one() >= UNDER_WAY[again.mode]


def walk_on(session: Session, order: Reingest) -> None:
    """Takes the next pages of the scope; where articles decide which, the store is asked first."""
    walk = begin(session, order.reingestion, order.scope)
    if walk.state != "running":
        return
    if order.scope.asks_the_store():
        asked = SelectPages(reingestion=walk.id, scope=order.scope, after=walk.after, limit=BATCH)
        say(session, asked, lane="bulk")
        return
    pages = select_pages(session, order.scope, walk.after)
    last = pages[-1].id if pages else None
    _take(session, walk, pages, last or walk.after, complete=len(pages) < BATCH)


def take_selected(session: Session, news: PagesSelected) -> None:
    """Takes the pages that the store chose; news of a place that the walk has left, or of a walk that rests, is old."""
    walk = session.get_one(Walk, news.reingestion, with_for_update=True)
    if walk.state != "running" or walk.after != news.after:
        return
    pages = _among(session, Scope.model_validate(walk.scope), news.pages)
    _take(session, walk, pages, max(news.pages, default=walk.after), complete=news.complete)


def steer(session: Session, order: Steer) -> None:
    """Rests, goes on or ends; what is under way is finished in any case. Older orders than the last change nothing."""
    walk = begin(session, order.reingestion, order.scope)
    if walk.state in {"complete", "cancelled"} or order.number <= walk.number:
        return
    walk.state, walk.number = order.to, order.number
    if order.to == "running":
        _go_on(session, walk)
    elif order.to == "cancelled":
        told = ReingestionPlanned(reingestion=walk.id, pages=0, complete=True, after=walk.after)
        say(session, told, lane="bulk")


def select_pages(session: Session, scope: Scope, after: int) -> Sequence[Page]:
    """The next pages of the scope, by id; fewer than a batch when these are the last."""
    wanted = select(Page).where(col(Page.id) > after, *matching(scope))
    return session.exec(wanted.order_by(col(Page.id)).limit(BATCH)).all()


def say_again(session: Session, page: Page, again: Reingestion) -> None:
    """The page's newest capture is read again, or the page is looked at again; what cannot be done is told as well."""
    if again.mode == "refetch" and page.url is not None:
        order = FetchPage(page=page.id or 0, reingestion=again, host=host_of(page.url))
        say(session, order, lane="bulk")
    elif again.mode == "reparse" and page.capture is not None and page.fetched_at is not None:
        parse = ParsePage(
            origin=origin_of(session, page, again),
            capture=page.capture,
            fetched_at=page.fetched_at,
            content_type=page.content_type,
        )
        say(session, parse, lane="bulk")
    else:
        reingested(session, page, again, "unavailable", "bulk")


def _among(session: Session, scope: Scope, ids: Sequence[int]) -> Sequence[Page]:
    wanted = select(Page).where(col(Page.id).in_(ids), *matching(scope))
    return session.exec(wanted.order_by(col(Page.id))).all()


def _take(session: Session, walk: Walk, pages: Sequence[Page], last: int, *, complete: bool) -> None:
    again = Reingestion.model_validate(walk.reingestion)
    for page in pages:
        say_again(session, page, again)
    told = ReingestionPlanned(reingestion=walk.id, pages=len(pages), complete=complete, after=walk.after)
    say(session, told, lane="bulk")
    walk.after = last
    if complete:
        walk.state = "complete"
    else:
        _go_on(session, walk)


def _go_on(session: Session, walk: Walk) -> None:
    again, scope = Reingestion.model_validate(walk.reingestion), Scope.model_validate(walk.scope)
    say(session, Reingest(reingestion=again, scope=scope), lane="bulk")
