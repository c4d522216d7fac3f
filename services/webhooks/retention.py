"""What the delivery log forgets: a delivery and its attempts, once it is old enough, and private events with them."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, delete, select
from sqlmodel import Session

from services.runtime import retention
from services.runtime.events.append import hold
from services.runtime.events.tables import events
from services.runtime.retention import first_events
from services.webhooks.models import attempts, deliveries, endpoints, locked

EVERY = timedelta(hours=1)
"""How often the log is looked through."""
AT_ONCE = 200
"""Deliveries that one transaction forgets."""


def forget(session: Session, before: datetime) -> bool:
    """Forgets a batch of the deliveries made before then; whether there may be more of them.

    What is still owed to an active endpoint is kept, whatever its age. All whom the batch was for are held meanwhile,
    and it is chosen again: one of them may have been enabled, or asked for a replay, a moment ago. The event log keeps
    its events; private ones, which nobody finds there, go with their last delivery.
    """
    _forget_private_events(session, before)
    session.execute(locked(endpoints.c.id.in_(select(deliveries.c.endpoint).where(_among(_batch(session, before))))))
    old = _batch(session, before)
    if not old:
        return False
    session.execute(delete(attempts).where(attempts.c.delivery.in_(old)))
    session.execute(delete(deliveries).where(_among(old)))
    return len(old) == AT_ONCE


def _batch(session: Session, before: datetime) -> Sequence[int]:
    active = select(endpoints.c.id).where(endpoints.c.state == "active")
    due = (deliveries.c.state == "pending") & deliveries.c.endpoint.in_(active)
    old = select(deliveries.c.id).where(deliveries.c.created_at < before, ~due)
    return session.scalars(old.order_by(deliveries.c.created_at, deliveries.c.id).limit(AT_ONCE)).all()


def _among(ids: Sequence[int]) -> ColumnElement[bool]:
    return deliveries.c.id.in_(ids)


def forget_events(session: Session, before: datetime) -> bool:
    """Forgets the first events of the log from before then, up to the first that a delivery needs; whether more."""
    hold(session)
    first = first_events(session)
    needed = session.scalars(select(deliveries.c.event).where(deliveries.c.event.in_(first)))
    return retention.forget_events(session, before, set(needed))


def _forget_private_events(session: Session, before: datetime) -> None:
    delivered = select(deliveries.c.id).where(deliveries.c.event == events.c.id)
    old = select(events.c.id).where(events.c.sequence.is_(None), events.c.occurred_at < before, ~delivered.exists())
    session.execute(delete(events).where(events.c.id.in_(old.order_by(events.c.occurred_at).limit(AT_ONCE))))
