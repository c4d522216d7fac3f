"""What is told of a page to those who come after."""

from typing import Literal

from sqlmodel import Session

from services.contracts.messages import Cause, Lane, Origin, PageReingested, Reingestion
from services.fetcher.models import IMPORT, Page
from services.runtime.ledger import say


def origin_of(page: Page, again: Reingestion | None = None) -> Origin:
    """Which page it is and why we looked at it."""
    return Origin(
        page=page.id or 0,
        key=page.key,
        url=page.url,
        source=page.source,
        cause=_cause(page, again),
        reingestion=again.id if again else None,
        dry_run=bool(again and again.dry_run),
    )


def reingested(
    session: Session,
    page: int,
    again: Reingestion | None,
    outcome: Literal["unchanged", "unavailable"],
    lane: Lane,
) -> None:
    """One page of a re-ingestion is through; nothing is said of a visit by plan."""
    if again is not None:
        told = PageReingested(reingestion=again.id, page=page, outcome=outcome)
        say(session, told, key=f"{again.id}:{page}", lane=lane)


def _cause(page: Page, again: Reingestion | None) -> Cause:
    if again is not None:
        return again.mode
    if page.source == IMPORT:
        return "import"
    # Once its first article is known, what changes on a page of the backlog is news like any other. What changed since
    # it was imported, and before we came, is not.
    return "backlog" if page.backlog and (page.stored_at is None or page.visited_at is None) else "live"
