"""Re-ingestions as they are shown over HTTP."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import Row
from sqlmodel import Session

from services.contracts.article import Contract
from services.contracts.messages import Difference, Mode, Scope
from services.reingest import progress, report
from services.reingest.models import ReingestionRow
from services.reingest.order import OrderedScope
from services.reingest.progress import Counts
from services.reingest.state import Promotion, Run
from services.runtime.provenance.results import Finding, Settled

SAMPLES = 5
"""Findings of each outcome that a report shows."""
TELLING = ("created", "updated", "rejected", "was_rejected")


class Asker(Contract):
    """Whose key gave an order."""

    key: int
    name: str


class ReingestionView(Contract):
    """An order to ingest something again, and how far it is: `outcomes` add up to `planned` when it is done."""

    id: int
    scope: Scope
    mode: Mode
    dry_run: bool
    forced: bool
    announce: bool
    reason: str
    asked_by: Asker
    asked_at: datetime
    state: Run
    started_at: datetime | None
    finished_at: datetime | None
    expected: int | None = Field(description="Pages that the scope held when it was ordered")
    planned: int = Field(description="Pages found so far")
    planned_completely: bool
    outcomes: dict[str, int] = Field(description="Pages by how they ended")
    changed_fields: dict[str, int] = Field(description="On how many pages each field of the article differs")
    dead_lettered: int = Field(description="Its dead letters. Until they are replayed it cannot be done")
    pages_per_second: float | None
    seconds_left: float | None = Field(description="At this pace; null when nobody can tell")
    preview: Literal["open"] | Promotion | None = Field(
        description="What became of a dry run's findings, null when it was none"
    )
    promotion: dict[str, int] | None = Field(description="What becomes of a dry run's findings, null before")
    profile: str | None = Field(None, description="Digest of the site profile whose effect it shows, if it is one's")
    over: bool = Field(description="Whether nothing more will happen unless somebody orders it")


class Progress(ReingestionView):
    """A re-ingestion as it goes on."""


class Reingestions(BaseModel):
    """One page of the re-ingestions, the newest first."""

    reingestions: list[ReingestionView]
    next: str | None


class ScopeWanted(BaseModel):
    """A scope to be tried out."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"scope": {"source": "war", "parser_before": "2"}}]}
    )

    scope: OrderedScope


class PageInScope(BaseModel, from_attributes=True):
    """A page that a scope holds."""

    page: int
    url: str | None
    source: str
    article: str | None
    """The one that it gave, if it ever gave one."""


class ScopeReach(BaseModel):
    """How many pages a scope holds now, and the first of them."""

    pages: int
    sample: list[PageInScope]


class FindingView(BaseModel, title="Finding"):
    """What a dry run found on one page, and what became of it."""

    page: int
    outcome: Finding
    state: Settled
    source: str
    url: str | None
    article: str | None
    layout: str | None
    headline: str | None
    reason: str | None = Field(description="Why the page is, or was, no article")
    announced: bool = Field(description="Whether endpoints would be told")
    differences: list[Difference] = Field(description="Each field that differs; long ones as excerpts")


class Findings(BaseModel):
    """One page of what a dry run found, by page."""

    findings: list[FindingView]
    next: str | None


class ReachReport(BaseModel, from_attributes=True):
    """How far a dry run would reach if it were promoted.

    Outcomes are created, updated, unchanged, rejected (an article would be none), still_rejected, was_rejected (it
    would become an article), unavailable. `promotion` counts what became of them.
    """

    outcomes: dict[str, int]
    sources: dict[str, dict[str, int]] = Field(description="Outcomes by source")
    layouts: dict[str, dict[str, int]] = Field(description="Outcomes by layout")
    fields: dict[str, int] = Field(description="On how many pages each field differs")
    announced: int = Field(description="Pages of which endpoints would be told")
    promotion: dict[str, int]


class ReingestionReport(ReachReport):
    """The same, with the first findings of each outcome that changes anything."""

    reingestion: ReingestionView
    samples: list[FindingView]


def reingestion_view(row: ReingestionRow, counted: Counts, stuck: int, now: datetime) -> ReingestionView:
    """A re-ingestion as its operator sees it."""
    text: dict[str, Any] = row.model_dump(exclude={"asked_by", "preview", "changed_fields"})
    begun = row.preview is not None and row.preview != "discarded"
    findings = {name: counted.findings[name] for name in progress.FINDINGS}
    return ReingestionView(
        **text,
        asked_by=Asker(key=row.asked_by, name=row.asked_by_name),
        outcomes={name: counted.outcomes[name] for name in progress.OUTCOMES},
        changed_fields=dict(sorted(counted.fields.items())),
        dead_lettered=stuck,
        pages_per_second=progress.pace(row, counted.through, now),
        seconds_left=progress.seconds_left(row, counted.through, now),
        preview=row.preview or ("open" if row.dry_run else None),
        promotion=findings if begun else None,
        over=row.is_in().over,
    )


def whole_report(session: Session, row: ReingestionRow, view: ReingestionView) -> ReingestionReport:
    """The report of a dry run."""
    reach = ReachReport.model_validate(report.reach(session, row))
    samples = finding_views(report.samples(session, view.id, TELLING, SAMPLES))
    return ReingestionReport(**reach.model_dump(), reingestion=view, samples=samples)


def finding_views(rows: Sequence[Row[Any]]) -> list[FindingView]:
    """What was found on these pages, with each field that differs."""
    return [FindingView.model_validate(dict(row._mapping) | {"outcome": row.finding}) for row in rows]  # noqa: SLF001 - its public name
