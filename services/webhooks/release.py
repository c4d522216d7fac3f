"""What waits for an endpoint is made due at once: its receiver was mended, or somebody wants to know."""

from datetime import datetime

from sqlalchemy import case, func, select, update
from sqlmodel import Session

from services.webhooks.models import deliveries, endpoints


def release(session: Session, endpoint: int, now: datetime, *, afresh: bool = False) -> int:
    """Makes all that is pending due now; how many. With `afresh` each begins the schedule of attempts anew."""
    pending = (deliveries.c.endpoint == endpoint, deliveries.c.state == "pending")
    if afresh:
        session.execute(update(deliveries).where(*pending).values(next_try=now, tries=0))
    else:
        session.execute(update(deliveries).where(*pending, deliveries.c.next_try > now).values(next_try=now))
    return session.scalar(select(func.count()).select_from(deliveries).where(*pending)) or 0


def wake(session: Session, endpoint: int, now: datetime, *, afresh: bool = False) -> int:
    """The same on somebody's word: an endpoint that is left alone is probed at once. Its rate is kept."""
    rest = case((endpoints.c.failures > 0, None), else_=endpoints.c.not_before)
    session.execute(update(endpoints).where(endpoints.c.id == endpoint).values(not_before=rest, woken_at=now))
    return release(session, endpoint, now, afresh=afresh)


def cancel(session: Session, endpoint: int) -> None:
    """What is still owed to a deleted endpoint is owed no longer."""
    deleted = select(endpoints.c.id).where(endpoints.c.id == endpoint, endpoints.c.state == "deleted")
    session.execute(
        update(deliveries)
        .where(deliveries.c.endpoint.in_(deleted), deliveries.c.state == "pending")
        .values(state="cancelled", next_try=None)
    )
