"""Re-ingestion: the same path as the news, entered again for the pages of a scope."""

from collections.abc import Collection, Sequence

from sqlalchemy import ColumnElement, func, or_
from sqlmodel import Session, col, select

from services.contracts.messages import FetchPage, ParsePage, Reingestion, Scope
from services.contracts.urls import page_key
from services.fetcher.models import Alias, Page
from services.fetcher.origins import origin_of, reingested
from services.runtime.ledger import say

BATCH = 100
"""Pages said again in one transaction."""


def select_pages(session: Session, scope: Scope, after: int) -> Sequence[Page]:
    """The next pages of the scope, by id; fewer than a batch when these are the last."""
    query = select(Page).where(col(Page.id) > after, col(Page.moved_to).is_(None)).order_by(col(Page.id)).limit(BATCH)
    if scope.source is not None:
        query = query.where(Page.source == scope.source)
    elif scope.urls:
        query = query.where(or_(*_named({page_key(url) for url in scope.urls})))
    elif scope.articles:
        query = query.where(col(Page.article_id).in_(scope.articles))
    elif not scope.all:
        return ()
    return session.exec(query).all()


def _named(keys: Collection[str]) -> tuple[ColumnElement[bool], ...]:
    """Pages with these identities: their own, that of a page that turned out to be them, or a later address."""
    own = select(func.coalesce(Page.moved_to, Page.id)).where(col(Page.key).in_(keys))
    other = select(Alias.page_id).where(col(Alias.key).in_(keys))
    return col(Page.id).in_(own), col(Page.id).in_(other)


def say_again(session: Session, page: Page, again: Reingestion) -> None:
    """The page's newest capture is read again, or the page is looked at again; what cannot be done is told as well."""
    if again.mode == "refetch" and page.url is not None:
        order = FetchPage(page=page.id or 0, reingestion=again)
        say(session, order, key=f"{page.id}:{again.id}", lane="bulk")
    elif again.mode == "reparse" and page.capture is not None and page.fetched_at is not None:
        parse = ParsePage(
            origin=origin_of(page, again),
            capture=page.capture,
            fetched_at=page.fetched_at,
            content_type=page.content_type,
        )
        say(session, parse, key=f"{page.id}:{page.capture}:{again.id}", lane="bulk")
    else:
        reingested(session, page.id or 0, again, "unavailable", "bulk")
