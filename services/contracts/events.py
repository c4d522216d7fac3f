"""What subscribers are sent, type by type: the shapes that docs, OpenAPI and JSON Schemas are made from.

Fields are added and never renamed, removed or given another meaning; what cannot be said so becomes a new type.
"""

from typing import Literal

from pydantic import BaseModel

from services.contracts import log_events, source_events, troubles
from services.contracts.article_events import (
    ArticleCreated,
    ArticleEventType,
    ArticleListed,
    ArticleMerged,
    ArticleMoved,
    ArticleRemoved,
    ArticleRestored,
    ArticleUpdated,
    ArticleWithdrawn,
)
from services.contracts.caller import Permission
from services.contracts.envelope import EventEnvelope
from services.contracts.log_events import CheckpointFacts, LogEventType
from services.contracts.source_events import (
    BlockedFacts,
    DriftedFacts,
    GapFacts,
    RecoveredFacts,
    RemovalFacts,
    SilentFacts,
    SourceEventType,
)
from services.contracts.troubles import ServiceFacts

PublicEventType = Literal[ArticleEventType, SourceEventType, LogEventType]
"""The types that are in the sequence: what `GET /events` shows to those who may know of it."""
SCOPES: dict[str, Permission] = {
    source_events.PREFIX: "sources",
    log_events.PREFIX: "log",
    troubles.SERVICE_PREFIX: "operate",
}
"""How types begin of which only keys with a scope of their own learn, and which scope that is."""


def event_scope(event_type: str) -> Permission | None:
    """The scope without which nobody learns of an event of this type; None where `read` will do."""
    return next((scope for prefix, scope in SCOPES.items() if event_type.startswith(prefix)), None)


class Endpoint(BaseModel):
    """Which endpoint."""

    id: int


class EndpointGivenUp(Endpoint):
    """Which endpoint was disabled, and why; not its address, which may hold a token."""

    description: str
    reason: str


class OneEndpoint(BaseModel):
    """What a test says."""

    endpoint: Endpoint


class OneEndpointGivenUp(BaseModel):
    """What is said of an endpoint that was disabled."""

    endpoint: EndpointGivenUp


class EndpointTest(EventEnvelope):
    """You asked for it. `sequence` is 0, because a test is no part of the sequence."""

    type: Literal["endpoint.test"]
    data: OneEndpoint


class EndpointDisabled(EventEnvelope):
    """Another endpoint of your key was given up. `sequence` is 0, because that is no part of the sequence."""

    type: Literal["endpoint.disabled"]
    data: OneEndpointGivenUp


class SourceSilent(EventEnvelope):
    """Nothing new has come from a source for longer than its rhythm explains."""

    type: Literal["source.silent"]
    data: SilentFacts


class SourceRecovered(EventEnvelope):
    """What an earlier event said of a source is over: `ended` is the type of that event."""

    type: Literal["source.recovered"]
    data: RecoveredFacts


class SourceBlocked(EventEnvelope):
    """A source keeps us out: one of its channels was read before and cannot be read now, or its pages are walled."""

    type: Literal["source.blocked"]
    data: BlockedFacts


class SourceGap(EventEnvelope):
    """A source shows pages that are not stored, each with its cause."""

    type: Literal["source.gap"]
    data: GapFacts


class SourceRemovals(EventEnvelope):
    """A source took down unusually many articles in a short time."""

    type: Literal["source.removals"]
    data: RemovalFacts


class SourceDrifted(EventEnvelope):
    """The pages of a source are built otherwise than before, and are read worse."""

    type: Literal["source.drifted"]
    data: DriftedFacts


class ServiceTrouble(EventEnvelope):
    """Something is wrong with the service itself. It goes to endpoints that name this type, of keys with the scope
    `operate`. `sequence` is 0, because it is no part of the sequence.
    """

    type: Literal["service.trouble"]
    data: ServiceFacts


class ServiceRecovered(EventEnvelope):
    """What an earlier `service.trouble` said is over, and has not come back for ten minutes. `sequence` is 0."""

    type: Literal["service.recovered"]
    data: ServiceFacts


class CheckpointSigned(EventEnvelope):
    """The transparency log has a new checkpoint. Keep it: whoever holds one finds out when anything from before it is
    changed. Only endpoints that name this type are sent it.
    """

    type: Literal["log.checkpoint"]
    data: CheckpointFacts


AnySourceFacts = SilentFacts | RecoveredFacts | BlockedFacts | GapFacts | RemovalFacts | DriftedFacts
AnyEvent = (
    ArticleCreated
    | ArticleUpdated
    | ArticleRemoved
    | ArticleRestored
    | ArticleMoved
    | ArticleMerged
    | ArticleWithdrawn
    | ArticleListed
    | SourceSilent
    | SourceRecovered
    | SourceBlocked
    | SourceGap
    | SourceRemovals
    | SourceDrifted
    | CheckpointSigned
)
"""Every event that is in the sequence."""
EVENTS: dict[str, type[EventEnvelope]] = {
    "article.created": ArticleCreated,
    "article.updated": ArticleUpdated,
    "article.removed": ArticleRemoved,
    "article.restored": ArticleRestored,
    "article.moved": ArticleMoved,
    "article.merged": ArticleMerged,
    "article.withdrawn": ArticleWithdrawn,
    "article.listed": ArticleListed,
    "endpoint.test": EndpointTest,
    "endpoint.disabled": EndpointDisabled,
    "source.silent": SourceSilent,
    "source.recovered": SourceRecovered,
    "source.blocked": SourceBlocked,
    "source.gap": SourceGap,
    "source.removals": SourceRemovals,
    "source.drifted": SourceDrifted,
    log_events.CHECKPOINT: CheckpointSigned,
    "service.trouble": ServiceTrouble,
    "service.recovered": ServiceRecovered,
}
"""Every type of event that there is."""
