"""What a backfill remembers: the order, the documents that it looks at, and the pages that they showed."""

from datetime import date, datetime
from typing import Any, Literal

from sqlalchemy import Index, Text, text
from sqlmodel import Field

from services.runtime.columns import Json
from services.runtime.database import Table, UtcDateTime

BackfillState = Literal["running", "done", "cancelled"]
DocumentState = Literal["open", "read", "failed"]

_IS_OPEN = text("finished_at IS NULL")
TO_LOOK_AT = text("state = 'open'")
"""Of documents: in these words both databases see that the index serves."""


class Backfill(Table, table=True):
    """An operator's order to find what a source published since a day, and how far it is.

    Of each source one at a time.
    """

    __tablename__ = "backfills"
    __table_args__ = (Index("backfills_open", "source", unique=True, sqlite_where=_IS_OPEN, postgresql_where=_IS_OPEN),)

    id: int | None = Field(default=None, primary_key=True)
    source: str
    since: date
    until: date | None = None
    """Exclusive."""
    announce: bool = False
    reason: str = Field(sa_type=Text)
    asked_by: int
    asked_by_name: str
    asked_at: datetime = Field(sa_type=UtcDateTime)
    state: str = "running"
    finished_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    outside: int = 0
    """Entries that were shown and are of another time."""
    reached: date | None = None
    """The oldest day that any document has shown."""
    cut: str | None = Field(default=None, sa_type=Text)
    """Why it did not look at everything, if it did not."""
    summary: dict[str, Any] | None = Field(default=None, sa_type=Json(dict, derived=True))
    """The counts at its end; its pages and documents are forgotten then."""


class BackfillDocument(Table, table=True):
    """A page of a listing, a part of a sitemap, a page of a feed: looked at once in a backfill."""

    __tablename__ = "backfill_documents"
    __table_args__ = (
        Index("backfill_documents_each_once", "backfill", "key", unique=True),
        Index("backfill_documents_open", "backfill", "id", sqlite_where=TO_LOOK_AT, postgresql_where=TO_LOOK_AT),
    )

    id: int | None = Field(default=None, primary_key=True)
    backfill: int
    key: str
    """Digest of its address."""
    url: str = Field(sa_type=Text)
    channel: int
    kind: str
    trail: int = 0
    """The first document of those that it continues; 0 for one that continues none."""
    place: int = 1
    """Which document of its trail it is."""
    barren: int = 0
    """Documents of its trail in a row, before it, that showed nothing new to the trail."""
    shown_before: str = ""
    """Digest of what the document before it on its trail listed."""
    state: str = "open"
    failures: int = 0
    detail: str | None = Field(default=None, sa_type=Text)
    """Why it failed; or why its trail ends here."""

    @property
    def trail_head(self) -> int:
        """The first document of its trail: itself, where it continues none."""
        return self.trail or self.id or 0


class BackfillPage(Table, table=True):
    """A page that a trail of a backfill has shown."""

    __tablename__ = "backfill_pages"

    backfill: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    page: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    trail: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    known: bool
    """Whether it was there before this trail came to it."""
