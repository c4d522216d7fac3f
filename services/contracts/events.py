"""What subscribers are sent, type by type: the shapes that docs, OpenAPI and JSON Schemas are made from.

Fields are added and never renamed, removed or given another meaning; what cannot be said so becomes a new type.
"""

from datetime import datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, JsonValue
from pydantic.json_schema import SkipJsonSchema

from services.contracts import log_events, source_events, troubles
from services.contracts.article import (
    Address,
    Article,
    ArticleKind,
    ArticleStatus,
    Evidence,
    ReadFrom,
    Removed,
    When,
)
from services.contracts.caller import Permission
from services.contracts.changes import ArticleChange, Fact, Grade
from services.contracts.files import FileChange
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
from services.contracts.troubles import RECOVERED, TROUBLE, ServiceFacts

ArticleEventType = Literal[
    "article.created",
    "article.updated",
    "article.removed",
    "article.restored",
    "article.moved",
    "article.merged",
    "article.withdrawn",
    "article.listed",
]
LISTED = "article.listed"
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


LINE: dict[str, JsonValue] = {
    "id": "art_mfrggzdfmztwq2lk",
    "url": "https://www.army.example/News/Article/1234567/bridge-reopens/",
    "source": "army-news",
    "kind": "news",
    "headline": "Engineers Reopen Bridge After Flood",
    "published_at": "2026-03-02",
    "revision": 2,
    "first_seen": "2026-03-02T14:30:00Z",
    "updated": "2026-03-02T15:04:05Z",
    "status": "live",
    "status_since": None,
    "status_looks": 0,
}
"""The sample article in a list, and what is in front of its words everywhere."""
WORDS: dict[str, JsonValue] = {
    "canonical_url": LINE["url"],
    "article_key": "afpims/army.example:1234567",
    "layout": "afpims",
    "dek": "Traffic is moving again.",
    "byline": [{"name": "Army Sgt. Pat Doe", "affiliation": "Example News"}],
    "dateline": "SPRINGFIELD",
    "published_evidence": "span.date",
    "body": [{"kind": "paragraph", "text": "The bridge reopened at dawn, 41 hours after the water rose."}],
    "images": [
        {
            "url": "https://media.example/bridge.jpg",
            "title": "Bridge",
            "caption": "Soldiers clear the last of the debris.",
            "credit": "Army photo by Spc. Sam Roe",
            "photographer": "Spc. Sam Roe",
            "virin": "260302-A-AB123-001",
            "taken_on": "2026-03-02",
            "service": "Army",
            "vision_id": "AB123",
            "alt": "Soldiers on a bridge",
        }
    ],
    "tags": ["engineers"],
    "links": [{"text": "flood report", "url": "https://www.army.example/flood/"}],
    "same_story": None,
    "sources": [LINE["source"]],
}
"""What the sample article says."""


class ArticleView(Article):
    """The clean article as it stands, as the API shows it and as events carry it: without what was removed."""

    model_config = ConfigDict(json_schema_extra={"examples": [LINE | WORDS]})

    id: str
    source: str
    """The source that showed it first."""
    sources: tuple[str, ...] = ()
    """All sources that have shown it so far, that one in front."""
    revision: int
    first_seen: datetime
    updated: datetime
    status: ArticleStatus = "live"
    """What became of its page."""
    status_since: datetime | None = None
    """When that began; null while the page has always been there."""
    status_looks: int = 0
    """How many looks in a row have shown it, where the page is not there or is blocked."""
    truncated: bool = False
    """Whether the page holds more than an article may."""
    read_from: ReadFrom | None = None
    """Where the body was, if the page does not show it: what it tells machines, or the data of its scripts."""
    continues_at: Address = None
    """The next page of an article that its site has cut into pages."""
    same_story: str | None = None
    """The id of the article that told the same story first, at another newsroom; its own, if others followed."""
    removed: SkipJsonSchema[tuple[Removed, ...]] = Field(default=(), exclude=True)


class ArticleFacts(BaseModel):
    """What happened to an article: how it reads now, which revision it had before, and which fields changed.

    `change` weighs what changed and shows it word by word; it is null for a new article. `files` are attachments or
    pictures that were replaced under their address, where `changed` names `attachments`.
    """

    article: ArticleView
    previous_revision: int | None
    changed: tuple[str, ...]
    change: ArticleChange | None = None
    files: tuple[FileChange, ...] = ()


class StatusFacts(BaseModel):
    """What became of an article's page: the article in its last wording, its status before, and what shows it."""

    article: ArticleView
    previous_status: ArticleStatus
    evidence: tuple[Evidence, ...]


class SiteMove(BaseModel):
    """The move of a whole site that an operator ordered: from which host to which."""

    old: str
    new: str


class MovedFacts(ArticleFacts):
    """The same of an article that has another address now.

    `site_move` names the move of a whole site that this is a part of, so that all of it can be shown as one notice.
    """

    previous_url: str
    site_move: SiteMove | None = None


class MergedArticle(BaseModel):
    """The article that turned out to be another one: its wordings stay at `/articles/{id}/revisions`."""

    id: str
    url: str | None
    source: str
    headline: str
    revision: int


class MergedFacts(ArticleFacts):
    """Two articles turned out to be one: `article` is the one that stays, `merged` the one that leads to it now."""

    merged: MergedArticle


class WithdrawnFacts(StatusFacts):
    """An operator hides the article. It is named, and no word of it is said; `reason` is the operator's."""

    reason: str | None = None


class ListedFacts(BaseModel):
    """Which further source shows an article, and how the article reads now."""

    article: ArticleView
    by: str


class ThinArticle(BaseModel):
    """An article without its words, which `GET /articles/{id}` has."""

    id: str
    url: str
    source: str
    kind: ArticleKind
    headline: str
    published_at: When | None
    revision: int
    first_seen: datetime
    updated: datetime
    status: ArticleStatus = "live"
    status_since: datetime | None = None
    status_looks: int = 0


class ThinStatusFacts(BaseModel):
    """The same of an article without its words."""

    article: ThinArticle
    previous_status: ArticleStatus
    evidence: tuple[Evidence, ...]


class ThinWithdrawnFacts(ThinStatusFacts):
    """The same of a withdrawn article."""

    reason: str | None = None


class ThinListedFacts(BaseModel):
    """The same of an article without its words."""

    article: ThinArticle
    by: str


class ThinChange(BaseModel):
    """How much a change weighs, without its words, which `GET /articles/{id}/diff` has."""

    grade: Grade
    facts: tuple[Fact, ...] = ()
    returns_to: int | None = None


class ThinFacts(BaseModel):
    """The same of an article without its words."""

    article: ThinArticle
    previous_revision: int | None
    changed: tuple[str, ...]
    change: ThinChange | None = None
    files: tuple[FileChange, ...] = ()


class ThinMovedFacts(ThinFacts):
    """The same of an article without its words."""

    previous_url: str
    site_move: SiteMove | None = None


class ThinMergedFacts(ThinFacts):
    """The same of an article without its words."""

    merged: MergedArticle


class Told(BaseModel):
    """What every event says first; `sequence` numbers the events of an installation without a gap."""

    type: str
    timestamp: datetime
    sequence: int


class ArticleCreated(Told):
    """An article that Dateline did not know. `previous_revision` is null."""

    type: Literal["article.created"]
    data: ArticleFacts


class ArticleUpdated(Told):
    """The words of an article changed: `changed` names the fields, `previous_revision` the wording before."""

    type: Literal["article.updated"]
    data: ArticleFacts


class ArticleRemoved(Told):
    """The page of an article was taken down: several looks over a day or more did not find it, and nothing else
    explains that. `evidence` names the captured answers.
    """

    type: Literal["article.removed"]
    data: StatusFacts


class ArticleWithdrawn(Told):
    """An operator has withdrawn an article: show it no more. The words are gone from its earlier events, too, which
    say `"withdrawn": true`, or `"erased": true` after an erasure.
    """

    type: Literal["article.withdrawn"]
    data: WithdrawnFacts


class ArticleRestored(Told):
    """The page of an article that was removed is back, or an operator has restored a withdrawn article."""

    type: Literal["article.restored"]
    data: StatusFacts


class ArticleMoved(Told):
    """An article has another address, at `previous_url` until now. What it says is told by `article.updated`."""

    type: Literal["article.moved"]
    data: MovedFacts


class ArticleMerged(Told):
    """Two articles turned out to be one. Forget `merged`, whose id leads to `article` from now on."""

    type: Literal["article.merged"]
    data: MergedFacts


class ThinArticleMoved(Told):
    """The same, to an endpoint whose `payload` is `thin`: without the words of the article."""

    type: Literal["article.moved"]
    data: ThinMovedFacts


class ThinArticleMerged(Told):
    """The same, to an endpoint whose `payload` is `thin`: without the words of the article."""

    type: Literal["article.merged"]
    data: ThinMergedFacts


class ArticleListed(Told):
    """A further source shows an article that was announced before. Only endpoints that name this source in their
    filter, or this type, are sent it.
    """

    type: Literal["article.listed"]
    data: ListedFacts


class ThinArticleListed(Told):
    """The same, to an endpoint whose `payload` is `thin`: without the words of the article."""

    type: Literal["article.listed"]
    data: ThinListedFacts


class ThinArticleCreated(Told):
    """The same, to an endpoint whose `payload` is `thin`: without the words of the article."""

    type: Literal["article.created"]
    data: ThinFacts


class ThinArticleUpdated(Told):
    """The same, to an endpoint whose `payload` is `thin`: without the words of the article."""

    type: Literal["article.updated"]
    data: ThinFacts


class ThinArticleRemoved(Told):
    """The same, to an endpoint whose `payload` is `thin`: without the words of the article."""

    type: Literal["article.removed"]
    data: ThinStatusFacts


class ThinArticleWithdrawn(Told):
    """The same, to an endpoint whose `payload` is `thin`."""

    type: Literal["article.withdrawn"]
    data: ThinWithdrawnFacts


class ThinArticleRestored(Told):
    """The same, to an endpoint whose `payload` is `thin`: without the words of the article."""

    type: Literal["article.restored"]
    data: ThinStatusFacts


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


class EndpointTest(Told):
    """You asked for it. `sequence` is 0, because a test is no part of the sequence."""

    type: Literal["endpoint.test"]
    data: OneEndpoint


class EndpointDisabled(Told):
    """Another endpoint of your key was given up. `sequence` is 0, because that is no part of the sequence."""

    type: Literal["endpoint.disabled"]
    data: OneEndpointGivenUp


class SourceSilent(Told):
    """Nothing new has come from a source for longer than its rhythm explains."""

    type: Literal["source.silent"]
    data: SilentFacts


class SourceRecovered(Told):
    """What an earlier event said of a source is over: `ended` is the type of that event."""

    type: Literal["source.recovered"]
    data: RecoveredFacts


class SourceBlocked(Told):
    """A source keeps us out: one of its channels was read before and cannot be read now, or its pages are walled."""

    type: Literal["source.blocked"]
    data: BlockedFacts


class SourceGap(Told):
    """A source shows pages that are not stored, each with its cause."""

    type: Literal["source.gap"]
    data: GapFacts


class SourceRemovals(Told):
    """A source took down unusually many articles in a short time."""

    type: Literal["source.removals"]
    data: RemovalFacts


class SourceDrifted(Told):
    """The pages of a source are built otherwise than before, and are read worse."""

    type: Literal["source.drifted"]
    data: DriftedFacts


class ServiceTrouble(Told):
    """Something is wrong with the service itself. It goes to endpoints that name this type, of keys with the scope
    `operate`. `sequence` is 0, because it is no part of the sequence.
    """

    type: Literal["service.trouble"]
    data: ServiceFacts


class ServiceRecovered(Told):
    """What an earlier `service.trouble` said is over, and has not come back for ten minutes. `sequence` is 0."""

    type: Literal["service.recovered"]
    data: ServiceFacts


class CheckpointSigned(Told):
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

EVENTS: dict[str, type[Told]] = {
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
THIN: dict[str, type[Told]] = {
    "article.created": ThinArticleCreated,
    "article.updated": ThinArticleUpdated,
    "article.removed": ThinArticleRemoved,
    "article.restored": ThinArticleRestored,
    "article.moved": ThinArticleMoved,
    "article.merged": ThinArticleMerged,
    "article.withdrawn": ThinArticleWithdrawn,
    "article.listed": ThinArticleListed,
}
"""The types that have another shape when an endpoint's `payload` is `thin`."""


def _whole(line: dict[str, JsonValue]) -> JsonValue:
    shown: JsonValue = ArticleView.model_validate(line | WORDS).model_dump(mode="json")
    return shown


def _example(type_: str, sequence: int, data: JsonValue) -> dict[str, JsonValue]:
    return {"type": type_, "timestamp": "2026-03-02T15:04:05+00:00", "sequence": sequence, "data": data}


_FIRST = LINE | {"revision": 1, "first_seen": LINE["updated"]}
_REMOVED: dict[str, JsonValue] = {
    "status": "removed",
    "status_since": "2026-03-03T16:00:00Z",
    "status_looks": 5,
}
_RESTORED: dict[str, JsonValue] = {"status": "live", "status_since": "2026-03-09T08:00:00Z", "status_looks": 0}
_EVIDENCE: list[JsonValue] = [
    {
        "sign": "404",
        "detail": "www.army.example answered 404: there is no such page.",
        "fetched_at": "2026-03-03T16:00:00Z",
        "capture": "60303ae22b998861bce3b28f33eec1be758a213c86c93c076dbe9f558c11c752",
    }
]
_REASON = "It answered 410, Gone."
_WHY = "Names a witness."
_UNSAID: dict[str, JsonValue] = {
    "headline": "Withdrawn",
    "status": "withdrawn",
    "status_since": "2026-03-09T08:00:00Z",
    "status_looks": 0,
}
_NAMED: dict[str, JsonValue] = {name: value for name, value in LINE.items() if name != "published_at"} | _UNSAID


def _masked() -> JsonValue:
    shown: JsonValue = ArticleView.model_validate(_NAMED | {"layout": "afpims"}).model_dump(mode="json")
    return shown


_BEFORE = "https://www.army.example/News/Article/1234567/bridge-reopns/"
_MERGED: dict[str, JsonValue] = {
    "id": "art_onxw2zjaorsxq5bo",
    "url": "https://www.army.example/Stories/bridge-reopens/",
    "source": "army-news",
    "headline": LINE["headline"],
    "revision": 1,
}


_WEIGHED: dict[str, JsonValue] = {"grade": "facts", "facts": ["figures"], "returns_to": None}
_DIFF: list[JsonValue] = [
    {
        "field": "body",
        "pieces": [
            {"fate": "same", "text": "The bridge reopened at dawn, "},
            {"fate": "deleted", "text": "40"},
            {"fate": "inserted", "text": "41"},
            {"fate": "same", "text": " hours after the water rose."},
        ],
    }
]
CHANGE: dict[str, JsonValue] = _WEIGHED | {"diff": _DIFF, "truncated": False}
"""A change of the sample article, whole."""


def _examples(
    first: JsonValue,
    second: JsonValue,
    removed: JsonValue,
    restored: JsonValue,
    withdrawn: JsonValue,
    change: dict[str, JsonValue],
) -> dict[str, dict[str, JsonValue]]:
    created: dict[str, JsonValue] = {"article": first, "previous_revision": None, "changed": [], "change": None}
    updated: dict[str, JsonValue] = {"article": second, "previous_revision": 1, "changed": ["body"], "change": change}
    created["files"], updated["files"] = [], []
    gone: dict[str, JsonValue] = {"article": removed, "previous_status": "missing", "evidence": _EVIDENCE}
    back: dict[str, JsonValue] = {"article": restored, "previous_status": "removed", "evidence": []}
    same: dict[str, JsonValue] = {"article": second, "previous_revision": 2, "changed": [], "change": None}
    same["files"] = []
    moved = same | {"changed": ["url"], "previous_url": _BEFORE, "site_move": None}
    hidden: dict[str, JsonValue] = {"article": withdrawn, "previous_status": "live", "evidence": [], "reason": _WHY}
    return {
        "article.withdrawn": _example("article.withdrawn", 4711, hidden),
        "article.listed": _example("article.listed", 4711, {"article": second, "by": "corps-of-engineers"}),
        "article.removed": _example("article.removed", 4711, gone),
        "article.restored": _example("article.restored", 4711, back),
        "article.created": _example("article.created", 4711, created),
        "article.updated": _example("article.updated", 4711, updated),
        "article.moved": _example("article.moved", 4711, moved),
        "article.merged": _example("article.merged", 4711, same | {"merged": _MERGED}),
    }


EXAMPLES: dict[str, dict[str, JsonValue]] = {
    **_examples(_whole(_FIRST), _whole(LINE), _whole(LINE | _REMOVED), _whole(LINE | _RESTORED), _masked(), CHANGE),
    "endpoint.test": _example("endpoint.test", 0, {"endpoint": {"id": 1}}),
    "endpoint.disabled": _example(
        "endpoint.disabled", 0, {"endpoint": {"id": 2, "description": "news desk", "reason": _REASON}}
    ),
    **{name: _example(name, 4711, data) for name, data in source_events.EXAMPLES.items()},
    log_events.CHECKPOINT: _example(log_events.CHECKPOINT, 4711, log_events.EXAMPLE),
    **{name: _example(name, 0, troubles.EXAMPLE) for name in (TROUBLE, RECOVERED)},
}
"""One event of each type, whole, in the form in which it is sent."""
THIN_EXAMPLES = _examples(_FIRST, LINE, LINE | _REMOVED, LINE | _RESTORED, _NAMED | {"published_at": None}, _WEIGHED)
"""The same, as an endpoint gets them whose `payload` is `thin`."""
