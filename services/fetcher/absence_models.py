"""What the fetcher remembers of pages that are not there any more, one by one and in masses."""

from datetime import datetime
from typing import Literal

from sqlalchemy import Index, Text, text
from sqlmodel import Field

from services.runtime.database import Table, UtcDateTime

AbsenceState = Literal["open", "removed", "discarded", "blocked"]


class Absence(Table, table=True):
    """A page that gave an article and is not there, or shows a wall: the looks in a row that say so.

    It ends when the page is there again. `state` says what the store was ordered to make of it; `discarded`: an
    operator decided that it is no removal.
    """

    __tablename__ = "absences"
    __table_args__ = (
        Index("absences_by_source", "source", "state", "since"),
        Index("absences_by_takedown", "takedown", "page"),
    )

    page: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    source: str
    article: str
    url: str | None = Field(default=None, sa_type=Text)
    sign: str
    detail: str | None = Field(default=None, sa_type=Text)
    since: datetime = Field(sa_type=UtcDateTime)
    """The first look that did not find it."""
    last_at: datetime = Field(sa_type=UtcDateTime)
    looks: int = 1
    state: str = "open"
    takedown: int | None = None
    """The mass takedown that it is part of."""
    answered_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    """When something came that is still to be read: the page, or what stands in its place."""


_OPEN = text("state = 'open'")


class Takedown(Table, table=True):
    """Many pages of a source that vanished within a day: one notice, and a decision about the single removals.

    `state` is open, released, discarded, or returned: every page came back.
    """

    __tablename__ = "takedowns"
    __table_args__ = (
        # Of each source one at a time.
        Index("takedowns_open", "source", unique=True, sqlite_where=_OPEN, postgresql_where=_OPEN),
    )

    id: int | None = Field(default=None, primary_key=True)
    source: str
    opened_at: datetime = Field(sa_type=UtcDateTime)
    state: str = "open"
    ended_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    decided_by: str | None = None
    """The name of the operator's key; None where the evidence decided."""


class TakedownPage(Table, table=True):
    """A page of a mass takedown, and when it came back, if it did before the end."""

    __tablename__ = "takedown_pages"

    takedown: int = Field(primary_key=True, foreign_key="takedowns.id")
    page: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    article: str
    url: str | None = Field(default=None, sa_type=Text)
    sign: str
    since: datetime = Field(sa_type=UtcDateTime)
    returned_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
