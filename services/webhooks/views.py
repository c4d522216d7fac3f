"""What subscribers say and see over HTTP."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import BaseModel, Field, StringConstraints

from services.runtime.web import Storable
from services.webhooks.models import Attempt, Delivery, EventType

URL_LENGTH = 2_000

Url = Annotated[
    Storable,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=URL_LENGTH),
    Field(
        description="Where events are posted: https:// or http://, on an address that the operator allows.",
        examples=["https://example.org/hooks/news"],
    ),
]
Description = Annotated[Storable, StringConstraints(max_length=500)]
EventTypes = Annotated[list[EventType], Field(max_length=10, description="Which events; none named: all of them.")]
Source = Annotated[Storable, StringConstraints(min_length=1, max_length=200)]
Sources = Annotated[
    list[Source],
    Field(max_length=200, description="Which sources, by name, those to come among them; none named: all of them."),
]


class EndpointWanted(BaseModel, extra="forbid"):
    """An endpoint to be made."""

    url: Url
    description: Description = ""
    event_types: EventTypes = []
    sources: Sources = []


class EndpointChanged(BaseModel, extra="forbid"):
    """What is to be different; what is not named, or null, stays."""

    url: Url | None = None
    description: Description | None = None
    event_types: EventTypes | None = None
    sources: Sources | None = None
    state: Literal["active", "disabled"] | None = None


class EndpointView(BaseModel, from_attributes=True):
    """An endpoint, without its secret."""

    id: int
    url: str
    description: str
    event_types: list[str]
    sources: list[str]
    state: str
    reason: str | None = Field(description="Why it is disabled")
    created_at: datetime
    updated_at: datetime


class EndpointMade(EndpointView):
    """A new endpoint. `secret` is shown here and never again."""

    secret: str = Field(repr=False)


class Endpoints(BaseModel):
    """One page of the endpoints, the newest first."""

    endpoints: list[EndpointView]
    next: str | None


class AttemptView(BaseModel, from_attributes=True):
    """One try."""

    number: int
    at: datetime
    outcome: str = Field(description="delivered, gone, throttled, refused or unreachable")
    status: int | None = Field(description="The answer's status; null when there was no answer")
    milliseconds: int
    error: str | None
    response: str = Field(description="The first 4 KB of the answer")


class DeliveryView(BaseModel):
    """One event owed to the endpoint, and each attempt to bring it."""

    id: int
    event: str = Field(description="The webhook-id")
    type: str
    sequence: int
    state: str = Field(description="pending, delivered, failed or cancelled")
    created_at: datetime
    next_try: datetime | None
    delivered_at: datetime | None
    attempts: list[AttemptView]


class Deliveries(BaseModel):
    """One page of an endpoint's deliveries, the newest first."""

    deliveries: list[DeliveryView]
    next: str | None


class TestOrdered(BaseModel):
    """The delivery of the test event; the delivery log tells how it went."""

    delivery: int


def delivery_view(delivery: Delivery, event_type: str, sequence: int, attempts: list[Attempt]) -> DeliveryView:
    """A delivery as its subscriber sees it."""
    return DeliveryView(
        **delivery.model_dump(include={"id", "event", "state", "created_at", "next_try", "delivered_at"}),
        type=event_type,
        sequence=sequence,
        attempts=[AttemptView.model_validate(attempt) for attempt in attempts],
    )
