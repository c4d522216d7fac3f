"""Backfills as they are shown over HTTP, with how long they will take yet."""

from datetime import date, datetime, timedelta
from typing import Any

from pydantic import BaseModel, Field
from sqlmodel import Session

from services.fetcher.backfill import counts
from services.fetcher.backfill.counts import DocumentCounts, PageCounts
from services.fetcher.backfill.models import Backfill, BackfillState

SAYS_SOMETHING = 0.01
"""The share of the span that must be through before it tells how long the rest takes."""


class BackfillView(BaseModel):
    """An order to find what a source published in a span, and how far it is.

    `pages` counts those of the span: of so many `shown`, some were `known` before, the others are `new`, and add up to
    the rest. `documents` counts pages of listings and feeds, and parts of sitemaps. `reached` is the oldest day that
    any of them has shown.
    """

    id: int
    source: str
    since: date
    until: date | None
    announce: bool
    reason: str
    asked_by_name: str
    asked_at: datetime
    state: BackfillState
    finished_at: datetime | None
    pages: dict[str, int]
    documents: dict[str, int]
    outside: int = Field(description="Entries that were shown and are of another time")
    reached: date | None
    cut: str | None = Field(description="Why it did not look at everything, if it did not")
    troubles: list[str] = Field(description="The first documents that could not be read, each with its reason")
    seconds_left: float | None = Field(description="At its pace; null when nobody can tell")


class Backfills(BaseModel):
    """One page of the backfills, the newest first."""

    backfills: list[BackfillView]
    next: str | None


def backfill_view(session: Session, row: Backfill, now: datetime) -> BackfillView:
    """A backfill as its operator sees it."""
    fields: dict[str, Any] = row.model_dump(exclude={"summary", "asked_by"})
    if row.summary:
        pages, documents = PageCounts(**row.summary["pages"]), DocumentCounts(**row.summary["documents"])
        troubles = row.summary["troubles"]
    else:
        pages, documents = counts.page_counts(session, row.id or 0), counts.document_counts(session, row.id or 0)
        troubles = counts.troubles(session, row.id or 0)
    shown = {"shown": pages.shown, "new": pages.new, **vars(pages)}
    left = None if row.finished_at else time_left(row, pages, documents, now)
    return BackfillView(**fields, pages=shown, documents=vars(documents), troubles=troubles, seconds_left=left)


def time_left(row: Backfill, pages: PageCounts, documents: DocumentCounts, now: datetime) -> float | None:
    """How long it takes yet: what is to be looked at, at the pace so far, and as much again for days not reached."""
    through = documents.looked_at + pages.new - pages.waiting
    elapsed = (now - row.asked_at).total_seconds()
    if not through or elapsed <= 0:
        return None
    begun = through + documents.open + pages.waiting
    share = _share(row) if documents.open else 1.0
    if share < SAYS_SOMETHING:
        return None
    return max(begun / share - through, 0.0) * elapsed / through


def _share(row: Backfill) -> float:
    """Which part of the span its documents have reached, going back from its end."""
    last = min(row.until or date.max, row.asked_at.date())
    if row.reached is None or last - row.since < timedelta(days=1):
        return 1.0
    return min(max((last - row.reached) / (last - row.since), 0.0), 1.0)
