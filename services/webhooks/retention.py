"""What the delivery log forgets: an event, its deliveries and their attempts, together, once it is old enough."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import delete, select
from sqlmodel import Session

from services.webhooks.models import announcements, attempts, deliveries, endpoints, locked

EVERY = timedelta(hours=1)
"""How often the log is looked through."""
AT_ONCE = 200
"""Events that one transaction forgets."""


def forget(session: Session, before: datetime) -> bool:
    """Forgets a batch of the events announced before then; whether there may be more of them.

    An event that is still owed to an active endpoint is kept, whatever its age. All whom the batch was for are held
    meanwhile, and it is chosen again: one of them may have been enabled, or asked for a replay, a moment ago.
    """
    _hold(session, _batch(session, before))
    events = _batch(session, before)
    if not events:
        return False
    theirs = select(deliveries.c.id).where(deliveries.c.event.in_(events))
    session.execute(delete(attempts).where(attempts.c.delivery.in_(theirs)))
    session.execute(delete(deliveries).where(deliveries.c.event.in_(events)))
    session.execute(delete(announcements).where(announcements.c.event.in_(events)))
    return len(events) == AT_ONCE


def _hold(session: Session, events: Sequence[str]) -> None:
    to = select(deliveries.c.endpoint).where(deliveries.c.event.in_(events))
    session.execute(locked(endpoints.c.id.in_(to)))


def _batch(session: Session, before: datetime) -> Sequence[str]:
    active = select(endpoints.c.id).where(endpoints.c.state == "active")
    owed = select(deliveries.c.id).where(
        deliveries.c.event == announcements.c.event,
        deliveries.c.state == "pending",
        deliveries.c.endpoint.in_(active),
    )
    old = select(announcements.c.event).where(announcements.c.announced_at < before, ~owed.exists())
    return session.scalars(old.order_by(announcements.c.announced_at).limit(AT_ONCE)).all()


def anything_left(session: Session) -> bool:
    """Whether there is anything that will grow old."""
    return session.execute(select(announcements.c.event).limit(1)).first() is not None
