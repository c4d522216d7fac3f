"""The tables of the event log."""

import zlib
from datetime import datetime

from sqlalchemy import JSON, Column, Dialect, Index, LargeBinary, text
from sqlalchemy import Table as Relation
from sqlalchemy.types import TypeDecorator
from sqlmodel import Field, SQLModel

from services.runtime.database import Table, UtcDateTime

_PRIVATE = text("sequence IS NULL")
TO_ANNOUNCE = text("announced AND announced_at IS NULL")
"""Of an event that endpoints are still to be told of. In these words both databases see that their indexes serve."""


def decompressed(value: bytes) -> str:
    """The text again; a `zlib.error` or `ValueError` when somebody has damaged it."""
    return zlib.decompress(value).decode()


class Compressed(TypeDecorator[str]):
    """Text that rests compressed; a body of 13 KB takes 4.3 KB, for 0.3 ms once and 0.05 ms at each reading."""

    impl = LargeBinary
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> bytes | None:
        del dialect
        return None if value is None else zlib.compress(value.encode())

    def process_result_value(self, value: bytes | None, dialect: Dialect) -> str | None:
        del dialect
        return None if value is None else decompressed(value)


class Event(Table, table=True):
    """Something that happened, as it was when it did: nothing of it changes but `announced_at`."""

    __tablename__ = "events"
    __table_args__ = (
        # With what else may be asked for at the end, so that an event that is passed over is not read.
        Index("events_by_type", "type", "sequence", "kind", "announced"),
        Index("events_by_source", "source", "sequence", "type", "kind", "announced"),
        Index("events_by_kind", "kind", "sequence", "type", "announced"),
        Index("events_by_announced", "announced", "sequence", "type", "kind"),
        Index("events_by_subject", "subject", "type", "sequence"),
        Index("events_to_announce", "sequence", sqlite_where=TO_ANNOUNCE, postgresql_where=TO_ANNOUNCE),
        Index("events_private", "occurred_at", sqlite_where=_PRIVATE, postgresql_where=_PRIVATE),
    )

    id: str = Field(primary_key=True)
    sequence: int | None = Field(default=None, unique=True)
    """1, 2, 3 … without a gap, in the order in which the events became visible; None for one that is not for all."""
    type: str
    subject: str
    """What it is about: the id of an article, `source/` and its name, `endpoint/` and its number, or `service/` and a
    kind of trouble."""
    source: str = ""
    kind: str | None = None
    """Source and kind are the article's at that time."""
    cause: str | None = None
    changed: list[str] = Field(sa_column=Column(JSON, nullable=False))
    """Which fields of the subject differ from before."""
    occurred_at: datetime = Field(sa_type=UtcDateTime)
    announced: bool
    """Whether endpoints are to be told; events of a backlog, an import or a reparse are only there to be read."""
    announced_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    """When each interested endpoint was given its delivery; it happens once."""
    owner: int | None = None
    """Of a private event: the only API key that may know of it."""
    trace_id: str = ""
    """Of the look that caused it."""
    body: str = Field(sa_type=Compressed, repr=False)
    """The bytes that are signed and sent, frozen."""


class EventSource(Table, table=True):
    """A further source of an article that an event is about: who reads by that source is sent the event, too."""

    __tablename__ = "event_sources"

    source: str = Field(primary_key=True)
    sequence: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})


class EventCounter(Table, table=True):
    """The number of the last event, in its only row; whoever appends holds that row until the commit."""

    __tablename__ = "event_counter"

    id: int = Field(primary_key=True)
    last: int
    forgotten: int | None = None
    """The number of the last event that is kept no longer."""


events: Relation = SQLModel.metadata.tables["events"]
event_sources: Relation = SQLModel.metadata.tables["event_sources"]
counter: Relation = SQLModel.metadata.tables["event_counter"]
