"""What became of the pages that a backfill has shown: a query on pages and verdicts, so that nobody counts twice."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Integer, bindparam, case, cast, func, select
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from services.fetcher.backfill.models import BackfillDocument, BackfillPage
from services.fetcher.checks import UNREAD
from services.fetcher.models import Page
from services.runtime.ledger.ledger_table import ledger
from services.runtime.provenance.verdicts import is_rejected, verdicts


@dataclass(frozen=True)
class PageCounts:
    """Pages of the span: so many `shown`, of which so many were `known` before; the others sum up to the rest.

    `unavailable` were blocked, refused, or did not answer. `failing` have a dead letter. `waiting` are to be looked at.
    """

    known: int = 0
    stored: int = 0
    rejected: int = 0
    gone: int = 0
    unavailable: int = 0
    failing: int = 0
    waiting: int = 0

    @property
    def new(self) -> int:
        """Pages that nobody knew."""
        return self.shown - self.known

    @property
    def shown(self) -> int:
        """All of them."""
        return sum(vars(self).values())


@dataclass(frozen=True)
class DocumentCounts:
    """Documents by what became of them."""

    open: int = 0
    read: int = 0
    failed: int = 0

    @property
    def looked_at(self) -> int:
        """Those that were read, and those that could not be."""
        return self.read + self.failed


def page_counts(session: Session, backfill: int) -> PageCounts:
    """The pages of a backfill by what became of them."""
    return PageCounts(**{row.state: row.number for row in session.execute(_COUNTS, {"backfill": backfill})})


def document_counts(session: Session, backfill: int) -> DocumentCounts:
    """The documents of a backfill by what became of them."""
    state = col(BackfillDocument.state)
    counted = select(state, func.count()).where(col(BackfillDocument.backfill) == backfill).group_by(state)
    return DocumentCounts(**{row[0]: row[1] for row in session.execute(counted)})


def troubles(session: Session, backfill: int, limit: int = 20) -> list[str]:
    """The first documents that could not be read, each with its sentence."""
    failed = select(col(BackfillDocument.url), col(BackfillDocument.detail)).where(
        col(BackfillDocument.backfill) == backfill, col(BackfillDocument.state) == "failed"
    )
    rows = session.execute(failed.order_by(col(BackfillDocument.id)).limit(limit)).all()
    return [f"{url}: {detail}" for url, detail in rows]


def _made() -> Any:
    entry = (
        select(col(BackfillPage.page), func.min(cast(col(BackfillPage.known), Integer)).label("known"))
        .where(col(BackfillPage.backfill) == bindparam("backfill"))
        .group_by(col(BackfillPage.page))
        .subquery()
    )
    shown = aliased(Page)
    dead = select(ledger.c.id).where(
        ledger.c.page == col(Page.id), ledger.c.dead_lettered_at.is_not(None), ledger.c.discarded_at.is_(None)
    )
    state = case(
        (entry.c.known == 1, "known"),
        (verdicts.c.article.is_not(None), "stored"),
        (dead.exists(), "failing"),
        (col(Page.visited_at).is_(None) | UNREAD, "waiting"),
        (is_rejected(col(Page.capture), col(Page.fetched_at)), "rejected"),
        (col(Page.outcome) == "gone", "gone"),
        else_="unavailable",
    ).label("state")
    return (
        select(state, func.count().label("number"))
        .select_from(entry)
        .join(shown, col(shown.id) == entry.c.page)
        .join(Page, col(Page.id) == func.coalesce(col(shown.moved_to), col(shown.id)))
        .outerjoin(verdicts, verdicts.c.page == col(Page.id))
        .group_by(state)
    )


# Made once: to make a statement costs more than to run it.
_COUNTS = _made()
