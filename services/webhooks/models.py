"""What webhooks remember: who wants to be told, what is to be told, what is owed to whom, and each try."""

from datetime import datetime
from typing import Literal

from sqlalchemy import JSON, Column, Index, LargeBinary, Text, UniqueConstraint
from sqlalchemy import Table as Relation
from sqlmodel import Field, SQLModel

from services.runtime.database import Table, UtcDateTime

EventType = Literal["article.created", "article.updated"]
TEST = "endpoint.test"
"""The type of the event that only says "it works"; it is sent on request, tried once and has no sequence."""

EndpointState = Literal["active", "disabled", "deleted"]
DeliveryState = Literal["pending", "delivered", "failed", "cancelled"]
Outcome = Literal["delivered", "gone", "throttled", "refused", "unreachable"]
"""How one attempt ended: 2xx, 410, "later please", any other answer, no answer at all."""


class Endpoint(Table, table=True):
    """A subscriber's address and secret, and what they want to hear of: an empty list means everything."""

    __tablename__ = "endpoints"
    __table_args__ = (Index("endpoints_by_owner", "owner", "id"),)

    id: int | None = Field(default=None, primary_key=True)
    owner: int
    """The id of the API key that made it."""
    url: str = Field(sa_type=Text)
    description: str = ""
    event_types: list[str] = Field(sa_column=Column(JSON, nullable=False))
    sources: list[str] = Field(sa_column=Column(JSON, nullable=False))
    sealed_secret: str = Field(repr=False)
    """The secret, encrypted with the installation's key."""
    state: str = "active"
    reason: str | None = Field(default=None, sa_type=Text)
    """Why it is disabled: one sentence."""
    created_at: datetime = Field(sa_type=UtcDateTime)
    updated_at: datetime = Field(sa_type=UtcDateTime)


class Announcement(Table, table=True):
    """An event as it is sent: once for all endpoints, its bytes frozen."""

    __tablename__ = "announcements"

    event: str = Field(primary_key=True)
    sequence: int
    type: str
    source: str
    article: str | None = Field(default=None, index=True)
    """Deliveries of one article to one endpoint keep their order."""
    body: bytes = Field(sa_type=LargeBinary, repr=False)
    occurred_at: datetime = Field(sa_type=UtcDateTime)
    announced_at: datetime = Field(sa_type=UtcDateTime)


class Delivery(Table, table=True):
    """One event owed to one endpoint."""

    __tablename__ = "deliveries"
    __table_args__ = (
        UniqueConstraint("event", "endpoint"),
        Index("deliveries_by_endpoint", "endpoint", "id"),
        Index("deliveries_by_state", "state", "endpoint"),
    )

    id: int | None = Field(default=None, primary_key=True)
    event: str = Field(foreign_key="announcements.event")
    endpoint: int = Field(foreign_key="endpoints.id")
    state: str = "pending"
    attempts: int = 0
    """How many were made."""
    next_try: datetime | None = Field(default=None, sa_type=UtcDateTime)
    """While it is pending."""
    created_at: datetime = Field(sa_type=UtcDateTime)
    delivered_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class Attempt(Table, table=True):
    """One try of a delivery, and what came of it."""

    __tablename__ = "attempts"
    __table_args__ = (UniqueConstraint("delivery", "number"),)

    id: int | None = Field(default=None, primary_key=True)
    delivery: int = Field(foreign_key="deliveries.id")
    number: int
    at: datetime = Field(sa_type=UtcDateTime)
    status: int | None = None
    milliseconds: int
    response: str = Field(default="", sa_type=Text)
    """The first 4 KB of the answer."""
    error: str | None = Field(default=None, sa_type=Text)
    outcome: str


endpoints: Relation = SQLModel.metadata.tables["endpoints"]
announcements: Relation = SQLModel.metadata.tables["announcements"]
deliveries: Relation = SQLModel.metadata.tables["deliveries"]
attempts: Relation = SQLModel.metadata.tables["attempts"]
