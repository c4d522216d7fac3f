"""The `webhooks` of the OpenAPI: what we ask of those who subscribe. Nothing here is ever called."""

from typing import Annotated

from fastapi import APIRouter, Body, Header
from pydantic import BaseModel, Field

from services.contracts.article_events import (
    ArticleCreated,
    ArticleListed,
    ArticleMerged,
    ArticleMoved,
    ArticleRemoved,
    ArticleRestored,
    ArticleUpdated,
    ArticleWithdrawn,
)
from services.contracts.event_examples import EXAMPLES, THIN_EXAMPLES
from services.contracts.events import (
    CheckpointSigned,
    EndpointDisabled,
    EndpointTest,
    ServiceRecovered,
    ServiceTrouble,
    SourceBlocked,
    SourceDrifted,
    SourceGap,
    SourceRecovered,
    SourceRemovals,
    SourceSilent,
)
from services.contracts.thin_events import (
    ThinArticleCreated,
    ThinArticleListed,
    ThinArticleMerged,
    ThinArticleMoved,
    ThinArticleRemoved,
    ThinArticleRestored,
    ThinArticleUpdated,
    ThinArticleWithdrawn,
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


def _one(name: str) -> object:
    return Body(examples=[EXAMPLES[name]])


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


@router.post("article.removed", status_code=204)
def article_removed(
    event: Annotated[ArticleRemoved | ThinArticleRemoved, _both("article.removed")], headers: Headers
) -> None:
    """The page of an article was taken down. Answer any 2xx within 15 seconds."""


@router.post("article.withdrawn", status_code=204)
def article_withdrawn(
    event: Annotated[ArticleWithdrawn | ThinArticleWithdrawn, _both("article.withdrawn")], headers: Headers
) -> None:
    """An operator has withdrawn an article: show it no more. It names the article, and says no word of it."""


@router.post("article.restored", status_code=204)
def article_restored(
    event: Annotated[ArticleRestored | ThinArticleRestored, _both("article.restored")], headers: Headers
) -> None:
    """The page of an article that was removed is back. Answer any 2xx within 15 seconds."""


@router.post("article.moved", status_code=204)
def article_moved(event: Annotated[ArticleMoved | ThinArticleMoved, _both("article.moved")], headers: Headers) -> None:
    """An article has another address. Answer any 2xx within 15 seconds."""


@router.post("article.merged", status_code=204)
def article_merged(
    event: Annotated[ArticleMerged | ThinArticleMerged, _both("article.merged")], headers: Headers
) -> None:
    """Two articles turned out to be one. Answer any 2xx within 15 seconds."""


@router.post("article.listed", status_code=204)
def article_listed(
    event: Annotated[ArticleListed | ThinArticleListed, _both("article.listed")], headers: Headers
) -> None:
    """A further source shows an article. Answer any 2xx within 15 seconds."""


@router.post("endpoint.test", status_code=204)
def endpoint_test(event: Annotated[EndpointTest, _one("endpoint.test")], headers: Headers) -> None:
    """You asked for it, and it is tried once."""


@router.post("endpoint.disabled", status_code=204)
def endpoint_disabled(event: Annotated[EndpointDisabled, _one("endpoint.disabled")], headers: Headers) -> None:
    """Another endpoint of your key was given up."""


@router.post("log.checkpoint", status_code=204)
def log_checkpoint(event: Annotated[CheckpointSigned, _one("log.checkpoint")], headers: Headers) -> None:
    """The transparency log has a new checkpoint. Needs the scope `log`, and an endpoint that names this type."""


@router.post("source.silent", status_code=204)
def source_silent(event: Annotated[SourceSilent, _one("source.silent")], headers: Headers) -> None:
    """A source is silent for longer than its rhythm explains. Needs the scope `sources`."""


@router.post("source.recovered", status_code=204)
def source_recovered(event: Annotated[SourceRecovered, _one("source.recovered")], headers: Headers) -> None:
    """What an earlier event said of a source is over. Needs the scope `sources`."""


@router.post("source.blocked", status_code=204)
def source_blocked(event: Annotated[SourceBlocked, _one("source.blocked")], headers: Headers) -> None:
    """A source keeps us out, wholly or in part. Needs the scope `sources`."""


@router.post("source.gap", status_code=204)
def source_gap(event: Annotated[SourceGap, _one("source.gap")], headers: Headers) -> None:
    """A source shows pages that are not stored. Needs the scope `sources`."""


@router.post("source.removals", status_code=204)
def source_removals(event: Annotated[SourceRemovals, _one("source.removals")], headers: Headers) -> None:
    """A source took down unusually many articles. Needs the scope `sources`."""


@router.post("source.drifted", status_code=204)
def source_drifted(event: Annotated[SourceDrifted, _one("source.drifted")], headers: Headers) -> None:
    """The pages of a source are built otherwise than before. Needs the scope `sources`."""


@router.post("service.trouble", status_code=204)
def service_trouble(event: Annotated[ServiceTrouble, _one("service.trouble")], headers: Headers) -> None:
    """Something is wrong with the service itself. Needs the scope `operate`."""


@router.post("service.recovered", status_code=204)
def service_recovered(event: Annotated[ServiceRecovered, _one("service.recovered")], headers: Headers) -> None:
    """Trouble of the service itself is over. Needs the scope `operate`."""
