"""What failed unexpectedly and is being retried, over HTTP."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from services.admin.dead_letter_views import Kind
from services.contracts.caller import Caller
from services.runtime import audit_log
from services.runtime.database import reading, transaction, utcnow
from services.runtime.http.problems import After, Id, Limit, Problem, cursor, page, position, requires, storable
from services.runtime.ledger import retries
from services.runtime.ledger.retries import AT_ONCE, Retrying

router = APIRouter(prefix="/admin/retries", tags=["admin"])

Admin = Annotated[Caller, requires("admin")]
OfKind = Annotated[str, AfterValidator(storable), Query(max_length=100, description="Only messages of this kind")]


class RetryView(BaseModel, from_attributes=True):
    """A message that failed unexpectedly; `sentence` says how often, why the last time, and when it is tried again."""

    id: int
    kind: str
    key: str
    attempts: int
    reason: str
    due_at: datetime
    enqueued_at: datetime
    trace_id: str
    sentence: str


class Retries(BaseModel):
    """One page of the messages that are being retried, the oldest first."""

    messages: list[RetryView]
    next: str | None


class RetryOrder(BaseModel):
    """Which messages are to be tried now: those of a kind, or all."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"kind": "FetchPage"}]})

    kind: Kind | None = None


class Hurried(BaseModel):
    """How many messages are due now. With `more`, give the order again."""

    taken: int = Field(description=f"{AT_ONCE} at most")
    more: bool


@router.get("", dependencies=[requires("admin")])
def list_retries(kind: OfKind | None = None, limit: Limit = 50, after: After = None) -> Retries:
    """Messages that are being retried, the oldest first, with the reason and the time of the next try."""
    place = position("retries", after, int)
    with reading() as session:
        result = retries.retrying(session, kind=kind, after=place[0] if place else 0, limit=limit + 1)
    shown, following = page(result, limit, lambda row: cursor("retries", row.id))
    return Retries(messages=[view(entry, utcnow()) for entry in shown], next=following)


@router.post("")
def retry_messages_now(order: RetryOrder, caller: Admin) -> Hurried:
    """Try again now what is being retried, those of a kind or all: the oldest 1,000."""
    now = utcnow()
    with transaction() as session:
        claimed = retries.try_all_now(session, order.kind, now)
        if claimed:
            audit_log.note(session, caller, "messages.hurried", f"{claimed} messages, kind {order.kind or 'any'}", now)
    return Hurried(taken=claimed, more=claimed == AT_ONCE)


@router.post("/{message_id}", status_code=204)
def retry_message_now(message_id: Id, caller: Admin) -> None:
    """Try a message again now that is being retried, instead of when its pause is over."""
    now = utcnow()
    with transaction() as session:
        if not retries.try_now(session, message_id, now):
            raise Problem(404, "No such message", "GET /admin/retries lists those that are being retried.")
        audit_log.note(session, caller, "message.hurried", f"message {message_id}", now)


def view(message: Retrying, now: datetime) -> RetryView:
    """What operators see of a message that is being retried."""
    return RetryView(**vars(message), sentence=message.sentence(now))
