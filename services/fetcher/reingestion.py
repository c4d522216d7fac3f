"""Re-ingestion: the same path as the news, entered again for the pages of an order."""

from collections.abc import Mapping, Sequence

from sqlmodel import Session, col, select

from services.contracts.messages import FetchPage, ParsePage, Reingestion
from services.fetcher.models import Page
from services.fetcher.origins import origin_of, reingested
from services.fetcher.politeness import host_of
from services.runtime.ledger import say


def enter(session: Session, ids: Sequence[int], again: Reingestion) -> int:
    """Lets these pages enter the path again; how many of them are pages still, and not another one by now."""
    wanted = select(Page).where(col(Page.id).in_(ids), col(Page.moved_to).is_(None)).order_by(col(Page.id))
    found = session.exec(wanted).all()
    for page in found:
        say_again(session, page, again)
    return len(found)


def say_again(session: Session, page: Page, again: Reingestion) -> None:
    """The page's newest capture is read again, or the page is looked at again; what cannot be done is a result."""
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
        reingested(session, page, again, "unavailable")


def still(session: Session, newest: Mapping[int, str | None]) -> set[int]:
    """Which of these pages still have this newest capture; they are locked, in the order of their ids."""
    wanted = select(Page).where(col(Page.id).in_(newest), col(Page.moved_to).is_(None))
    found = session.exec(wanted.order_by(col(Page.id)).with_for_update()).all()
    return {page.id or 0 for page in found if page.capture == newest[page.id or 0]}
