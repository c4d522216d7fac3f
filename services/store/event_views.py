"""Events as the store shows them: those of all sources in their order, and those of one article."""

from datetime import datetime

from pydantic import BaseModel, ConfigDict, JsonValue

from services.contracts.article_events import ArticleEventType, ArticleFacts, StatusFacts
from services.contracts.envelope import EventEnvelope
from services.contracts.event_examples import EXAMPLES
from services.contracts.events import AnySourceFacts
from services.contracts.log_events import CheckpointFacts, LogEventType
from services.contracts.messages import Cause
from services.contracts.source_events import SourceEventType
from services.store.views import View

PULLED: dict[str, JsonValue] = {"id": "evt_ge2dinzthe3tqnbvgyzto", "cause": "live", "announced": True}


class EventView(EventEnvelope):
    """A fact, in the order in which facts were written: what webhooks send, after three members in front."""

    model_config = ConfigDict(json_schema_extra={"examples": [PULLED | EXAMPLES["article.updated"]]})

    id: str
    cause: Cause
    announced: bool
    type: ArticleEventType
    data: ArticleFacts | StatusFacts


class SourceEventView(EventEnvelope):
    """What happened to a source, in the same order. It is part of no article, so it has no cause."""

    model_config = ConfigDict(json_schema_extra={"examples": [PULLED | EXAMPLES["source.blocked"] | {"cause": None}]})

    id: str
    cause: None = None
    announced: bool
    type: SourceEventType
    data: AnySourceFacts


class LogEventView(EventEnvelope):
    """What happened to the transparency log, in the same order. It is part of no article, so it has no cause."""

    model_config = ConfigDict(json_schema_extra={"examples": [PULLED | EXAMPLES["log.checkpoint"] | {"cause": None}]})

    id: str
    cause: None = None
    announced: bool
    type: LogEventType
    data: CheckpointFacts


class ArticleEvent(View):
    """An event of one article, without its body: what happened, when, and whether endpoints were told."""

    model_config = ConfigDict(
        from_attributes=True,
        json_schema_extra={
            "examples": [
                {
                    "id": "evt_ge2dinzthe3tqnbvgyzto",
                    "sequence": 4711,
                    "type": "article.updated",
                    "occurred_at": "2026-03-02T15:04:05Z",
                    "announced": True,
                    "cause": "live",
                    "changed": ["body"],
                }
            ]
        },
    )

    id: str
    sequence: int
    type: str
    occurred_at: datetime
    announced: bool
    cause: Cause | None
    changed: list[str]


class ArticleEvents(BaseModel):
    """What happened to one article, the latest first."""

    events: list[ArticleEvent]


class EventPage(BaseModel):
    """Events in their order. Ask again `after` = `next`, at once or a month later, and none is missed."""

    events: list[EventView | SourceEventView | LogEventView]
    next: int
