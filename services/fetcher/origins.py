"""What is told of a page to those who come after."""

from typing import Any, Literal

from sqlmodel import Session

from services.contracts.messages import Cause, Origin, Preview, Reingestion
from services.fetcher.models import IMPORT, Page
from services.runtime import results, verdicts
from services.runtime.results import Result


def origin_of(session: Session, page: Page, again: Reingestion | None = None) -> Origin:
    """Which page it is and why we looked at it."""
    return Origin(
        page=page.id or 0,
        key=page.key,
        url=page.url,
        source=page.source,
        cause=_cause(session, page, again),
        reingestion=again.id if again else None,
        dry_run=bool(again and again.dry_run),
        announce=bool(again and again.announce),
        **(_before(session, page) if again and again.dry_run else {}),
    )


def reingested(
    session: Session, page: Page | int, again: Reingestion | None, outcome: Literal["unchanged", "unavailable"]
) -> None:
    """One page of a re-ingestion is through; nothing is written of a visit by plan."""
    if again is None:
        return
    number, preview = (page, None) if isinstance(page, int) else (page.id or 0, _nothing_found(session, page, again))
    results.record(session, Result(again.id, number, outcome, preview=preview))


def _before(session: Session, page: Page) -> dict[str, Any]:
    """How the page was before a dry run: what it finds is only done later if the page is still so."""
    verdict = verdicts.find(session, page.id or 0)
    rejected = verdict is not None and verdict.rejects(page.capture, page.fetched_at)
    return {"newest": page.capture, "was_rejected": verdict.rejected_reason if verdict and rejected else None}


def _nothing_found(session: Session, page: Page, again: Reingestion) -> Preview | None:
    if not again.dry_run:
        return None
    verdict = verdicts.find(session, page.id or 0)
    return Preview(article=verdict and verdict.article, origin=origin_of(session, page, again))


def _cause(session: Session, page: Page, again: Reingestion | None) -> Cause:
    if again is not None:
        return again.mode
    if page.source == IMPORT:
        return "import"
    # Once its first article is known, what changes on a page of the backlog is news like any other. What changed since
    # it was imported, and before we came, is not.
    first = page.backlog and (page.visited_at is None or not _gave_an_article(session, page))
    return "backlog" if first else "live"


def _gave_an_article(session: Session, page: Page) -> bool:
    verdict = verdicts.find(session, page.id or 0)
    return verdict is not None and verdict.article is not None
