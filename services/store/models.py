"""What the store remembers: articles, and every wording of each."""

from datetime import datetime
from typing import Any

from sqlalchemy import DDL, JSON, Column, Index, Text, event, false, text
from sqlalchemy import Table as Relation
from sqlalchemy.dialects.postgresql import TSVECTOR
from sqlmodel import Field, SQLModel

from services.runtime.columns import Json
from services.runtime.database import Table, UtcDateTime

NAMELESS = text("capture = ''")
"""Of a revision that does not say which capture proves it. In these words both databases see that the index serves."""


_NOT_LIVE = text("status <> 'live'")
_HAS_CHANGED = text("change_grade > 0")
TOLD_AGAIN = text("story IS NOT NULL")
"""Of an article whose story several newsrooms tell."""


class KeptArticle(Table, table=True):
    """An article as it stands now: which revision is current, and the latest capture that showed it and who read that.

    `dated_at` is the instant of `published_at` (a bare date counts as its midnight UTC), or `first_seen` where the
    page gives no date: what lists are ordered by.
    """

    __tablename__ = "articles"
    __table_args__ = (
        Index("articles_by_date", "dated_at", "id"),
        Index("articles_by_arrival", "first_seen", "id"),
        Index("articles_by_update", "updated", "id"),
        Index("articles_by_source", "source", "dated_at", "id"),
        Index("articles_by_source_update", "source", "updated", "id"),
        Index("articles_by_kind", "kind", "dated_at", "id"),
        Index("articles_by_page", "page"),
        # Few beside all that are there: what is live costs this index nothing.
        Index(
            "articles_by_status",
            "status",
            "status_since",
            "id",
            sqlite_where=_NOT_LIVE,
            postgresql_where=_NOT_LIVE,
        ),
        # Few beside all that are there, too.
        Index(
            "articles_by_change",
            "dated_at",
            "id",
            "change_grade",
            sqlite_where=_HAS_CHANGED,
            postgresql_where=_HAS_CHANGED,
        ),
        Index("articles_by_address", "address"),
        Index("articles_by_text", "text_trace"),
        *(Index(f"articles_by_band_{number}", f"band_{number}") for number in range(1, 5)),
        Index("articles_by_story", "story", "dated_at", "id", sqlite_where=TOLD_AGAIN, postgresql_where=TOLD_AGAIN),
    )

    id: str = Field(primary_key=True)
    key: str = Field(unique=True)
    page: int
    """The page of the frontier that told us last."""
    url: str | None = Field(default=None, sa_type=Text)
    source: str
    kind: str
    headline: str = Field(sa_type=Text)
    published_at: str | None = None
    """In ISO 8601, as precise as the page, or as a channel that says the hour of the page's day."""
    published_from: dict[str, Any] | None = Field(
        default=None, sa_column=Column(Json(dict, derived=True), nullable=True)
    )
    """`publication.ChannelTime`, if the hour is a channel's."""
    dated_at: datetime = Field(sa_type=UtcDateTime)
    first_seen: datetime = Field(sa_type=UtcDateTime)
    updated: datetime = Field(sa_type=UtcDateTime)
    """When the current wording became current here."""
    revision: int
    """The number of the current revision."""
    revisions: int
    """How many are kept."""
    capture: str
    fetched_at: datetime = Field(sa_type=UtcDateTime)
    parser: str
    layout: str | None = None
    layout_version: str | None = None
    profile: str | None = None
    """Digest of the site profile that it was read with, if it was with one."""
    status: str = Field(default="live", sa_column_kwargs={"server_default": "live"})
    """The fate of its page, as `contracts.article.ArticleStatus` says."""
    status_since: datetime | None = Field(default=None, sa_type=UtcDateTime)
    """When that began; None while the page has always been there."""
    status_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    """The look that showed it last: what was seen earlier changes nothing."""
    status_looks: int = Field(default=0, sa_column_kwargs={"server_default": "0"})
    """Looks in a row that have shown it."""
    merged_into: str | None = None
    """The article that it turned out to be; it is in no list any more, and its wordings stay."""
    story: str | None = None
    """The article that told the same story first, at another newsroom, or its own id if others told it later."""
    address: str | None = Field(default=None, sa_type=Text)
    """`contracts.urls.address_key` of its `url`: the one spelling of where it is."""
    text_trace: int | None = None
    """A number that the same headline and body of the same day have wherever they stand (`store.traces`)."""
    band_1: int | None = None
    band_2: int | None = None
    band_3: int | None = None
    band_4: int | None = None
    """Numbers of which two texts share one when most of their words are the same; each of its week."""
    status_reason: str | None = Field(default=None, sa_type=Text)
    """Why an operator withdrew it."""
    change_grade: int = Field(default=0, sa_column_kwargs={"server_default": "0"})
    """How much the heaviest change of its page has weighed, from 1 on as `contracts.changes.GRADES` counts; 0: none."""
    erased_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    """When every word of it was overwritten, on an operator's order."""
    sources: list[str] = Field(default_factory=list, sa_column=Column(Json(list, derived=True), nullable=True))
    """All sources that have shown it, its own in front; empty where that is the only one."""


class Revision(Table, table=True):
    """One wording of an article, as one parser read it in one capture.

    Numbers count the wordings in the order in which we learnt of them and never change; `fetched_at` says when the
    page spoke so.
    """

    __tablename__ = "revisions"
    __table_args__ = (
        Index("revisions_by_content", "article", "content_hash"),
        Index("revisions_by_time", "article", "fetched_at", "number"),
        # For the audit, which else reads every wording to the end: there are none of these.
        Index("revisions_nameless", "article", sqlite_where=NAMELESS, postgresql_where=NAMELESS),
    )

    article: str = Field(primary_key=True, foreign_key="articles.id")
    number: int = Field(primary_key=True)
    content_hash: str
    reading: str = Field(sa_type=Text)
    """The whole Article as JSON, with what was removed from the page and by which rule."""
    capture: str
    fetched_at: datetime = Field(sa_type=UtcDateTime)
    parser: str
    cause: str
    created_at: datetime = Field(sa_type=UtcDateTime)
    layout_version: str | None = None
    profile: str | None = None
    """As of its article."""


class ArticleText(Table, table=True):
    """What an article is found by: the current wording as plain text, and tags and VIRINs as labels.

    `article_words` is the index of both: on PostgreSQL of `words`, which SQLite leaves empty; there it is a table that
    triggers keep in step with this one.
    """

    __tablename__ = "article_texts"

    number: int = Field(primary_key=True)
    article: str = Field(unique=True, foreign_key="articles.id")
    text: str = Field(sa_type=Text)
    labels: str = Field(sa_type=Text)
    words: str | None = Field(sa_column=Column(Text().with_variant(TSVECTOR(), "postgresql")))


IS_NOT_LIVE = text("articles.status <> 'live'")
HAS_CHANGED = text("articles.change_grade > 0")
"""As conditions: in these words both databases see that the partial indexes serve."""


class HeldReading(Table, table=True):
    """The reading of a page that is built otherwise than before, until somebody decides about it; the latest of each
    article.
    """

    __tablename__ = "quarantine"
    __table_args__ = (
        Index("quarantine_by_state", "state", "held_at", "article"),
        Index("quarantine_by_host", "host", "state", "held_at"),
    )

    article: str = Field(primary_key=True, foreign_key="articles.id")
    page: int
    source: str
    host: str
    reasons: list[str] = Field(sa_column=Column(JSON, nullable=False))
    """What is otherwise: layout, date, fields, body."""
    content_hash: str
    capture: str
    fetched_at: datetime = Field(sa_type=UtcDateTime)
    message: str = Field(sa_type=Text)
    """The `SaveArticle` that would keep the reading, as JSON."""
    held_at: datetime = Field(sa_type=UtcDateTime)
    """When the page was first seen so."""
    state: str = "held"
    """held, released, discarded, or settled: the page was read as before again, or by a reader that knows better."""
    decided_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    decided_by: str | None = None
    announced: bool = Field(default=False, sa_column_kwargs={"server_default": false()})
    """Whether people know that pages of the source are held, this one among them."""


class SameChange(Table, table=True):
    """That an article was changed in a certain way, at one place: to know the same change on many pages."""

    __tablename__ = "same_changes"
    __table_args__ = (Index("same_changes_by_time", "at"),)

    host: str = Field(primary_key=True)
    signature: str = Field(primary_key=True)
    article: str = Field(primary_key=True)
    at: datetime = Field(sa_type=UtcDateTime)


class SharedChange(Table, table=True):
    """One change on many pages of a host, of which a notice told; its pages go on to be listed."""

    __tablename__ = "shared_changes"
    __table_args__ = (Index("shared_changes_by_host", "host", "opened_at"),)

    id: str = Field(primary_key=True)
    host: str
    source: str
    signatures: list[str] = Field(sa_column=Column(JSON, nullable=False))
    """As of `same_changes`: each place at which the pages were changed."""
    about: str = Field(sa_type=Text)
    """What happened, for people, with `{}` for the number of pages."""
    fields: list[str] = Field(sa_column=Column(JSON, nullable=False))
    opened_at: datetime = Field(sa_type=UtcDateTime)


class SharedChangePage(Table, table=True):
    """An article that such a change was made to, and when that was seen."""

    __tablename__ = "shared_change_pages"
    __table_args__ = (Index("shared_change_pages_by_time", "change", "at", "article"),)

    change: str = Field(primary_key=True)
    article: str = Field(primary_key=True)
    at: datetime = Field(sa_type=UtcDateTime)


quarantine: Relation = SQLModel.metadata.tables["quarantine"]
shared_changes: Relation = SQLModel.metadata.tables["shared_changes"]
shared_change_pages: Relation = SQLModel.metadata.tables["shared_change_pages"]
same_changes: Relation = SQLModel.metadata.tables["same_changes"]
articles: Relation = SQLModel.metadata.tables["articles"]
revisions: Relation = SQLModel.metadata.tables["revisions"]
texts: Relation = SQLModel.metadata.tables["article_texts"]

TOKENIZER = "porter unicode61 remove_diacritics 2"
"""How SQLite reads a text: what is a word, and which forms of it are one."""

# Not in the models' words, because the index is another thing in each database; migrations make the same.
_FORGET = (
    "INSERT INTO article_words (article_words, rowid, text, labels) "
    "VALUES ('delete', old.number, old.text, old.labels);"
)
_LEARN = "INSERT INTO article_words (rowid, text, labels) VALUES (new.number, new.text, new.labels);"
_INDEX = {
    "sqlite": (
        f"""CREATE VIRTUAL TABLE article_words USING fts5(
            text, labels, content='article_texts', content_rowid='number', tokenize='{TOKENIZER}'
        )""",
        f"CREATE TRIGGER article_words_learn AFTER INSERT ON article_texts BEGIN {_LEARN} END",
        f"CREATE TRIGGER article_words_forget AFTER DELETE ON article_texts BEGIN {_FORGET} END",
        f"CREATE TRIGGER article_words_learn_again AFTER UPDATE ON article_texts BEGIN {_FORGET} {_LEARN} END",
    ),
    "postgresql": ("CREATE INDEX article_words ON article_texts USING gin (words)",),
}


def _says(when: str, dialect: str, statement: str) -> None:
    ddl = DDL(statement)  # type: ignore[no-untyped-call]  # the library left it without types
    event.listen(texts, when, ddl.execute_if(dialect=dialect))


for _dialect, _statements in _INDEX.items():
    for _statement in _statements:
        _says("after_create", _dialect, _statement)
_says("before_drop", "sqlite", "DROP TABLE IF EXISTS article_words")
