"""The `webhooks` of the OpenAPI: what we ask of those who subscribe. Nothing here is ever called."""

from typing import Annotated

from fastapi import APIRouter, Body, Header
from pydantic import BaseModel, Field

from services.contracts.events import (
    EXAMPLES,
    THIN_EXAMPLES,
    ArticleCreated,
    ArticleUpdated,
    EndpointDisabled,
    EndpointTest,
    ThinArticleCreated,
    ThinArticleUpdated,
)

router = APIRouter(tags=["webhooks"])


class Sent(BaseModel):
    """What is said in front of each body: three headers of Standard Webhooks, and one of ours."""

    webhook_id: str = Field(description="The event, the same on each attempt: remember those you have handled.")
    webhook_timestamp: int = Field(description="When this attempt was made, in Unix seconds.")
    webhook_signature: str = Field(description="Over id, timestamp and body, as Standard Webhooks 1.0.0 says.")
    dateline_sequence: int = Field(
        ge=1, description="Which of this endpoint's deliveries it is, 1, 2, 3 … without a gap. Not signed."
    )


Headers = Annotated[Sent, Header()]


def _both(name: str) -> object:
    return Body(examples=[EXAMPLES[name], THIN_EXAMPLES[name]])


@router.post("article.created", status_code=204)
def article_created(
    event: Annotated[ArticleCreated | ThinArticleCreated, _both("article.created")], headers: Headers
) -> None:
    """An article that Dateline did not know. Answer any 2xx within 15 seconds."""


@router.post("article.updated", status_code=204)
def article_updated(
    event: Annotated[ArticleUpdated | ThinArticleUpdated, _both("article.updated")], headers: Headers
) -> None:
    """The words of an article changed. Answer any 2xx within 15 seconds."""


@router.post("endpoint.test", status_code=204)
def endpoint_test(event: Annotated[EndpointTest, Body(examples=[EXAMPLES["endpoint.test"]])], headers: Headers) -> None:
    """You asked for it, and it is tried once."""


@router.post("endpoint.disabled", status_code=204)
def endpoint_disabled(
    event: Annotated[EndpointDisabled, Body(examples=[EXAMPLES["endpoint.disabled"]])], headers: Headers
) -> None:
    """Another endpoint of your key was given up."""
