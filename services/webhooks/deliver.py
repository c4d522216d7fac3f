"""One delivery: whether it is its turn, the attempt, and what follows from it."""

import time
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import httpx
from pydantic import SecretStr
from sqlalchemy import ColumnElement, Row, Select, func, insert, select, update
from sqlmodel import Session

from services.runtime.egress import EgressError, Limits, Response, send
from services.webhooks.models import TEST, DeliveryState, Outcome, announcements, attempts, deliveries, endpoints
from services.webhooks.retries import next_try, outcome_of, retry_after
from services.webhooks.sealing import unseal
from services.webhooks.signing import signed_headers

KEPT = 4_096
"""Bytes of an answer that the log keeps."""
LIMITS = Limits(seconds=15.0, wire=KEPT, decoded=KEPT, cut=True)
PATIENCE = timedelta(minutes=5)
"""How long a delivery waits for an earlier one, once that is due. The end of the earlier one wakes it sooner."""
HOLD = timedelta(days=1)
"""How long a delivery to a disabled endpoint rests. Enabling the endpoint wakes it sooner."""


@dataclass(frozen=True)
class Parcel:
    """What one attempt needs to know."""

    delivery: int
    endpoint: int
    event: str
    event_type: str
    article: str | None
    sequence: int
    url: str
    secret: SecretStr
    body: bytes
    number: int


@dataclass(frozen=True)
class Wait:
    """Not now, and why."""

    until: datetime
    reason: str


@dataclass(frozen=True)
class Tried:
    """What came of one attempt; `ended` is when we knew."""

    outcome: Outcome
    at: datetime
    ended: datetime
    status: int | None = None
    response: str = ""
    error: str | None = None
    retry_after: timedelta | None = None


def turn(session: Session, delivery: int, now: datetime) -> Parcel | Wait | None:
    """What is to be done for a delivery at this time; None when nothing is owed any more."""
    row = _owed(session, delivery)
    if row is None:
        return None
    if row.state == "disabled":
        return Wait(now + HOLD, "The endpoint is disabled.")
    if row.next_try > now:
        return Wait(row.next_try, "The next try is not due yet.")
    if row.article and (ahead := _earlier(session, row.endpoint, row.article, row.sequence)):
        return Wait(max(ahead, now) + PATIENCE, "An earlier event of this article is still on its way.")
    return Parcel(
        delivery=delivery,
        endpoint=row.endpoint,
        event=row.event,
        event_type=row.type,
        article=row.article,
        sequence=row.sequence,
        url=row.url,
        secret=unseal(row.sealed_secret),
        body=row.body,
        number=row.attempts + 1,
    )


def attempt(client: httpx.Client, parcel: Parcel, now: datetime) -> Tried:
    """Posts the frozen bytes, signed anew; whatever happens on the network is a value."""
    headers = {
        "content-type": "application/json",
        "accept-encoding": "identity",
        **signed_headers(parcel.secret, parcel.event, now, parcel.body),
    }
    began = time.perf_counter()
    try:
        response = send(client, "POST", parcel.url, headers=headers, content=parcel.body, limits=LIMITS)
    except EgressError as trouble:
        return Tried("unreachable", at=now, ended=_since(now, began), error=str(trouble))
    return answered(response, at=now, ended=_since(now, began))


def answered(response: Response, *, at: datetime, ended: datetime) -> Tried:
    """What an answer means."""
    outcome = outcome_of(response.status)
    return Tried(
        outcome=outcome,
        at=at,
        ended=ended,
        status=response.status,
        # PostgreSQL's text knows no NUL.
        response=response.body[:KEPT].decode("utf-8", "replace").replace("\x00", "�"),
        error=None if outcome == "delivered" else _sentence(response.status),
        retry_after=retry_after(response.header("retry-after"), ended) if outcome == "throttled" else None,
    )


def verdict(parcel: Parcel, tried: Tried, *, stretch: float) -> tuple[DeliveryState, datetime | None]:
    """The state of a delivery after this attempt, and when to try again if it is still pending."""
    if tried.outcome == "delivered":
        return "delivered", None
    # A test only tells what happened; a receiver that is gone has said so for good.
    final = tried.outcome == "gone" or parcel.event_type == TEST
    due = None if final else next_try(parcel.number, tried.ended, retry_after=tried.retry_after, stretch=stretch)
    return ("pending" if due else "failed"), due


def record(session: Session, parcel: Parcel, tried: Tried, *, stretch: float) -> datetime | None:
    """Writes the attempt and its consequences down; returns when to try again, None when this was the end of it."""
    state, due = verdict(parcel, tried, stretch=stretch)
    session.execute(
        insert(attempts).values(
            delivery=parcel.delivery,
            number=parcel.number,
            at=tried.at,
            status=tried.status,
            milliseconds=round((tried.ended - tried.at).total_seconds() * 1000),
            response=tried.response,
            error=tried.error,
            outcome=tried.outcome,
        )
    )
    session.execute(
        update(deliveries)
        .where(deliveries.c.id == parcel.delivery)
        .values(
            state=state,
            attempts=parcel.number,
            next_try=due,
            delivered_at=tried.ended if state == "delivered" else None,
        )
    )
    if tried.outcome == "gone":
        _disable(session, parcel, tried.ended)
    return due


def cancel_orphan(session: Session, delivery: int) -> None:
    """What is still owed to a deleted endpoint is owed no longer."""
    deleted = select(endpoints.c.id).where(endpoints.c.state == "deleted")
    session.execute(
        update(deliveries)
        .where(deliveries.c.id == delivery, deliveries.c.state == "pending", deliveries.c.endpoint.in_(deleted))
        .values(state="cancelled", next_try=None)
    )


def next_in_line(session: Session, parcel: Parcel) -> int | None:
    """The delivery that waited for this one: the next event of the same article to the same endpoint."""
    if parcel.article is None:
        return None
    later = announcements.c.sequence > parcel.sequence
    waiting = _line(deliveries.c.id, parcel.endpoint, parcel.article).where(later)
    found: int | None = session.scalar(waiting.order_by(announcements.c.sequence).limit(1))
    return found


def _owed(session: Session, delivery: int) -> Row[Any] | None:
    return session.execute(
        select(
            deliveries.c.endpoint,
            deliveries.c.attempts,
            deliveries.c.next_try,
            announcements,
            endpoints.c.url,
            endpoints.c.sealed_secret,
            endpoints.c.state,
        )
        .join(announcements, announcements.c.event == deliveries.c.event)
        .join(endpoints, endpoints.c.id == deliveries.c.endpoint)
        .where(deliveries.c.id == delivery, deliveries.c.state == "pending", endpoints.c.state != "deleted")
    ).one_or_none()


def _earlier(session: Session, endpoint: int, article: str, sequence: int) -> datetime | None:
    """When an earlier event of the article is due at this endpoint; None when nothing is ahead."""
    due = func.max(deliveries.c.next_try, type_=deliveries.c.next_try.type)
    found: datetime | None = session.scalar(_line(due, endpoint, article).where(announcements.c.sequence < sequence))
    return found


def _line(wanted: ColumnElement[Any], endpoint: int, article: str) -> Select[Any]:
    return (
        select(wanted)
        .join_from(deliveries, announcements, announcements.c.event == deliveries.c.event)
        .where(announcements.c.article == article, deliveries.c.endpoint == endpoint, deliveries.c.state == "pending")
    )


def _disable(session: Session, parcel: Parcel, now: datetime) -> None:
    # Not when the subscriber has given another address meanwhile: that one did not say it.
    same = (endpoints.c.id == parcel.endpoint, endpoints.c.url == parcel.url, endpoints.c.state == "active")
    reason = "It answered 410 Gone; enable it again when it is back."
    session.execute(update(endpoints).where(*same).values(state="disabled", reason=reason, updated_at=now))


def _since(at: datetime, began: float) -> datetime:
    return at + timedelta(seconds=time.perf_counter() - began)


def _sentence(status: int) -> str:
    if 300 <= status < 400:
        return f"The endpoint answered {status}; redirects are not followed, so give the final address."
    return f"The endpoint answered {status}."
