"""What an owner does with their endpoints."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from pydantic import SecretStr
from sqlalchemy import ColumnElement, select, true
from sqlmodel import Session, col

from services.contracts.caller import Caller
from services.webhooks.models import Attempt, Delivery, Endpoint, announcements, deliveries
from services.webhooks.sealing import seal
from services.webhooks.signing import new_secret


def subscribe(session: Session, owner: int, wanted: Mapping[str, Any], now: datetime) -> tuple[Endpoint, SecretStr]:
    """A new endpoint, active at once, and its secret, which is readable here only."""
    secret = new_secret()
    endpoint = Endpoint(**wanted, owner=owner, sealed_secret=seal(secret), created_at=now, updated_at=now)
    session.add(endpoint)
    session.flush()
    return endpoint, secret


def own(session: Session, caller: Caller, endpoint_id: int, *, to_change: bool = False) -> Endpoint | None:
    """The endpoint, if the caller may know of it; `to_change` holds it until the end of the transaction."""
    found = select(Endpoint).where(col(Endpoint.id) == endpoint_id, *visible_to(caller))
    return session.scalar(found.with_for_update() if to_change else found)


def visible_to(caller: Caller) -> tuple[ColumnElement[bool], ...]:
    """Which endpoints a caller may know of."""
    owned = true() if caller.may("admin") else col(Endpoint.owner) == caller.key
    return owned, col(Endpoint.state) != "deleted"


def change(endpoint: Endpoint, wanted: Mapping[str, Any], now: datetime) -> bool:
    """Changes what is named; whether this woke the endpoint, so that what waits for it should be said again."""
    woken = wanted.get("state") == "active" and endpoint.state == "disabled"
    for name, value in wanted.items():
        setattr(endpoint, name, value)
    if "state" in wanted:
        endpoint.reason = None if wanted["state"] == "active" else "Its owner disabled it."
    endpoint.updated_at = now
    return woken


def delete(endpoint: Endpoint, now: datetime) -> None:
    """The end of an endpoint: its log stays, its secret does not, and deliveries find that nothing is owed any more."""
    endpoint.state, endpoint.reason = "deleted", None
    endpoint.sealed_secret = ""
    endpoint.updated_at = now


def pending(session: Session, endpoint_id: int) -> Sequence[tuple[int, datetime]]:
    """What is owed to the endpoint: each delivery and when it is due."""
    owed = select(deliveries.c.id, deliveries.c.next_try).where(
        deliveries.c.endpoint == endpoint_id, deliveries.c.state == "pending"
    )
    return session.execute(owed.order_by(deliveries.c.id)).all()


def delivery_log(
    session: Session, endpoint_id: int, *, before: int | None, limit: int
) -> list[tuple[Delivery, str, int]]:
    """Deliveries with the type and sequence of their event, the newest first, older than delivery `before`."""
    older = [col(Delivery.id) < before] if before else []
    found = session.execute(
        select(Delivery, announcements.c.type, announcements.c.sequence)
        .join(announcements, announcements.c.event == col(Delivery.event))
        .where(col(Delivery.endpoint) == endpoint_id, *older)
        .order_by(col(Delivery.id).desc())
        .limit(limit)
    )
    return list(found)


def attempts_of(session: Session, delivery_ids: Collection[int]) -> dict[int, list[Attempt]]:
    """The attempts of these deliveries, in order."""
    found: dict[int, list[Attempt]] = {delivery: [] for delivery in delivery_ids}
    made = select(Attempt).where(col(Attempt.delivery).in_(found)).order_by(col(Attempt.delivery), col(Attempt.number))
    for attempt in session.scalars(made):
        found[attempt.delivery].append(attempt)
    return found
