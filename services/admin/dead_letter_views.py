"""What operators see of messages that were given up on, over HTTP and as JSON on the terminal."""

import json
import re
from datetime import datetime
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, computed_field
from sqlalchemy import Row

from services.admin import dead_letters
from services.admin.views import Reason
from services.contracts.messages import Lane
from services.contracts.wiring import KINDS
from services.runtime.http.problems import storable
from services.runtime.ledger.causes import LONGEST

# Any word, for a version that said more kinds than this one knows may have left some behind.
Kind = Annotated[str, Field(max_length=100, examples=[*KINDS]), AfterValidator(storable)]
Cause = Annotated[
    str,
    Field(max_length=LONGEST, description="As GET /admin/dead-letters/groups shows it; empty: without a reason"),
    AfterValidator(storable),
]
_CLASS = re.compile(r"([A-Za-z_]\w*): ")


class DeadLetter(BaseModel, from_attributes=True):
    """A message that was given up on, and why; `trace_id` finds the lines of the log that tell of it."""

    id: int
    kind: str
    key: str
    lane: Lane
    enqueued_at: datetime
    dead_lettered_at: datetime
    attempts: int
    reason: str | None
    trace_id: str
    discarded_at: datetime | None = None
    discarded_by: str | None = None
    discarded_because: str | None = None
    cause: str = Field(default="", description="The reason without what differs from one message to the next")
    page: int | None = None
    endpoint: int | None = None
    article: str | None = None
    reingestion: int | None = None

    @computed_field(description="The class of the error, when it was one that nobody planned")  # type: ignore[prop-decorator] # as pydantic documents it
    @property
    def error(self) -> str | None:
        hit = _CLASS.match(self.reason or "")
        return hit.group(1) if hit else None


class DeadLetterWhole(DeadLetter):
    """A message that was given up on, with what it said and the commands that show again what went wrong."""

    words: Any = Field(description="The message as it was said")
    reproduce: list[str]


class DeadLetters(BaseModel):
    """One page of the messages that were dead-lettered, the newest first."""

    messages: list[DeadLetter]
    next: str | None


class MessageReplay(BaseModel):
    """Which messages are to be enqueued again: those of a kind or a cause, or all."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"kind": "Deliver"}]})

    kind: Kind | None = None
    cause: Cause | None = None


class Discard(BaseModel):
    """Why a message is discarded. The reason is kept with it."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"reason": "the page is gone for good"}]})

    reason: Annotated[Reason, Field(min_length=1)]


class DiscardWanted(Discard):
    """Which messages will not be enqueued again, and why."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"kind": "ParsePage", "reason": "no page any more"}]})

    kind: Kind
    cause: Cause | None = None


class Taken(BaseModel, from_attributes=True):
    """How far an order came: with `more`, give it again."""

    taken: int
    refused: int = Field(description="Messages that this version cannot read; they stay as they are")
    more: bool


def whole(row: Row[Any]) -> DeadLetterWhole:
    """A message that was dead-lettered, with all that is known of it."""
    brief = DeadLetter.model_validate(row).model_dump(exclude={"error"})
    return DeadLetterWhole(**brief, words=json.loads(row.message), reproduce=dead_letters.reproduce(row))
