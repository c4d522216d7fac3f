"""How an endpoint is, in one word and the reasons for it: the same in every list, page, command and answer."""

from datetime import datetime
from typing import Literal

from pydantic import BaseModel, Field
from sqlalchemy import ColumnElement, or_
from sqlmodel import col

from services.webhooks.models import Endpoint

State = Literal["active", "failing", "held", "disabled", "unconfirmed", "unsubscribed"]


class Condition(BaseModel):
    """How an endpoint is; what does not apply is null."""

    state: State = Field(
        description="active; failing: its last attempt failed; held: it is left alone for a while; "
        "disabled: nothing is sent until it is enabled; unconfirmed: its recipient has not confirmed it yet; "
        "unsubscribed: its recipient wants it no more"
    )
    reason: str | None = Field(description="Why it is disabled")
    failures: int = Field(description="Attempts in a row that failed")
    failing_since: datetime | None = Field(description="Since when each attempt has failed")
    last_error: str | None = Field(description="Why the last attempt failed")
    last_status: int | None = Field(description="What it answered to that attempt; null when there was no answer")
    held_until: datetime | None = Field(description="When it is probed next, if anything is due by then")


KEY_ENDED = "The API key that made it has ended."
"""Why an endpoint is disabled whose key was revoked or has expired."""
OWNER_DISABLED = "Its owner disabled it."
INTENDED = frozenset({KEY_ENDED, OWNER_DISABLED})
"""Reasons that are no trouble: somebody wanted it so."""


def condition(endpoint: Endpoint, now: datetime) -> Condition:
    """How this endpoint is now: one whose key has expired is disabled from that moment on, before its row says so."""
    state = _state(endpoint, now)
    return Condition(
        state=state,
        reason=endpoint.reason or (KEY_ENDED if state == "disabled" else None),
        failures=endpoint.failures,
        failing_since=endpoint.failing_since,
        last_error=endpoint.last_error,
        last_status=endpoint.last_status,
        held_until=endpoint.not_before if state == "held" else None,
    )


def is_served(endpoint: Endpoint, now: datetime) -> bool:
    """Whether anything is sent to it: it is enabled, and its key has not ended."""
    return endpoint.state == "active" and not has_ended(endpoint, now)


def in_trouble(now: datetime) -> ColumnElement[bool]:
    """Which endpoints are disabled, held or failing."""
    return or_(
        col(Endpoint.state) == "disabled",
        col(Endpoint.failures) > 0,
        col(Endpoint.last_error).is_not(None),
        col(Endpoint.ends_at) <= now,
    )


def has_ended(endpoint: Endpoint, now: datetime) -> bool:
    """Whether the key that made it has ended by now."""
    return endpoint.ends_at is not None and endpoint.ends_at <= now


def _state(endpoint: Endpoint, now: datetime) -> State:
    if endpoint.state == "unsubscribed":
        return "unsubscribed"
    if endpoint.state == "unconfirmed" and not has_ended(endpoint, now):
        return "unconfirmed"
    if not is_served(endpoint, now):
        return "disabled"
    if not endpoint.failures and not endpoint.last_error:
        return "active"
    return "held" if endpoint.not_before else "failing"
