"""The `webhooks` of the OpenAPI: what we ask of those who subscribe. Nothing here is ever called."""

from typing import Annotated

from fastapi import APIRouter, Body, Header

from services.contracts.events import EXAMPLES, ArticleCreated, ArticleUpdated, EndpointDisabled, EndpointTest

router = APIRouter(tags=["webhooks"])

EventId = Annotated[
    str, Header(alias="webhook-id", description="The event, the same on each attempt: remember those you have handled.")
]
Timestamp = Annotated[
    int, Header(alias="webhook-timestamp", description="When this attempt was made, in Unix seconds.")
]
Signature = Annotated[
    str, Header(alias="webhook-signature", description="Over id, timestamp and body, as Standard Webhooks 1.0.0 says.")
]


@router.post("article.created", status_code=204)
def article_created(
    event: Annotated[ArticleCreated, Body(examples=[EXAMPLES["article.created"]])],
    webhook_id: EventId,
    webhook_timestamp: Timestamp,
    webhook_signature: Signature,
) -> None:
    """An article that Dateline did not know. Answer any 2xx within 15 seconds."""


@router.post("article.updated", status_code=204)
def article_updated(
    event: Annotated[ArticleUpdated, Body(examples=[EXAMPLES["article.updated"]])],
    webhook_id: EventId,
    webhook_timestamp: Timestamp,
    webhook_signature: Signature,
) -> None:
    """The words of an article changed. Answer any 2xx within 15 seconds."""


@router.post("endpoint.test", status_code=204)
def endpoint_test(
    event: Annotated[EndpointTest, Body(examples=[EXAMPLES["endpoint.test"]])],
    webhook_id: EventId,
    webhook_timestamp: Timestamp,
    webhook_signature: Signature,
) -> None:
    """You asked for it; it is tried once."""


@router.post("endpoint.disabled", status_code=204)
def endpoint_disabled(
    event: Annotated[EndpointDisabled, Body(examples=[EXAMPLES["endpoint.disabled"]])],
    webhook_id: EventId,
    webhook_timestamp: Timestamp,
    webhook_signature: Signature,
) -> None:
    """Another endpoint of your key was given up."""
