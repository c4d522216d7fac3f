"""What a re-ingestion remembers: the order, how far it is, and what a dry run found."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Index, Text, UniqueConstraint
from sqlmodel import Field

from services.contracts.messages import Reingestion, Scope
from services.runtime.database import Table, UtcDateTime


class ReingestionRow(Table, table=True):
    """An operator's order to ingest something again, and how far it is.

    `accepted` until the first word from the fetcher or the store, then `running`, or `paused`; `done` when it is
    completely planned and each of its pages is counted under one outcome. `cancelling` takes no more pages, and is
    `cancelled` when those it took are counted.
    """

    __tablename__ = "reingestions"
    __table_args__ = (UniqueConstraint("asked_by", "idempotency_key"),)

    id: int | None = Field(default=None, primary_key=True)
    scope: dict[str, Any] = Field(sa_type=JSON)
    mode: str = "reparse"
    dry_run: bool = False
    forced: bool = False
    announce: bool = False
    reason: str = Field(sa_type=Text)
    asked_by: int
    asked_by_name: str
    idempotency_key: str | None = None
    state: str = "accepted"
    asked_at: datetime = Field(sa_type=UtcDateTime)
    started_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    finished_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    planned: int = 0
    planned_completely: bool = False
    created: int = 0
    updated: int = 0
    unchanged: int = 0
    rejected: int = 0
    unavailable: int = 0
    expected: int | None = None
    """Pages that the scope held when it was ordered."""
    steered: int = 0
    """How often it was paused, resumed or cancelled."""
    clock_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    clock_count: int = 0
    """Since when it runs without a pause, and how many pages were counted by then: what its pace is worked out from."""
    preview: str | None = None
    """What became of a dry run's findings: None, `promoting`, `paused`, `promoted`, `cancelling`, `cancelled` or
    `discarded`.
    """
    steps: int = Field(default=0, sa_column_kwargs={"server_default": "0"})
    """How often anything of it changed: who follows it looks again when the sum of all has grown."""

    def words(self) -> tuple[Reingestion, Scope]:
        """The order as it travels."""
        words = self.model_dump(include={"id", "mode", "dry_run", "forced", "announce"})
        return Reingestion.model_validate(words), Scope.model_validate(self.scope)


class ReingestionChange(Table, table=True):
    """On how many pages of a re-ingestion one field of the article differs."""

    __tablename__ = "reingestion_changes"

    reingestion: int = Field(primary_key=True)
    field: str = Field(primary_key=True)
    pages: int = 0


class PreviewRow(Table, table=True):
    """What a dry run found on one page, and what became of it.

    `outcome` is created, updated, unchanged, rejected (it stands as an article now), still_rejected, was_rejected (it
    would become an article) or unavailable. `state` is open, applying, applied, stale, or nothing: nothing to do.
    """

    __tablename__ = "previews"
    __table_args__ = (Index("previews_by_state", "reingestion", "state", "page"),)

    reingestion: int = Field(primary_key=True)
    page: int = Field(primary_key=True)
    outcome: str
    state: str
    source: str
    url: str | None = Field(default=None, sa_type=Text)
    article: str | None = None
    layout: str | None = None
    headline: str | None = Field(default=None, sa_type=Text)
    reason: str | None = Field(default=None, sa_type=Text)
    """Why the page is, or was, no article."""
    announced: bool = False
    newest: str | None = None
    """The page's newest capture then."""
    proposal: str | None = Field(default=None, sa_type=Text)
    """What will be said to do it, as JSON; gone when it is done."""


class PreviewDifference(Table, table=True):
    """One field of one page that a dry run would change."""

    __tablename__ = "preview_differences"

    reingestion: int = Field(primary_key=True)
    page: int = Field(primary_key=True)
    field: str = Field(primary_key=True)
    before: str | None = Field(default=None, sa_type=Text)
    after: str | None = Field(default=None, sa_type=Text)
