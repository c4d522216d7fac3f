"""Re-ingestion: the same path as the news, entered again for the pages of an order."""

from collections.abc import Mapping, Sequence

from sqlmodel import Session, col, select

from services.contracts.messages import FetchPage, ParsePage, Reingestion
from services.fetcher.models import Page
from services.fetcher.origins import Verdicts, origin_of, result_of, verdicts_of, with_profiles
from services.fetcher.politeness import host_of
from services.runtime.ledger.jobs import Outgoing, enqueue_all
from services.runtime.provenance import results


def enter(session: Session, ids: Sequence[int], again: Reingestion) -> int:
    """Lets these pages enter the path again; how many of them are pages still, and not another one by now."""
    criteria = select(Page).where(col(Page.id).in_(ids), col(Page.moved_to).is_(None)).order_by(col(Page.id))
    rows = session.exec(criteria).all()
    say_again(session, rows, again)
    return len(rows)


def say_again(session: Session, pages: Sequence[Page], again: Reingestion) -> None:
    """Each page's newest capture is read again, or the page is looked at again; what cannot be done is a result."""
    known = verdicts_of(session, [(page, again) for page in pages])
    orders = [(page, _order(page, known, again)) for page in pages]
    enqueue_all(session, with_profiles(session, [Outgoing(order, lane="bulk") for _, order in orders if order]))
    ended = [result_of(page, known, again, "unavailable") for page, order in orders if order is None]
    results.record_all(session, [result for result in ended if result])


def _order(page: Page, known: Verdicts, again: Reingestion) -> FetchPage | ParsePage | None:
    if again.mode == "refetch" and page.url is not None:
        return FetchPage(page=page.id or 0, reingestion=again, host=host_of(page.url))
    if again.mode == "reparse" and page.capture is not None and page.fetched_at is not None:
        return ParsePage(
            origin=origin_of(page, known, again),
            capture=page.capture,
            fetched_at=page.fetched_at,
            content_type=page.content_type,
            title=page.title,
        )
    return None


def still(session: Session, newest: Mapping[int, str | None]) -> set[int]:
    """Which of these pages still have this newest capture; they are locked, in the order of their ids."""
    criteria = select(Page).where(col(Page.id).in_(newest), col(Page.moved_to).is_(None))
    rows = session.exec(criteria.order_by(col(Page.id)).with_for_update()).all()
    return {page.id or 0 for page in rows if page.capture == newest[page.id or 0]}
