"""What the store shows of itself: the shapes of its API and of its events."""

from datetime import datetime
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, JsonValue
from sqlalchemy import Row

from services.contracts.article import Article, ArticleKind, Removed
from services.contracts.messages import Cause

ARTICLE: dict[str, JsonValue] = {
    "id": "art_mfrggzdfmztwq2lk",
    "url": "https://www.war.gov/News/Releases/Release/Article/644123/",
    "source": "war-releases",
    "kind": "release",
    "headline": "Engineers Reopen Harbor After Storm",
    "published_at": "2026-01-12",
    "revision": 2,
    "first_seen": "2026-01-12T15:04:05Z",
    "updated": "2026-01-12T18:30:00Z",
}
WORDS: dict[str, JsonValue] = {
    "layout": "afpims",
    "dek": "Ships are moving again.",
    "byline": [{"name": "Army Sgt. Pat Doe", "affiliation": "DOD News"}],
    "dateline": "WASHINGTON",
    "body": [{"kind": "paragraph", "text": "The harbor reopened at dawn."}],
}
REVISION: dict[str, JsonValue] = {
    "number": 2,
    "current": True,
    "content_hash": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
    "capture": "sha256-60303ae22b998861bce3b28f33eec1be758a213c86c93c076dbe9f558c11c752",
    "fetched_at": "2026-01-12T18:29:58Z",
    "parser": "1",
    "cause": "live",
    "created_at": "2026-01-12T18:30:00Z",
}
READING: dict[str, JsonValue] = WORDS | {
    "headline": ARTICLE["headline"],
    "published_at": ARTICLE["published_at"],
    "removed": [{"rule": "share", "text": "SHARE"}],
}
PULLED: dict[str, JsonValue] = {"id": "evt_ge2dinzthe3tqnbvgyzto", "cause": "live", "announced": True}
FACTS: dict[str, JsonValue] = {"previous_revision": 1, "changed": ["body"]}
UPDATED: dict[str, JsonValue] = {
    "type": "article.updated",
    "timestamp": "2026-01-12T18:30:00+00:00",
    "sequence": 4711,
    "data": {"article": ARTICLE | WORDS, **FACTS},
}
CREATED: dict[str, JsonValue] = UPDATED | {
    "type": "article.created",
    "data": {
        "article": ARTICLE | WORDS | {"revision": 1, "updated": ARTICLE["first_seen"]},
        "previous_revision": None,
        "changed": [],
    },
}

EventType = Literal["article.created", "article.updated"]


class View(BaseModel):
    """A shape of the API, made from the columns of a row."""

    model_config = ConfigDict(from_attributes=True)


class ArticleLine(View):
    """An article in a list."""

    model_config = ConfigDict(from_attributes=True, json_schema_extra={"examples": [ARTICLE]})

    id: str
    url: str | None
    source: str
    kind: ArticleKind
    headline: str
    published_at: str | None
    revision: int
    first_seen: datetime
    updated: datetime


class ArticleView(Article):
    """The clean article as it stands, as the API shows it and as events carry it: without what was removed."""

    model_config = ConfigDict(json_schema_extra={"examples": [ARTICLE | WORDS]})

    id: str
    source: str
    revision: int
    first_seen: datetime
    updated: datetime
    removed: tuple[Removed, ...] = Field(default=(), exclude=True)


class RevisionLine(View):
    """One wording of an article, in a list; `current` marks the one that stands."""

    model_config = ConfigDict(from_attributes=True, json_schema_extra={"examples": [REVISION]})

    number: int
    current: bool
    content_hash: str
    capture: str
    fetched_at: datetime
    parser: str
    cause: Cause
    created_at: datetime


class RevisionView(RevisionLine):
    """One wording in full, with every line that was removed from the page and the rule that took it."""

    model_config = ConfigDict(json_schema_extra={"examples": [REVISION | {"article": READING}]})

    article: Article


class ArticleFacts(BaseModel):
    """What happened to an article: how it reads now, which revision it had before, and which fields changed."""

    article: ArticleView
    previous_revision: int | None
    changed: tuple[str, ...]


class ArticleEvent(BaseModel):
    """What webhooks send."""

    type: str
    timestamp: datetime
    sequence: int
    data: ArticleFacts


class ArticleCreated(ArticleEvent):
    """An article that Dateline did not know; `previous_revision` is null."""

    model_config = ConfigDict(json_schema_extra={"examples": [CREATED]})

    type: Literal["article.created"]


class ArticleUpdated(ArticleEvent):
    """The words of an article changed: `changed` names the fields, `previous_revision` the wording before."""

    model_config = ConfigDict(json_schema_extra={"examples": [UPDATED]})

    type: Literal["article.updated"]


class EventView(ArticleEvent):
    """A fact, in the order in which facts were written: what webhooks send, after three members in front."""

    model_config = ConfigDict(json_schema_extra={"examples": [PULLED | UPDATED]})

    id: str
    cause: Cause
    announced: bool
    type: EventType
    timestamp: datetime
    sequence: int
    data: ArticleFacts


class ArticlePage(BaseModel):
    """Articles, newest first; `next` is the cursor of the page that follows, null on the last."""

    articles: list[ArticleLine]
    next: str | None


class RevisionPage(BaseModel):
    """Wordings of one article, the latest capture first; `next` is the cursor of the page that follows."""

    revisions: list[RevisionLine]
    next: str | None


class EventPage(BaseModel):
    """Events in their order; ask again `after` = `next`, at once or a month later, and none is missed."""

    events: list[EventView]
    next: int


def article_view(row: Row[Any], reading: Article) -> ArticleView:
    """The article of a row of `articles`, with the reading of its current revision."""
    own = {name: getattr(row, name) for name in ("id", "source", "revision", "first_seen", "updated")}
    own["url"] = row.url or reading.url
    return ArticleView.model_validate(reading.model_dump(exclude={"removed"}) | own)
