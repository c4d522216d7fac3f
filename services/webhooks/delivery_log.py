"""The delivery log: what was owed to an endpoint, what became of it, and each attempt."""

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, func, select
from sqlmodel import Session, col

from services.runtime.events.tables import events
from services.webhooks.condition import condition, is_served
from services.webhooks.models import Attempt, Delivery, Endpoint, deliveries
from services.webhooks.payload import sent


@dataclass(frozen=True)
class DeliveryQuery:
    """Which deliveries are asked for: all that is named must hold."""

    state: str | None = None
    type: str | None = None
    article: str | None = None
    since: datetime | None = None
    until: datetime | None = None


def delivery_log(
    session: Session, endpoint: int, criteria: DeliveryQuery, *, before: int | None, limit: int
) -> list[tuple[Delivery, str, str]]:
    """Deliveries with type and headline of their event, the newest first, older than the one with number `before`."""
    older = [col(Delivery.sequence) < before] if before else []
    rows = session.execute(
        select(Delivery, events.c.type, events.c.body)
        .join(events, events.c.id == col(Delivery.event))
        .where(col(Delivery.endpoint) == endpoint, *older, *_conditions(criteria))
        .order_by(col(Delivery.sequence).desc())
        .limit(limit)
    )
    return [(row[0], row[1], headline_of(json.loads(row[2]))) for row in rows]


def deliveries_of(
    session: Session, subject: str, visible: Sequence[ColumnElement[bool]], limit: int
) -> Sequence[Row[Any]]:
    """What visible endpoints were sent about this subject, the newest first."""
    names = ("id", "endpoint", "sequence", "event", "state", "created_at", "delivered_at", "attempts")
    fields: list[Any] = [deliveries.c[name] for name in names]
    query = (
        select(*fields, events.c.type, col(Endpoint.url), col(Endpoint.description))
        .join(events, events.c.id == deliveries.c.event)
        .join(Endpoint, col(Endpoint.id) == deliveries.c.endpoint)
        .where(events.c.subject == subject, *visible)
        .order_by(deliveries.c.id.desc())
    )
    return session.execute(query.limit(limit)).all()


def headline_of(event: Mapping[str, Any]) -> str:
    """What people know the event by: the headline of its article, or what happened to its source; empty for others."""
    facts = event["data"]
    return str((facts.get("article") or {}).get("headline") or facts.get("sentence") or "")


def one_delivery(session: Session, endpoint: int, delivery: int) -> tuple[Delivery, str, bytes] | None:
    """One delivery of the endpoint, with the type of its event and the bytes that are sent; None when it has it not."""
    row = session.execute(
        select(Delivery, events.c.type, events.c.body)
        .join(events, events.c.id == col(Delivery.event))
        .where(col(Delivery.endpoint) == endpoint, col(Delivery.id) == delivery)
    ).one_or_none()
    return (row[0], row[1], sent(row.body, row[0].payload)) if row else None


def attempts_of(session: Session, delivery_ids: Collection[int]) -> dict[int, list[Attempt]]:
    """The attempts of these deliveries, in order."""
    fields: dict[int, list[Attempt]] = {delivery: [] for delivery in delivery_ids}
    made = select(Attempt).where(col(Attempt.delivery).in_(fields)).order_by(col(Attempt.delivery), col(Attempt.number))
    for attempt in session.scalars(made):
        fields[attempt.delivery].append(attempt)
    return fields


def health(session: Session, endpoint: Endpoint, now: datetime) -> dict[str, Any]:
    """How an endpoint is: what it is owed, by state, and how its last attempts went."""
    states = select(deliveries.c.state, func.count()).where(deliveries.c.endpoint == endpoint.id)
    counted: dict[str, int] = {row[0]: row[1] for row in session.execute(states.group_by(deliveries.c.state))}
    waiting = _oldest(session, endpoint)
    return {
        **{state: counted.get(state, 0) for state in ("pending", "delivered", "failed")},
        "oldest_pending": waiting.oldest,
        "next_try": _next_try(endpoint, waiting.next_try, now),
        **condition(endpoint, now).model_dump(),
    }


def _next_try(endpoint: Endpoint, due: datetime | None, now: datetime) -> datetime | None:
    if due is None or not is_served(endpoint, now):
        return None
    return max(due, endpoint.not_before or due)


def _oldest(session: Session, endpoint: Endpoint) -> Row[Any]:
    created, due = deliveries.c.created_at, deliveries.c.next_try
    return session.execute(
        select(
            func.min(created, type_=created.type).label("oldest"),
            func.min(due, type_=due.type).label("next_try"),
        ).where(deliveries.c.endpoint == endpoint.id, deliveries.c.state == "pending")
    ).one()


def _conditions(criteria: DeliveryQuery) -> list[ColumnElement[bool]]:
    fields = {deliveries.c.state: criteria.state, events.c.type: criteria.type, deliveries.c.article: criteria.article}
    chosen = [column == value for column, value in fields.items() if value is not None]
    if criteria.since is not None:
        chosen.append(deliveries.c.created_at >= criteria.since)
    if criteria.until is not None:
        chosen.append(deliveries.c.created_at < criteria.until)
    return chosen
