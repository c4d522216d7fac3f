"""What `source.*` events say: something happened to a source itself, not to an article of it.

All types have one shape, `SourceFacts`, and details of their own. Fields are added and never renamed or removed.
"""

from datetime import datetime
from typing import Annotated, ClassVar, Literal

from pydantic import BaseModel, ConfigDict, Field, JsonValue

SourceEventType = Literal[
    "source.silent", "source.recovered", "source.blocked", "source.gap", "source.removals", "source.drifted"
]
PREFIX = "source."
"""How each of these types begins."""
PAGES = 20
"""The most pages that one event names."""

BlockCause = Literal["wall", "gone", "empty", "refused", "unreadable", "unavailable", "push"]
"""What stands in the way: a bot wall; the channel is gone, lists nothing, is closed by robots.txt, cannot be read, or
does not answer; its hub pushes nothing any more, and it is looked at as if it had none."""


class SourcePage(BaseModel):
    """A page that an event is about, and what is so about it."""

    url: str
    article: str | None = None
    reason: str | None = None
    since: datetime | None = None


class SourceFacts(BaseModel):
    """What every `source.*` event says: which source, since when, and one sentence for people.

    `pages` names at most 20 of the `number` pages that the event is about; `details` differ from type to type.
    """

    model_config = ConfigDict(frozen=True)
    type: ClassVar[SourceEventType]

    source: str
    since: datetime | None = None
    sentence: str
    number: int = 0
    pages: Annotated[tuple[SourcePage, ...], Field(max_length=PAGES)] = ()


class SilenceDetails(BaseModel):
    """How improbable the silence is: the chance that a source of this rhythm is silent for so long."""

    last_item_at: datetime | None
    expected_by: datetime | None
    probability: float


class RecoveryDetails(BaseModel):
    """What is over: the type of the event that began it, and the channel, where it was about one."""

    ended: SourceEventType
    channel: str | None = None


class BlockDetails(BaseModel):
    """What stands in the way, and where. `channel` is null when it is about pages.

    `channels_left` channels of the source can still be read. `capture` is what came instead.
    """

    cause: BlockCause
    channel: str | None = None
    channels_left: int = 0
    capture: str | None = None


class GapDetails(BaseModel):
    """How many pages are missing for which cause."""

    causes: dict[str, int]


class RemovalDetails(BaseModel):
    """How many articles were removed within so many seconds."""

    removed: int
    seconds: int


class DriftDetails(BaseModel):
    """Which layout no longer reads the source's pages, and which fields are affected.

    `change` names one change on many pages: `GET /shared-changes/{change}` lists all of them, also those that come
    later.
    """

    layout: str | None
    fields: tuple[str, ...] = ()
    change: str | None = None


class SilentFacts(SourceFacts):
    """A source that is silent."""

    type = "source.silent"
    details: SilenceDetails


class RecoveredFacts(SourceFacts):
    """A source that is well again."""

    type = "source.recovered"
    details: RecoveryDetails


class BlockedFacts(SourceFacts):
    """A source that keeps us out, wholly or in part."""

    type = "source.blocked"
    details: BlockDetails


class GapFacts(SourceFacts):
    """Pages that a source shows and that are not stored."""

    type = "source.gap"
    details: GapDetails


class RemovalFacts(SourceFacts):
    """Articles that a source took down together."""

    type = "source.removals"
    details: RemovalDetails


class DriftedFacts(SourceFacts):
    """A source whose pages are built otherwise than before."""

    type = "source.drifted"
    details: DriftDetails


_FACTS: dict[str, JsonValue] = {"source": "army-news", "since": "2026-03-02T13:00:00Z", "number": 0, "pages": []}
_CHANNEL = "https://www.army.example/rss"
_PAGE: dict[str, JsonValue] = {
    "url": "https://www.army.example/News/Article/1234567/bridge-reopens/",
    "article": "art_mfrggzdfmztwq2lk",
    "reason": "It answers 404.",
    "since": "2026-03-02T13:00:00Z",
}


def _example(sentence: str, details: dict[str, JsonValue], pages: tuple[dict[str, JsonValue], ...] = ()) -> JsonValue:
    return _FACTS | {"sentence": sentence, "number": len(pages), "pages": [*pages], "details": details}


EXAMPLES: dict[SourceEventType, JsonValue] = {
    "source.silent": _example(
        "Nothing new came from army-news since Monday, 13:00 UTC. Such a silence has a chance of 1 in 2,300.",
        {"last_item_at": "2026-03-02T13:00:00Z", "expected_by": "2026-03-02T14:10:00Z", "probability": 0.00043},
    ),
    "source.recovered": _example("army-news has something new again.", {"ended": "source.silent", "channel": None}),
    "source.blocked": _example(
        "It was read until 2026-03-02 13:00 UTC and cannot be read now. It answers with a page of a bot wall.",
        {"cause": "wall", "channel": _CHANNEL, "channels_left": 1, "capture": None},
    ),
    "source.gap": _example(
        "army-news shows a page that is not stored.",
        {"causes": {"gone": 1}},
        (_PAGE | {"article": None},),
    ),
    "source.removals": _example(
        "army-news took down an article.",
        {"removed": 1, "seconds": 3600},
        (_PAGE,),
    ),
    "source.drifted": _example(
        "Pages of army-news are built otherwise than before.",
        {"layout": "afpims", "fields": ["body"], "change": None},
        (_PAGE | {"reason": "Its body is empty."},),
    ),
}
"""The `data` of one event of each type."""
