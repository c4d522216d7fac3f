"""What the store shows of itself: the shapes of its API and of its events."""

from datetime import datetime
from typing import Any

from pydantic import AliasChoices, BaseModel, ConfigDict, Field, JsonValue
from sqlalchemy import Row

from services.contracts.article import Article, ArticleKind, ArticleStatus, Block, Evidence
from services.contracts.article_view import LINE, WORDS, ArticleView
from services.contracts.changes import ArticleChange
from services.contracts.event_examples import CHANGE
from services.contracts.messages import Cause
from services.runtime.withholding import HEADLINES, masked
from services.store.excerpt import Piece
from services.store.publication import with_hour

REVISION: dict[str, JsonValue] = {
    "number": 2,
    "current": True,
    "content_hash": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
    "capture": "sha256-60303ae22b998861bce3b28f33eec1be758a213c86c93c076dbe9f558c11c752",
    "fetched_at": "2026-01-12T18:29:58Z",
    "parser": "1",
    "layout_version": "1",
    "profile": None,
    "cause": "live",
    "created_at": "2026-01-12T18:30:00Z",
}
READING: dict[str, JsonValue] = WORDS | {
    "headline": LINE["headline"],
    "published_at": LINE["published_at"],
    "removed": [{"rule": "share", "text": "SHARE"}],
}
DIFF: dict[str, JsonValue] = {
    "article": LINE["id"],
    "from": 1,
    "to": 2,
    "changed": ["body"],
    "change": CHANGE,
}
FOUND: dict[str, JsonValue] = {
    "teaser": "The harbor reopened on Monday, after crews cleared the channel…",
    "excerpt": [
        {"text": "…crews cleared the channel after the ", "hit": False},
        {"text": "storm", "hit": True},
        {"text": " had passed…", "hit": False},
    ],
    "same_story": None,
}
ADDRESSES: list[JsonValue] = [
    {"url": "https://www.army.example/news/old/1234567", "since": LINE["first_seen"], "until": "2026-03-01T08:00:00Z"},
    {"url": LINE["url"], "since": "2026-03-01T08:00:00Z", "until": None},
]
OF_THE_ROW = ("id", "source", "revision", "first_seen", "updated", "status", "status_since", "status_looks")
"""What the row of an article says of it, beside its wording."""


class View(BaseModel):
    """A shape of the API, made from the columns of a row."""

    model_config = ConfigDict(from_attributes=True)


class ArticleLine(View):
    """An article in a list; `excerpt` is what it says where the words of a search are, null without any words.

    `teaser` is how it begins, null of a withdrawn one.
    `same_story` is the id of the article that told the same story first, at another newsroom.
    """

    model_config = ConfigDict(from_attributes=True, json_schema_extra={"examples": [LINE | FOUND]})

    id: str
    url: str | None
    source: str
    kind: ArticleKind
    headline: str
    published_at: str | None
    revision: int
    first_seen: datetime
    updated: datetime
    status: ArticleStatus
    status_since: datetime | None
    status_looks: int
    teaser: str | None = None
    excerpt: list[Piece] | None = None
    same_story: str | None = Field(default=None, validation_alias=AliasChoices("same_story", "story"))


class ArticleAddress(View):
    """An address of an article: since when it was there, and until when; null while it still is."""

    url: str
    since: datetime
    until: datetime | None


class StandingArticle(ArticleView):
    """The clean article as it stands; `merged_into` is the id of the article that it turned out to be, if it did.

    `addresses` are those that it had, the first first, and that which it has.
    """

    model_config = ConfigDict(
        json_schema_extra={"examples": [LINE | WORDS | {"merged_into": None, "addresses": ADDRESSES}]}
    )

    merged_into: str | None = None
    addresses: tuple[ArticleAddress, ...] = ()


class PublicCopy(BaseModel):
    """What a public archive answered when it was asked to save the page; `url` is where its copy is, if it said so."""

    asked_at: datetime
    url: str | None
    detail: str


class RevisionLine(View):
    """One wording of an article, in a list; `current` marks the one that stands."""

    model_config = ConfigDict(from_attributes=True, json_schema_extra={"examples": [REVISION]})

    number: int
    current: bool
    content_hash: str
    capture: str
    fetched_at: datetime
    parser: str
    layout_version: str | None
    profile: str | None = Field(description="Digest of the site profile that it was read with, null without one")
    cause: Cause
    created_at: datetime
    public_copy: PublicCopy | None = None

    @classmethod
    def of(cls, row: Row[Any]) -> "RevisionLine":
        """From a row, which has the answer of a public archive beside the revision."""
        line = cls.model_validate(row)
        if row.copy_asked_at is None:
            return line
        copy = PublicCopy(asked_at=row.copy_asked_at, url=row.copy_url, detail=row.detail)
        return line.model_copy(update={"public_copy": copy})


class RevisionView(RevisionLine):
    """One wording in full, with every line that was removed from the page and the rule that took it."""

    model_config = ConfigDict(json_schema_extra={"examples": [REVISION | {"article": READING}]})

    article: Article


class ArticleDiff(View):
    """How one wording differs from another: which fields, how much it weighs, and each changed text word by word."""

    model_config = ConfigDict(populate_by_name=True, json_schema_extra={"examples": [DIFF]})

    article: str
    before: int = Field(serialization_alias="from")
    after: int = Field(serialization_alias="to")
    changed: tuple[str, ...]
    change: ArticleChange | None


class ArticlePage(BaseModel):
    """Articles, newest first. `next` is the cursor of the page that follows, null on the last.

    `previous` is that of the page before, for `before`; null on the first.
    """

    articles: list[ArticleLine]
    next: str | None
    previous: str | None


class ArticleCount(BaseModel):
    """How many articles a list holds; with `more` there are more than `count`, or nobody knows how many (null).

    `search` is how the search was understood: the values of each of its fields, and `words` and `not_words`.
    """

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"count": 214, "more": False, "search": {"words": ["storm"], "source": ["war"]}}]
        }
    )

    count: int | None
    more: bool
    search: dict[str, list[str]]


class ArrivalSpan(BaseModel):
    """A part of the time, and how many articles were first seen in it."""

    begin: datetime
    articles: int


class Arrivals(BaseModel):
    """Articles as they arrived, in parts of so many seconds, the earliest first."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"last": "day", "seconds": 3600, "spans": [{"begin": "2026-01-12T18:00:00Z", "articles": 7}]}]
        }
    )

    last: str
    seconds: int
    spans: list[ArrivalSpan]


class EvidenceList(BaseModel):
    """What shows that the page of an article was not there, or led elsewhere."""

    evidence: list[Evidence]


class RevisionPage(BaseModel):
    """Wordings of one article, the latest capture first. `next` is the cursor of the page that follows."""

    revisions: list[RevisionLine]
    next: str | None


def shown_view(row: Row[Any], reading: Article) -> ArticleView:
    """As `article_view`; of a withdrawn article no more than that, and why."""
    view = article_view(row, reading)
    if row.status != "withdrawn":
        return view
    stands = ArticleView.model_validate(masked(view.model_dump(mode="json"), "withdrawn"))
    return stands.model_copy(update={"body": (Block(text=row.status_reason or "An operator has withdrawn it."),)})


def line_view(row: Row[Any]) -> ArticleLine:
    """An article in a list; of a withdrawn one no word."""
    line = ArticleLine.model_validate(row)
    return line.model_copy(update={"headline": HEADLINES["withdrawn"]}) if row.status == "withdrawn" else line


def article_view(row: Row[Any], reading: Article) -> ArticleView:
    """The article of a row of `articles`, with the reading of its current revision."""
    own = {name: getattr(row, name) for name in OF_THE_ROW}
    own |= {"url": row.url or reading.url, "same_story": row.story}
    own["sources"] = row.sources or [row.source]
    reading = with_hour(reading, row.published_from)
    return ArticleView.model_validate(reading.model_dump(exclude={"removed"}) | own)
