"""How an endpoint is, in one word and the reasons for it: the same in every list, page, command and answer."""

from datetime import datetime
from typing import Literal

from pydantic import BaseModel, Field
from sqlalchemy import ColumnElement, or_
from sqlmodel import col

from services.webhooks.models import Endpoint

State = Literal["active", "failing", "held", "disabled"]


class Condition(BaseModel):
    """How an endpoint is; what does not apply is null."""

    state: State = Field(
        description="active; failing: its last attempt failed; held: it is left alone for a while; "
        "disabled: nothing is sent until it is enabled"
    )
    reason: str | None = Field(description="Why it is disabled")
    failures: int = Field(description="Attempts in a row that failed")
    failing_since: datetime | None = Field(description="Since when each attempt has failed")
    last_error: str | None = Field(description="Why the last attempt failed")
    last_status: int | None = Field(description="What it answered to that attempt; null when there was no answer")
    held_until: datetime | None = Field(description="When it is probed next, if anything is due by then")


def condition(endpoint: Endpoint) -> Condition:
    """How this endpoint is."""
    state = _state(endpoint)
    return Condition(
        state=state,
        reason=endpoint.reason if state == "disabled" else None,
        failures=endpoint.failures,
        failing_since=endpoint.failing_since,
        last_error=endpoint.last_error,
        last_status=endpoint.last_status,
        held_until=endpoint.not_before if state == "held" else None,
    )


def in_trouble() -> ColumnElement[bool]:
    """Which endpoints are disabled, held or failing."""
    return or_(col(Endpoint.state) == "disabled", col(Endpoint.failures) > 0)


def _state(endpoint: Endpoint) -> State:
    if endpoint.state == "disabled":
        return "disabled"
    if not endpoint.failures:
        return "active"
    return "held" if endpoint.not_before else "failing"
