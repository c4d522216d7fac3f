"""What is remembered of subscriptions, and pushes until they are read."""

from datetime import datetime
from typing import Literal

from sqlalchemy import LargeBinary, Text
from sqlmodel import Field

from services.runtime.columns import Json
from services.runtime.database import Table, UtcDateTime

PushState = Literal["asked", "active", "refused", "broken"]
"""Asked of the hub; verified by it; refused by it, or never verified; active, but something did not come."""


class PushSubscription(Table, table=True):
    """What we asked the hub of a channel, and how that went."""

    __tablename__ = "push_subscriptions"

    id: int | None = Field(default=None, primary_key=True)
    channel: int = Field(unique=True)
    hub: str = Field(sa_type=Text)
    topic: str = Field(sa_type=Text)
    token: str = Field(unique=True)
    """The last part of the callback's address; who knows it may only bring what the secret signs."""
    sealed_secret: str
    """What a push must be signed with, as `runtime.sealing` writes it down."""
    state: str = "asked"
    detail: str | None = Field(default=None, sa_type=Text)
    asked_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    verified_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    lease_until: datetime | None = Field(default=None, sa_type=UtcDateTime)
    pushed_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    """When something was pushed last, since it was verified."""
    doubted_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    lost_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    """Since when people are told that nothing is pushed any more."""
    doubted: list[str] = Field(default_factory=list, sa_type=Json(list, derived=True))
    """Pages that a look found before they were pushed, and since when they are waited for."""


class Push(Table, table=True):
    """What a hub brought, until the fetcher has read it."""

    __tablename__ = "pushes"
    __table_args__ = ({"sqlite_autoincrement": True},)

    id: int | None = Field(default=None, primary_key=True)
    channel: int = Field(index=True)
    content_type: str = ""
    body: bytes = Field(sa_type=LargeBinary)
    pushed_at: datetime = Field(sa_type=UtcDateTime)
