"""What is told of a page to those who come after."""

from typing import Any, Literal

from sqlmodel import Session

from services.contracts.messages import Cause, Lane, Origin, PageReingested, Preview, Reingestion
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
        announce=bool(again and again.announce),
        **(_before(page) if again and again.dry_run else {}),
    )


def reingested(
    session: Session,
    page: Page | int,
    again: Reingestion | None,
    outcome: Literal["unchanged", "unavailable"],
    lane: Lane,
) -> None:
    """One page of a re-ingestion is through; nothing is said of a visit by plan."""
    if again is None:
        return
    number, preview = (page, None) if isinstance(page, int) else (page.id or 0, _nothing_found(page, again))
    told = PageReingested(reingestion=again.id, page=number, outcome=outcome, preview=preview)
    say(session, told, key=f"{again.id}:{number}", lane=lane)


def _before(page: Page) -> dict[str, Any]:
    """How the page was before a dry run: what it finds is only done later if the page is still so."""
    return {"newest": page.capture, "was_rejected": page.rejected}


def _nothing_found(page: Page, again: Reingestion) -> Preview | None:
    return Preview(article=page.article_id, origin=origin_of(page, again)) if again.dry_run else None


def _cause(page: Page, again: Reingestion | None) -> Cause:
    if again is not None:
        return again.mode
    if page.source == IMPORT:
        return "import"
    # Once its first article is known, what changes on a page of the backlog is news like any other. What changed since
    # it was imported, and before we came, is not.
    return "backlog" if page.backlog and (page.stored_at is None or page.visited_at is None) else "live"
