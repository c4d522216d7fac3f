"""The tables of troubles: those that are and were, and how the checks went that are made now and then."""

from datetime import datetime

from sqlalchemy import Index, Text, text
from sqlalchemy import Table as Relation
from sqlmodel import Field, SQLModel

from services.runtime.database import Table, UtcDateTime

_OPEN = text("ended_at IS NULL")


class TroubleRow(Table, table=True):
    """One trouble of one thing, from when it was first noticed."""

    __tablename__ = "troubles"
    __table_args__ = (
        Index("troubles_open", "kind", "subject", unique=True, sqlite_where=_OPEN, postgresql_where=_OPEN),
        Index("troubles_ended", "ended_at"),
    )

    id: int | None = Field(default=None, primary_key=True)
    kind: str
    subject: str
    """What has it: `gate/archive`, `endpoint/7`, `messages/ParsePage`."""
    since: datetime = Field(sa_type=UtcDateTime)
    """Since when it is so, as far as anybody knows."""
    first_seen: datetime = Field(sa_type=UtcDateTime)
    last_seen: datetime = Field(sa_type=UtcDateTime)
    sentence: str = Field(sa_type=Text)
    announced_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    """When operators were told; None while it is too young for that."""
    ended_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class ServiceCheck(Table, table=True):
    """How a check or a backup went the last time."""

    __tablename__ = "service_checks"

    name: str = Field(primary_key=True)
    at: datetime = Field(sa_type=UtcDateTime)
    holds: bool
    sentence: str = Field(sa_type=Text)
    since: datetime | None = Field(default=None, sa_type=UtcDateTime)
    """Since when it has not held; None while it does."""
    due_by: datetime | None = Field(default=None, sa_type=UtcDateTime)
    """When there must have been another one; None where nothing is planned."""


troubles: Relation = SQLModel.metadata.tables["troubles"]
service_checks: Relation = SQLModel.metadata.tables["service_checks"]
