"""What webhooks remember: who wants to be told, what is owed to whom, and each try."""

from datetime import datetime
from typing import Any, Literal

from sqlalchemy import (
    DDL,
    JSON,
    Boolean,
    Column,
    ColumnElement,
    Index,
    Select,
    String,
    Text,
    UniqueConstraint,
    event,
    false,
    select,
    text,
)
from sqlalchemy import Table as Relation
from sqlmodel import Field, SQLModel

from services.contracts.events import PublicEventType
from services.contracts.troubles import ServiceEventType
from services.runtime.database import Table, UtcDateTime
from services.runtime.events import tables  # noqa: F401 - what a delivery refers to

EventType = Literal[PublicEventType, ServiceEventType, "endpoint.disabled"]
TEST = "endpoint.test"
"""The type of the event that only says "it works"; it is sent on request and tried once, whatever one subscribes to."""
DISABLED = "endpoint.disabled"
"""The type of the event that tells a key's other endpoints of one that was given up."""

CONFIRMATION = "endpoint.confirmation"
"""The type of the event that asks people whether they want to be notified at all; nothing else is sent before."""

EndpointState = Literal["active", "disabled", "unconfirmed", "unsubscribed", "deleted"]
LISTENING: tuple[EndpointState, ...] = ("active", "disabled")
"""The states in which events are owed to an endpoint."""
SERVED: tuple[EndpointState, ...] = ("active", "unconfirmed")
"""The states in which something may be sent to it: before it is confirmed, only the wish that it be."""
Outcome = Literal["delivered", "gone", "throttled", "refused", "rejected", "unreachable", "postponed"]
"""How one attempt ended: 2xx, 410, "later please", any other answer, this message never, no answer at all; or something
of our own was in the way, and the endpoint was not reached for.
"""

_PENDING = text("state = 'pending'")


class Endpoint(Table, table=True):
    """A subscriber's address and secret, what they want to hear of, and how it has been of late."""

    __tablename__ = "endpoints"
    __table_args__ = (Index("endpoints_by_owner", "owner", "id"),)

    id: int | None = Field(default=None, primary_key=True)
    owner: int
    """The id of the API key that made it."""
    kind: str = Field(default="webhook", sa_column=Column(String, nullable=False, server_default="webhook"))
    url: str = Field(sa_type=Text, repr=False)
    """Where to. That of people is masked: what opens their channel is in the secret."""
    description: str = ""
    event_types: list[str] = Field(sa_column=Column(JSON, nullable=False))
    """Patterns; none means everything."""
    filter: dict[str, Any] = Field(sa_column=Column(JSON, nullable=False))
    """The conditions that are named; none lets everything through."""
    sources: bool = Field(default=False, sa_column=Column(Boolean, nullable=False, server_default=false()))
    """Whether its key has the scope `sources`: without it, no event about a source is sent."""
    log: bool = Field(default=False, sa_column=Column(Boolean, nullable=False, server_default=false()))
    """Whether its key has the scope `log`: without it, no event about the transparency log is sent."""
    operate: bool = Field(default=False, sa_column=Column(Boolean, nullable=False, server_default=false()))
    """Whether its key has the scope `operate`: without it, no event about the service itself is sent."""
    payload: str = "full"
    rate: float | None = None
    """The most events a second."""
    labels: dict[str, str] = Field(sa_column=Column(JSON, nullable=False))
    """The owner's metadata."""
    header_names: list[str] = Field(sa_column=Column(JSON, nullable=False))
    sealed_headers: str = Field(default="", repr=False, sa_type=Text)
    """The owner's headers as JSON, encrypted like the secret, because they may hold one; empty when there are none."""
    sealed_secret: str = Field(repr=False)
    """What signs; or, for people, what opens their channel, as JSON. Encrypted with the installation's key."""
    sealed_previous: str = Field(default="", repr=False)
    """The secret before the last rotation, which signs as well until `previous_until`."""
    previous_until: datetime | None = Field(default=None, sa_type=UtcDateTime)
    state: str = "active"
    reason: str | None = Field(default=None, sa_type=Text)
    """Why it is disabled: one sentence."""
    created_at: datetime = Field(sa_type=UtcDateTime)
    updated_at: datetime = Field(sa_type=UtcDateTime)
    """When its owner last changed it."""
    last_sequence: int = 0
    """The number of its last delivery. Whoever makes a delivery holds this row until the commit."""
    failures: int = 0
    """Attempts in a row that failed."""
    failing_since: datetime | None = Field(default=None, sa_type=UtcDateTime)
    not_before: datetime | None = Field(default=None, sa_type=UtcDateTime)
    """Nothing is sent before: it asked for patience, failed too often, or has had its share of the second."""
    last_error: str | None = Field(default=None, sa_type=Text)
    """Why the last attempt failed: one sentence. None once one has succeeded."""
    last_status: int | None = None
    """What it answered to that attempt; None when there was no answer."""
    woken_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    """When somebody last asked that it be tried at once: an attempt made before is no reason to wait any more."""
    ends_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    """When the key that made it expires: nothing is sent from then on."""
    digest: dict[str, Any] | None = Field(default=None, sa_column=Column(JSON(none_as_null=True)))
    """When what is owed is sent together; None: each event at once."""
    confirmed_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    """When the recipient confirmed it; None for one that does not, or did not, or has unsubscribed since."""
    confirmation: str | None = None
    """The digest of the token that confirms it until `confirmation_until`."""
    confirmation_until: datetime | None = Field(default=None, sa_type=UtcDateTime)
    unsubscription: str | None = None
    """The digest of the token that ends it: each of its mails has it."""


class Delivery(Table, table=True):
    """One event owed to one endpoint."""

    __tablename__ = "deliveries"
    __table_args__ = (
        UniqueConstraint("event", "endpoint"),
        UniqueConstraint("endpoint", "sequence"),
        Index("deliveries_by_state", "state", "endpoint"),
        Index("deliveries_by_time", "created_at", "id"),
        Index("deliveries_owed", "endpoint", "rank", "sequence", sqlite_where=_PENDING, postgresql_where=_PENDING),
        Index(
            "deliveries_in_line", "endpoint", "article", "sequence", sqlite_where=_PENDING, postgresql_where=_PENDING
        ),
    )

    id: int | None = Field(default=None, primary_key=True)
    event: str = Field(foreign_key="events.id")
    endpoint: int = Field(foreign_key="endpoints.id")
    sequence: int
    """Which of the endpoint's deliveries it is: 1, 2, 3 … without a gap, in event order for each article."""
    article: str | None = None
    """Deliveries of one article to one endpoint keep their order; of one source, too (`source/` and its name)."""
    payload: str = "full"
    rank: int = 1
    """What goes first: 0 a test, 1 the news, 2 what a re-ingestion found."""
    state: str = "pending"
    attempts: int = 0
    """How many were made."""
    tries: int = 0
    """How many of them count in the schedule: those since it was last begun."""
    next_try: datetime | None = Field(default=None, sa_type=UtcDateTime)
    """While it is pending."""
    digest_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    """Which digest it is a part of: all with the same time are sent together. None: it is sent alone."""
    matched: list[str] | None = Field(default=None, sa_column=Column(JSON(none_as_null=True)))
    """Why it is sent: the conditions that held, each with the value that did; none where the endpoint has no filter."""
    created_at: datetime = Field(sa_type=UtcDateTime)
    delivered_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class Recipient(Table, table=True):
    """An article that was sent to an endpoint: what becomes of it goes there as well."""

    __tablename__ = "recipients"
    __table_args__ = (Index("recipients_by_endpoint", "endpoint"),)

    article: str = Field(primary_key=True)
    endpoint: int = Field(primary_key=True, foreign_key="endpoints.id", sa_column_kwargs={"autoincrement": False})


class Attempt(Table, table=True):
    """One try of a delivery, and what came of it."""

    __tablename__ = "attempts"
    __table_args__ = (
        UniqueConstraint("delivery", "number"),
        # With all that is counted, so that how an endpoint was served is told without reading its attempts.
        Index("attempts_by_endpoint", "endpoint", "at", "outcome", "milliseconds", "status"),
    )

    id: int | None = Field(default=None, primary_key=True)
    delivery: int = Field(foreign_key="deliveries.id")
    number: int
    endpoint: int | None = None
    """The delivery's; none in a row from before it was written down."""
    at: datetime = Field(sa_type=UtcDateTime)
    request: dict[str, str] = Field(sa_column=Column(JSON, nullable=False))
    """The headers that were sent; signature and the owner's own are masked."""
    status: int | None = None
    milliseconds: int
    response: str = Field(default="", sa_type=Text)
    """The first 4 KB of the answer."""
    error: str | None = Field(default=None, sa_type=Text)
    outcome: str


endpoints: Relation = SQLModel.metadata.tables["endpoints"]
deliveries: Relation = SQLModel.metadata.tables["deliveries"]
recipients: Relation = SQLModel.metadata.tables["recipients"]
attempts: Relation = SQLModel.metadata.tables["attempts"]


# Not in the models' words; migrations make the same.
_REMEMBER = {
    "sqlite": (
        """CREATE TRIGGER deliveries_remember AFTER INSERT ON deliveries WHEN substr(NEW.article, 1, 4) = 'art_' BEGIN
            INSERT OR IGNORE INTO recipients (article, endpoint) VALUES (NEW.article, NEW.endpoint);
        END""",
    ),
    "postgresql": (
        """CREATE OR REPLACE FUNCTION remember_recipients() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
            INSERT INTO recipients (article, endpoint)
            SELECT DISTINCT article, endpoint FROM made WHERE substr(article, 1, 4) = 'art_'
            ON CONFLICT DO NOTHING;
            RETURN NULL;
        END $$""",
        """CREATE TRIGGER deliveries_remember AFTER INSERT ON deliveries REFERENCING NEW TABLE AS made
        FOR EACH STATEMENT EXECUTE FUNCTION remember_recipients()""",
    ),
}
for _dialect, _statements in _REMEMBER.items():
    for _statement in _statements:
        _ddl = DDL(_statement)  # type: ignore[no-untyped-call]  # the library left it without types
        event.listen(deliveries, "after_create", _ddl.execute_if(dialect=_dialect))


def locked(*conditions: ColumnElement[bool]) -> Select[tuple[int]]:
    """Locks the endpoints of these conditions until the commit, and gives their ids.

    All who lock several do so in the order of their ids, so that no two wait for each other.
    """
    return select(endpoints.c.id).where(*conditions).order_by(endpoints.c.id).with_for_update()
