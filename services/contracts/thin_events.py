"""The events about articles as they go to an endpoint whose `payload` is `thin`: without the words of the article."""

from datetime import datetime
from typing import Literal

from pydantic import BaseModel

from services.contracts.article import ArticleKind, ArticleStatus, Evidence, When
from services.contracts.article_events import MergedArticle, SiteMove
from services.contracts.changes import Fact, Grade
from services.contracts.envelope import EventEnvelope
from services.contracts.files import FileChange


class ThinArticle(BaseModel):
    """An article without its words, which `GET /articles/{id}` has."""

    id: str
    url: str
    source: str
    kind: ArticleKind
    headline: str
    published_at: When | None
    revision: int
    first_seen: datetime
    updated: datetime
    status: ArticleStatus = "live"
    status_since: datetime | None = None
    status_looks: int = 0


class ThinStatusFacts(BaseModel):
    """The same of an article without its words."""

    article: ThinArticle
    previous_status: ArticleStatus
    evidence: tuple[Evidence, ...]


class ThinWithdrawnFacts(ThinStatusFacts):
    """The same of a withdrawn article."""

    reason: str | None = None


class ThinListedFacts(BaseModel):
    """The same of an article without its words."""

    article: ThinArticle
    by: str


class ThinChange(BaseModel):
    """How much a change weighs, without its words, which `GET /articles/{id}/diff` has."""

    grade: Grade
    facts: tuple[Fact, ...] = ()
    returns_to: int | None = None


class ThinFacts(BaseModel):
    """The same of an article without its words."""

    article: ThinArticle
    previous_revision: int | None
    changed: tuple[str, ...]
    change: ThinChange | None = None
    files: tuple[FileChange, ...] = ()


class ThinMovedFacts(ThinFacts):
    """The same of an article without its words."""

    previous_url: str
    site_move: SiteMove | None = None


class ThinMergedFacts(ThinFacts):
    """The same of an article without its words."""

    merged: MergedArticle


class ThinArticleMoved(EventEnvelope):
    """The same, to an endpoint whose `payload` is `thin`: without the words of the article."""

    type: Literal["article.moved"]
    data: ThinMovedFacts


class ThinArticleMerged(EventEnvelope):
    """The same, to an endpoint whose `payload` is `thin`: without the words of the article."""

    type: Literal["article.merged"]
    data: ThinMergedFacts


class ThinArticleListed(EventEnvelope):
    """The same, to an endpoint whose `payload` is `thin`: without the words of the article."""

    type: Literal["article.listed"]
    data: ThinListedFacts


class ThinArticleCreated(EventEnvelope):
    """The same, to an endpoint whose `payload` is `thin`: without the words of the article."""

    type: Literal["article.created"]
    data: ThinFacts


class ThinArticleUpdated(EventEnvelope):
    """The same, to an endpoint whose `payload` is `thin`: without the words of the article."""

    type: Literal["article.updated"]
    data: ThinFacts


class ThinArticleRemoved(EventEnvelope):
    """The same, to an endpoint whose `payload` is `thin`: without the words of the article."""

    type: Literal["article.removed"]
    data: ThinStatusFacts


class ThinArticleWithdrawn(EventEnvelope):
    """The same, to an endpoint whose `payload` is `thin`."""

    type: Literal["article.withdrawn"]
    data: ThinWithdrawnFacts


class ThinArticleRestored(EventEnvelope):
    """The same, to an endpoint whose `payload` is `thin`: without the words of the article."""

    type: Literal["article.restored"]
    data: ThinStatusFacts


THIN: dict[str, type[EventEnvelope]] = {
    "article.created": ThinArticleCreated,
    "article.updated": ThinArticleUpdated,
    "article.removed": ThinArticleRemoved,
    "article.restored": ThinArticleRestored,
    "article.moved": ThinArticleMoved,
    "article.merged": ThinArticleMerged,
    "article.withdrawn": ThinArticleWithdrawn,
    "article.listed": ThinArticleListed,
}
"""The types that have another shape when an endpoint's `payload` is `thin`."""
