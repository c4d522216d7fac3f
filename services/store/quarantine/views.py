"""What the API shows of the quarantine."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from services.contracts.article import Article
from services.contracts.changes import ArticleChange
from services.runtime.http.problems import Storable
from services.store.changes.drift import DriftReason
from services.store.quarantine.decisions import AT_ONCE, Decision

QuarantineState = Literal["held", "released", "discarded", "settled"]


class QuarantineLine(BaseModel):
    """The reading of a page that is built otherwise than before; `reasons` say what is otherwise."""

    model_config = ConfigDict(from_attributes=True)

    article: str
    url: str | None
    source: str
    host: str
    headline: str
    revision: int
    reasons: list[DriftReason]
    capture: str
    fetched_at: datetime
    held_at: datetime
    state: QuarantineState
    decided_at: datetime | None
    decided_by: str | None


class QuarantinePage(BaseModel):
    """Readings in quarantine, the oldest first. `next` is the cursor of the page that follows."""

    readings: list[QuarantineLine]
    next: str | None


class QuarantineView(QuarantineLine):
    """Both readings side by side: the one that stands, the one that waits, and how they differ."""

    before: Article
    after: Article
    change: ArticleChange


class QuarantineDecision(BaseModel):
    """What becomes of readings: of some articles, of a source, or of both."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {"decision": "release", "articles": ["art_mfrggzdfmztwq2lk"], "announce": True},
                {"decision": "discard", "source": "army-news"},
            ]
        },
    )

    decision: Decision
    articles: (
        Annotated[list[Annotated[Storable, Field(max_length=40)]], Field(min_length=1, max_length=AT_ONCE)] | None
    ) = None
    source: Annotated[Storable, Field(max_length=200)] | None = None
    announce: bool = Field(default=False, description="Whether endpoints are told of what is released.")

    @model_validator(mode="after")
    def _names_some(self) -> "QuarantineDecision":
        if self.articles is None and self.source is None:
            raise ValueError("Name `articles` or a `source`; nothing is decided about everything at once.")
        return self


class QuarantineDecided(BaseModel):
    """About how many readings it was decided. Ask again where there are `more`."""

    readings: int
    more: bool
