"""What a re-ingestion found on each page: one row, written by whichever service comes to the page's end.

A result is written in the transaction that completes the message about the page, so that it is there exactly once. The
first one of a page and order stays. Readers find in `counted_at` whether the order's own row tells of it already.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from operator import itemgetter
from typing import Any, Literal

from sqlalchemy import JSON, Index, Text, false, text, update
from sqlalchemy import Table as Relation
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Field, Session, SQLModel

from services.contracts.messages import Preview, Rejection
from services.runtime.database import Table, UtcDateTime, is_sqlite

PageOutcome = Literal["created", "updated", "unchanged", "rejected", "unavailable"]
Finding = Literal["created", "updated", "unchanged", "rejected", "still_rejected", "was_rejected", "unavailable"]
Settled = Literal["open", "applying", "applied", "stale", "nothing"]

_UNCOUNTED, _FOUND = text("counted_at IS NULL"), text("finding IS NOT NULL")
_PROMOTABLE = text("state IN ('open', 'applying')")


class ReingestedPage(Table, table=True):
    """How one page of a re-ingestion ended; of a dry run also everything that is needed to judge it, and to do it.

    `finding` is the outcome as the judge sees it: `rejected` (it stands as an article now), `still_rejected`,
    `was_rejected` (it would become an article). `state` is open, applying, applied, stale, or nothing: nothing to do.
    """

    __tablename__ = "reingestion_pages"
    __table_args__ = (
        Index("reingestion_pages_uncounted", "reingestion", sqlite_where=_UNCOUNTED, postgresql_where=_UNCOUNTED),
        Index(
            "reingestion_pages_promotable",
            "reingestion",
            "state",
            "page",
            sqlite_where=_PROMOTABLE,
            postgresql_where=_PROMOTABLE,
        ),
        # The report of a dry run counts by these, and need not read a single proposal.
        Index(
            "reingestion_pages_found",
            "reingestion",
            "source",
            "layout",
            "finding",
            "announced",
            sqlite_where=_FOUND,
            postgresql_where=_FOUND,
        ),
    )

    reingestion: int = Field(primary_key=True)
    page: int = Field(primary_key=True)
    outcome: str
    changed: list[str] = Field(default_factory=list, sa_type=JSON)
    """The fields of the article that differ."""
    counted_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    """When the order's row took it up; None again when its `state` is to be counted."""
    state: str = "nothing"
    finding: str | None = None
    source: str | None = None
    url: str | None = Field(default=None, sa_type=Text)
    article: str | None = None
    layout: str | None = None
    headline: str | None = Field(default=None, sa_type=Text)
    reason: str | None = Field(default=None, sa_type=Text)
    """Why the page is, or was, no article."""
    announced: bool = False
    differences: list[dict[str, str | None]] = Field(default_factory=list, sa_type=JSON)
    """Each field that differs, with what it says before and after."""
    newest: str | None = None
    """The page's newest capture then."""
    proposal: str | None = Field(default=None, sa_type=Text)
    """What will be done, as JSON; gone when it is done."""
    only_removes: bool = Field(default=False, sa_column_kwargs={"server_default": false()})
    """Whether that takes lines out of the body, and changes nothing else."""


pages: Relation = SQLModel.metadata.tables["reingestion_pages"]


@dataclass(frozen=True)
class Result:
    """How a page of a re-ingestion ended, which fields differ, and what a dry run found on it."""

    reingestion: int
    page: int
    outcome: PageOutcome
    changed: Sequence[str] = ()
    preview: Preview | None = None

    def row(self) -> dict[str, Any]:
        """As it is kept."""
        result = _found(self.outcome, self.preview) if self.preview else {"changed": sorted(set(self.changed))}
        own = {"reingestion": self.reingestion, "page": self.page, "outcome": self.outcome}
        return ReingestedPage(**own | result).model_dump()


def record(session: Session, result: Result) -> None:
    """Writes down how a page of a re-ingestion ended."""
    record_all(session, [result])


def record_all(session: Session, ended: Sequence[Result]) -> None:
    """The same for several, in one statement."""
    if ended:
        rows = sorted((result.row() for result in ended), key=itemgetter("reingestion", "page"))
        session.execute(_RECORD["sqlite" if is_sqlite(session) else "postgresql"], rows)


def settle(session: Session, reingestion: int, page: int, state: Literal["applied", "stale"]) -> None:
    """Says that what was found on this page is done; or is `stale`, because something changed since, and nothing is."""
    this = (pages.c.reingestion == reingestion, pages.c.page == page)
    session.execute(update(pages).where(*this).values(state=state, proposal=None, counted_at=None))


def _found(outcome: PageOutcome, preview: Preview) -> dict[str, Any]:
    origin = preview.origin
    finding = _finding(outcome, was_rejected=origin.was_rejected is not None)
    rejection = preview.proposal if isinstance(preview.proposal, Rejection) else None
    does = preview.proposal is not None and finding != "still_rejected"
    return {
        "changed": sorted({difference.field for difference in preview.differences}),
        "state": "open" if does else "nothing",
        "finding": finding,
        "source": origin.source,
        "url": origin.url,
        "article": preview.article,
        "layout": preview.layout,
        "headline": preview.headline,
        "reason": f"{rejection.reason}: {rejection.detail}" if rejection else origin.was_rejected,
        "announced": preview.announced,
        "differences": [difference.model_dump() for difference in preview.differences],
        "newest": origin.newest,
        "only_removes": preview.only_removes,
        "proposal": preview.proposal.model_dump_json() if preview.proposal and does else None,
    }


def _finding(outcome: PageOutcome, *, was_rejected: bool) -> Finding:
    if outcome == "rejected":
        return "still_rejected" if was_rejected else "rejected"
    return "was_rejected" if was_rejected and outcome in {"created", "updated"} else outcome


# Made once: to make a statement costs more than to run it.
_RECORD = {
    dialect: make(pages).on_conflict_do_nothing(index_elements=["reingestion", "page"])
    for dialect, make in (("sqlite", sqlite.insert), ("postgresql", postgresql.insert))
}
