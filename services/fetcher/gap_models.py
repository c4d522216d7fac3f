"""What the fetcher remembers of pages that a source showed and that are not stored."""

from datetime import datetime

from sqlalchemy import Index, Text, text
from sqlmodel import Field

from services.runtime.database import Table, UtcDateTime

_NOT_CLOSED = text("closed_at IS NULL")
_IS_OPEN = text("closed_at IS NULL AND opened_at IS NOT NULL")
TO_ALARM, ONCE_ALARMED = text("to_alarm"), text("alarmed_at IS NOT NULL")
"""Of gaps: in these words both databases see that their indexes serve."""


class Gap(Table, table=True):
    """A page that a source showed and that is not stored.

    It begins to count at `opened_at`. What is stored in time has no row any more, what is stored late is `closed_at`.
    """

    __tablename__ = "gaps"
    __table_args__ = (
        Index("gaps_of_source", "source", "key", unique=True),
        Index("gaps_due", "check_at", sqlite_where=_NOT_CLOSED, postgresql_where=_NOT_CLOSED),
        Index("gaps_open", "source", "cause", "id", sqlite_where=_IS_OPEN, postgresql_where=_IS_OPEN),
        Index("gaps_to_alarm", "source", "cause", sqlite_where=TO_ALARM, postgresql_where=TO_ALARM),
        Index("gaps_alarmed", "source", "cause", sqlite_where=ONCE_ALARMED, postgresql_where=ONCE_ALARMED),
    )

    id: int | None = Field(default=None, primary_key=True)
    source: str
    key: str
    """`contracts.urls.page_key` of the address that was shown."""
    url: str = Field(sa_type=Text)
    page: int | None = None
    """None for an address out of scope, which is no page of ours."""
    backlog: bool = False
    """It was there before we came."""
    shown_at: datetime = Field(sa_type=UtcDateTime)
    check_at: datetime = Field(sa_type=UtcDateTime)
    """When it is looked at next."""
    opened_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    cause: str | None = None
    """`contracts.choices.GapCause`, with one sentence."""
    detail: str | None = Field(default=None, sa_type=Text)
    closed_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    """When the page was stored after all."""
    to_alarm: bool = False
    alarmed_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    accepted: int | None = None
    """The number of the `GapAcceptance` by which an operator has said that it is right."""
