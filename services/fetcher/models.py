"""What the fetcher remembers: sources and their channels, the frontier, the hosts, and how far re-ingestions are."""

from datetime import datetime
from typing import Any, Literal

from sqlalchemy import DDL, Column, Index, Text, event
from sqlalchemy import Table as Relation
from sqlmodel import Field, SQLModel

from services.fetcher.pace import LONG_AGO
from services.runtime.columns import Json
from services.runtime.database import Table, UtcDateTime

Outcome = Literal[
    "new", "changed", "unchanged", "moved", "gone", "blocked", "empty", "unavailable", "refused", "imported"
]
Sign = Literal["404", "410", "451", "error_page", "redirect", "wall"]
"""What an answer shows in a page's place: that there is none, an error page sent as a good one, a redirect to what is
no article, or a wall."""
IMPORT = "import"
"""The source of pages that came as files; nothing polls it and no plan visits its pages."""


class Source(Table, table=True):
    """A newsroom that we watch."""

    __tablename__ = "sources"

    id: int | None = Field(default=None, primary_key=True)
    name: str = Field(unique=True)
    title: str = ""
    hosts: list[str] = Field(default_factory=list, sa_type=Json(list))
    """Hosts, besides those of its channels, that it may lead to."""
    pages: list[str] = Field(default_factory=list, sa_type=Json(list))
    """Patterns of article addresses; none means the default of each channel's kind."""
    country: str = Field(default="US", sa_column_kwargs={"server_default": "US"})
    """Whose holidays it keeps, by the ISO 3166 code."""
    files: str = Field(default="none", sa_column_kwargs={"server_default": "none"})
    """`contracts.files.FilesRule`: what is kept of its articles besides their pages."""
    unlisted: list[str] = Field(default_factory=list, sa_column=Column(Json(list, derived=True), nullable=True))
    """`contracts.choices.Unlisted`: what is looked for that no channel lists."""
    public_archive: str | None = Field(default=None, sa_type=Text)
    """The form of a public archive that is asked to save each new wording's page, by its address."""
    paused: bool = False
    blocked: int = 0
    """Answers so far that were something else than what was asked for: a wall, a shell, an error page as a page."""
    blocked_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    blocked_detail: str | None = Field(default=None, sa_type=Text)
    """The last of them: when, and one sentence."""
    walled_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    """Since when people are told that its pages stand behind a wall, while its channels can be read."""
    walls_from: datetime | None = Field(default=None, sa_type=UtcDateTime)
    """Walls before this time do not count for that: a channel was lost, too."""
    created_at: datetime = Field(sa_type=UtcDateTime)


class SourceRhythm(Table, table=True):
    """When a source published of late, and how its silence stands; looked at every hour."""

    __tablename__ = "source_rhythms"

    source_id: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    checked_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    page: int = 0
    """The last page that was taken in."""
    items: dict[str, int] = Field(default_factory=dict, sa_type=Json(dict, derived=True))
    """The latest items: by the number of the page, when it was published or first seen, in minutes since 1970."""
    last_item_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    expected_by: datetime | None = Field(default=None, sa_type=UtcDateTime)
    """When the next item is there with a probability of one half."""
    items_a_day: float | None = None
    """On a working day."""
    probability: float | None = None
    """Of a silence as long as the present one."""
    busy: float | None = None
    """How much more than usual comes in this hour."""
    silent_since: datetime | None = Field(default=None, sa_type=UtcDateTime)
    """Since when it is an alarm."""
    strikes: list[str] = Field(default_factory=list, sa_type=Json(list, derived=True))
    """When alarms were over by themselves."""


class Channel(Table, table=True):
    """A feed, listing or sitemap of a source, and how it has been."""

    __tablename__ = "channels"
    # A number is never given twice: pages and sightings name channels that are gone.
    __table_args__ = (Index("channels_url", "source_id", "url", unique=True), {"sqlite_autoincrement": True})

    id: int | None = Field(default=None, primary_key=True)
    source_id: int = Field(foreign_key="sources.id", index=True)
    kind: str
    url: str
    interval: float | None = None
    """Seconds between two rounds; the default of its kind when not set."""
    senders: list[str] = Field(default_factory=list, sa_column=Column(Json(list, derived=True), nullable=True))
    """Of a mailbox: whose mails are read, by address or by domain."""

    parts: list[str] = Field(default_factory=list, sa_type=Json(list, derived=True))
    """What this round has still to look at: further pages of a listing, parts of a sitemap."""
    looked: int = 0
    """Documents that this round has looked at."""
    first_round_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    """When its first round was complete: what it listed until then is backlog."""

    etag: str | None = None
    last_modified: str | None = None
    polled_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    succeeded_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    failures: int = 0
    """Failed looks in a row."""
    lateness: float = Field(default=0.0, sa_column_kwargs={"server_default": "0"})
    """Seconds by which entries of the listing were late: they appeared below others that had been there so long."""
    lost_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    """Since when it is an alarm: it was read before, and cannot be read."""
    outcome: str | None = None
    detail: str | None = Field(default=None, sa_type=Text)
    """What was wrong at the last look: one sentence; after it, the first of `troubles`."""
    listed: int = 0
    """Addresses in scope at the last look that brought any, and how many of them were new to us."""
    fresh: int = 0
    troubles: dict[str, str] = Field(default_factory=dict, sa_type=Json(dict, derived=True))
    """The documents of this round that could not be read in full, each with its sentence."""
    capture: str | None = None
    """What came in its place when it could not be read the last time, in the archive."""
    trust: dict[str, Any] | None = Field(default=None, sa_type=Json(dict, derived=True))
    """`trust.Trust`: which of its claims that nothing changed, or that something did, are believed."""


class Walk(Table, table=True):
    """A walk through all that a channel lists, and how far it is: in the bulk lane, one document at a turn."""

    __tablename__ = "walks"

    channel: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    parts: list[str] = Field(default_factory=list, sa_type=Json(list, derived=True))
    """What it has still to look at; nothing before it begins, and at its end."""
    looked: int = 0
    """Documents that it has looked at."""
    fresh: int = 0
    """Pages that it has found."""
    last: str = ""
    """Digest of what the last document listed: a page that says the same again is the end of a listing."""
    late: float = 0.0
    """Seconds by which the latest of its new entries was late."""
    catches_up: bool = False
    """It only goes on from where a round stopped, until it comes to what is known."""
    known_depth: int = 0
    """Documents that earlier walks have looked at: what is new among them is news, what is deeper was there before."""
    failures: int = 0
    """Looks in a row that failed."""
    finished_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class Page(Table, table=True):
    """A page of the frontier: what it is, and how our looks at it went; `runtime.verdicts` say what it gave."""

    __tablename__ = "pages"
    __table_args__ = (
        Index("pages_by_source", "source", "id"),
        Index("pages_by_address", "url", postgresql_ops={"url": "text_pattern_ops"}),
    )

    id: int | None = Field(default=None, primary_key=True)
    key: str = Field(unique=True)
    """`contracts.urls.page_key`: its identity, which a new address does not change."""
    url: str | None = Field(default=None, sa_type=Text)
    source: str
    channel: int | None = None
    """The channel that listed it first. What others say of it in their own words is no sign of a change.

    None for a page that came as a file, or whose source was removed: no plan visits it.
    """
    backlog: bool = False
    """It was there before we came: its first article is not announced."""
    title: str | None = Field(default=None, sa_type=Text)
    """What its channel said of it last; another title or time of update there means a visit now."""
    published: str | None = None
    published_in: int | None = None
    """The channel that wrote when it was published, if it was not `channel`."""
    updated: str | None = None
    discovered_at: datetime = Field(sa_type=UtcDateTime)

    step: int = 0
    """Where in the plan of visits it stands."""
    failures: int = 0
    """Visits in a row that brought no page; or, for the same outcome, how often it was gone or refused."""
    visited_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    outcome: str | None = None
    detail: str | None = Field(default=None, sa_type=Text)
    restless: int = 0
    """Visits in a row that found other bytes."""
    moves: int = 0
    """Moves to other hosts in a row, to notice a circle."""
    moved_to: int | None = None
    """The page that it turned out to be; it is not visited any more."""

    etag: str | None = None
    last_modified: str | None = None
    payload: str | None = None
    """Digest of the newest body."""
    capture: str | None = None
    content_type: str | None = None
    fetched_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    shown_url: str | None = Field(default=None, sa_type=Text)
    """Where a channel showed it last, or where it was before, if not at `url`: the address to try when `url` fails."""
    trust: dict[str, Any] | None = Field(default=None, sa_type=Json(dict, derived=True))
    """`trust.PageTrust`: what is to be learned from its next visit."""
    absent_sign: str | None = None
    """The sign that the last look showed in its place; None while it is there, or nothing can be told."""
    listed_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    """When a channel listed it last while it was not there."""


class Alias(Table, table=True):
    """Another identity under which a page is listed, since it moved."""

    __tablename__ = "page_aliases"

    key: str = Field(primary_key=True)
    page_id: int = Field(foreign_key="pages.id")


class MovedSite(Table, table=True):
    """A site that moved to another host with all its sub-domains, as an operator ordered: what is listed follows it."""

    __tablename__ = "site_moves"

    old: str = Field(primary_key=True)
    new: str
    moved_at: datetime = Field(sa_type=UtcDateTime)


class PageGuid(Table, table=True):
    """What the feeds of a source call a page, whatever its address is."""

    __tablename__ = "page_guids"

    source: str = Field(primary_key=True)
    guid: str = Field(primary_key=True)
    page_id: int = Field(foreign_key="pages.id")


class Host(Table, table=True):
    """A host's slot, shared by all workers, and its robots.txt."""

    __tablename__ = "hosts"

    name: str = Field(primary_key=True)
    """Host and port, as in an address."""
    taken_at: datetime = Field(default=LONG_AGO, sa_type=UtcDateTime)
    """When the slot was taken last."""
    resumes_at: datetime = Field(default=LONG_AGO, sa_type=UtcDateTime)
    """Until when the host wants rest."""
    failures: int = 0
    """Requests in a row that the host did not serve; from `plan.HOST_PATIENCE` on, its breaker is open."""

    robots: str | None = None
    """rules, free or unreachable; None before it was first asked."""
    robots_text: str = Field(default="", sa_type=Text)
    robots_detail: str = Field(default="", sa_type=Text)
    robots_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    crawl_delay: float = 0.0

    trust: dict[str, Any] | None = Field(default=None, sa_type=Json(dict, derived=True))
    """`trust.Trust` of what it says of its pages."""
    silent: int = 0
    """Requests in a row to which no answer came in time."""
    quick_looks: int = 0
    """Looks at missing pages that are or were due sooner than usual, since `quick_since`."""
    quick_since: datetime = Field(default=LONG_AGO, sa_type=UtcDateTime)
    next_at: datetime = Field(default=LONG_AGO, sa_type=UtcDateTime)
    """When the slot may be taken again: a pace, or the host's own Crawl-delay, after it was."""


ADDRESS_WORDS = "to_tsvector('simple'::regconfig, regexp_replace(url, '[^a-zA-Z0-9]+'::text, ' '::text, 'g'::text))"
"""The words of an address, as PostgreSQL has them in an index: in these words it sees that the index serves."""


# Not in the models' words, because the index is another thing in each database; migrations make the same.
_FORGET = "INSERT INTO page_words (page_words, rowid, url) VALUES ('delete', old.id, old.url);"
_LEARN = "INSERT INTO page_words (rowid, url) VALUES (new.id, new.url);"
_INDEX = {
    "sqlite": (
        "CREATE VIRTUAL TABLE page_words USING fts5(url, content='pages', content_rowid='id', detail=none)",
        f"CREATE TRIGGER page_words_learn AFTER INSERT ON pages BEGIN {_LEARN} END",
        f"CREATE TRIGGER page_words_forget AFTER DELETE ON pages BEGIN {_FORGET} END",
        f"CREATE TRIGGER page_words_learn_again AFTER UPDATE OF url ON pages BEGIN {_FORGET} {_LEARN} END",
    ),
    "postgresql": (f"CREATE INDEX page_words ON pages USING gin ({ADDRESS_WORDS})",),
}


def _runs(when: str, dialect: str, statement: str) -> None:
    ddl = DDL(statement.replace("%", "%%"))  # type: ignore[no-untyped-call]  # the library left it without types
    event.listen(_PAGES, when, ddl.execute_if(dialect=dialect))


_PAGES: Relation = SQLModel.metadata.tables["pages"]


for _dialect, _statements in _INDEX.items():
    for _statement in _statements:
        _runs("after_create", _dialect, _statement)


_runs("before_drop", "sqlite", "DROP TABLE IF EXISTS page_words")
