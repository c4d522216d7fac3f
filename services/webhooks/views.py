"""The responses of the webhooks API."""

from datetime import datetime
from typing import Any

from pydantic import BaseModel, Field

from services.contracts.choices import EndpointKind
from services.webhooks.condition import Condition, condition
from services.webhooks.filters import is_about_article
from services.webhooks.models import Attempt, Delivery, Endpoint

MASK = "***"


class EndpointView(Condition, from_attributes=True):
    """An endpoint, without its secret. Of your own headers it has only the names."""

    id: int
    key: int = Field(description="The number of the key that it belongs to")
    kind: str = Field(description="webhook, or how people are reached: email, slack, …")
    url: str = Field(description="Where to; masked where it is people who are reached")
    description: str
    event_types: list[str]
    filter: dict[str, Any]
    sources: bool = Field(description="Whether it is sent events about sources: its key has that scope")
    log: bool = Field(description="Whether it may be sent events about the transparency log: its key has that scope")
    payload: str
    rate: float | None
    digest: dict[str, str] | None = Field(description="When what is owed is sent together; null: each event at once")
    confirmed_at: datetime | None = Field(description="When the recipient confirmed it; null where none has to")
    headers: dict[str, str]
    metadata: dict[str, str]
    created_at: datetime
    updated_at: datetime
    last_sequence: int = Field(description="The number of its last delivery")
    old_secret_until: datetime | None = Field(description="Until when the secret before the present one signs as well")


class EndpointKindView(BaseModel):
    """A kind of endpoint: a webhook, or how people are reached."""

    kind: EndpointKind
    trouble: str | None = Field(description="Why none can be made here yet, and what to set; null where one can")


class EndpointMade(EndpointView):
    """A new endpoint. `secret` is shown here and never again; null where people are reached, and nothing is signed."""

    secret: str | None = Field(repr=False)


class Endpoints(BaseModel):
    """One page of the endpoints, the newest first."""

    endpoints: list[EndpointView]
    next: str | None


class Rotated(BaseModel):
    """The new secret, shown here and never again."""

    secret: str = Field(repr=False)
    old_secret_until: datetime | None


class EndpointHealth(Condition):
    """How an endpoint is: what it is owed, and how its last attempts went."""

    pending: int
    delivered: int
    failed: int
    oldest_pending: datetime | None
    next_try: datetime | None


class AttemptView(BaseModel, from_attributes=True):
    """One try."""

    number: int
    at: datetime
    outcome: str = Field(description="delivered, gone, throttled, refused, rejected, unreachable or postponed")
    status: int | None = Field(description="The answer's status, null when there was no answer")
    milliseconds: int
    error: str | None
    request: dict[str, str] = Field(description="The headers sent; the signature and your own values are masked")
    response: str = Field(description="The first 4 KB of the answer")


class DeliveryView(BaseModel):
    """One event owed to the endpoint, and each attempt to bring it."""

    id: int
    sequence: int = Field(description="The dateline-sequence: which of the endpoint's deliveries it is")
    event: str = Field(description="The webhook-id")
    type: str
    article: str | None = Field(description="Null for an event that is about no article")
    headline: str = Field(
        description="Of its article, as it was then, or what happened to its source; empty for others"
    )
    matched: list[str] = Field(description="Why it is sent: which conditions of the filter held, and by which value")
    state: str = Field(description="pending, delivered, failed or cancelled")
    created_at: datetime
    next_try: datetime | None
    delivered_at: datetime | None
    attempts: list[AttemptView]


class Deliveries(BaseModel):
    """One page of an endpoint's deliveries, the newest first."""

    deliveries: list[DeliveryView]
    next: str | None


class ArticleDelivery(BaseModel, from_attributes=True):
    """A delivery of an event about one article, to whichever endpoint."""

    id: int
    endpoint: int
    url: str = Field(description="Of the endpoint")
    description: str = Field(description="Of the endpoint")
    sequence: int = Field(description="The dateline-sequence: which of the endpoint's deliveries it is")
    event: str = Field(description="The webhook-id")
    type: str
    state: str = Field(description="pending, delivered, failed or cancelled")
    created_at: datetime
    delivered_at: datetime | None
    attempts: int


class ArticleDeliveries(BaseModel):
    """What was sent of one article, and where to, the newest first."""

    deliveries: list[ArticleDelivery]


class DeliveryInFull(DeliveryView):
    """The same with the body that was sent."""

    body: dict[str, Any]


class TestOrdered(BaseModel):
    """The delivery of the test event; the delivery log tells how it went."""

    delivery: int


class Retried(BaseModel):
    """How many deliveries waited and are due now."""

    deliveries: int


class Replayed(BaseModel):
    """How many deliveries are brought again, or would be."""

    deliveries: int
    dry_run: bool


class Pulled(BaseModel):
    """One delivery, as it was or will be pushed: `body` is what is sent, to the byte, and `matched` why."""

    sequence: int
    id: str
    matched: list[str]
    body: dict[str, Any]


class PulledPage(BaseModel):
    """Deliveries in the order of their numbers; ask again `after` = `next`. `first` is the first that is still kept."""

    events: list[Pulled]
    next: int
    first: int | None


class Judged(BaseModel):
    """Whether an event would have been sent, and if not, why."""

    event: str
    type: str
    source: str
    headline: str
    at: datetime
    matches: bool
    why: list[str]
    why_not: list[str]


class FilterPreview(BaseModel):
    """The last events, the newest first."""

    judged: int
    matching: int
    events: list[Judged]


def endpoint_view(endpoint: Endpoint, now: datetime) -> EndpointView:
    """An endpoint as its owner sees it."""
    own = endpoint.model_dump(exclude={"metadata"})
    return EndpointView.model_validate(
        own
        | {
            "key": endpoint.owner,
            "headers": dict.fromkeys(endpoint.header_names, MASK),
            "metadata": endpoint.labels,
            "old_secret_until": endpoint.previous_until,
        }
        | condition(endpoint, now).model_dump()
    )


def delivery_view(delivery: Delivery, event_type: str, headline: str, attempts: list[Attempt]) -> DeliveryView:
    """A delivery as its subscriber sees it."""
    return DeliveryView(
        **delivery.model_dump(exclude={"attempts", "article", "matched"}),
        matched=delivery.matched or [],
        article=delivery.article if is_about_article(event_type) else None,
        type=event_type,
        headline=headline,
        attempts=[AttemptView.model_validate(attempt) for attempt in attempts],
    )
