"""What a re-ingestion remembers: the order, how far it is, and in which state."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Text, UniqueConstraint, false
from sqlmodel import Field

from services.contracts.messages import Reingestion, Scope
from services.reingest.state import State
from services.runtime.database import Table, UtcDateTime


class ReingestionRow(Table, table=True):
    """An operator's order to ingest something again, and how far it is.

    Nobody writes it but its walk and those who order something about it: pages that end write rows of their own
    (`runtime.results`), and each step of the walk adds to these counts what has come since.
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
    """Pages that were taken."""
    planned_completely: bool = False
    created: int = 0
    updated: int = 0
    unchanged: int = 0
    rejected: int = 0
    unavailable: int = 0
    expected: int | None = None
    """Pages that the scope held when it was ordered."""
    clock_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    clock_count: int = 0
    """Since when it runs without a pause, and how many pages were counted by then: what its pace is worked out from."""
    preview: str | None = None
    """The state of a dry run's promotion; None while nobody has decided about what it found."""
    steps: int = Field(default=0, sa_column_kwargs={"server_default": "0"})
    """How often anything of it changed: who follows it looks again when the sum of all has grown."""
    after: int = 0
    """The last page that was looked at."""
    open: int = 0
    applying: int = 0
    applied: int = 0
    stale: int = 0
    """What became of a dry run's findings."""
    profile: str | None = None
    """Digest of the site profile whose effect this dry run shows, if it is one's."""
    promotes: bool = Field(default=False, sa_column_kwargs={"server_default": false()})
    """Whether what it finds is promoted without a person, where it only takes lines out."""
    changed_fields: dict[str, int] = Field(default_factory=dict, sa_type=JSON)
    """On how many pages each field of the article differs."""

    def words(self) -> tuple[Reingestion, Scope]:
        """The order as it travels."""
        text = self.model_dump(include={"id", "mode", "dry_run", "forced", "announce"})
        return Reingestion.model_validate(text), Scope.model_validate(self.scope)

    def is_in(self) -> State:
        """Where it is."""
        return State(run=self.state, promotion=self.preview, dry_run=self.dry_run)  # type: ignore[arg-type]  # columns
