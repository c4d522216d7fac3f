"""Makes what waits for an endpoint due at once, when its receiver was mended or a person asks for it."""

from datetime import datetime

from sqlalchemy import case, func, or_, select, update
from sqlmodel import Session

from services.webhooks.models import Endpoint, deliveries, endpoints


def release(session: Session, endpoint: int, now: datetime, *, afresh: bool = False) -> int:
    """Makes all that is pending due now; how many. With `afresh` each begins the schedule of attempts anew.

    A digest that is still to come stays what it is.
    """
    come = or_(deliveries.c.digest_at.is_(None), deliveries.c.digest_at <= now)
    pending = (deliveries.c.endpoint == endpoint, deliveries.c.state == "pending", come)
    if afresh:
        session.execute(update(deliveries).where(*pending).values(next_try=now, tries=0))
    else:
        session.execute(update(deliveries).where(*pending, deliveries.c.next_try > now).values(next_try=now))
    return session.scalar(select(func.count()).select_from(deliveries).where(*pending)) or 0


def wake(session: Session, endpoint: int, now: datetime, *, afresh: bool = False) -> int:
    """The same on somebody's word: an endpoint that is left alone is probed at once. Its rate is kept."""
    failed = or_(endpoints.c.failures > 0, endpoints.c.last_error.is_not(None))
    rest = case((failed, None), else_=endpoints.c.not_before)
    session.execute(update(endpoints).where(endpoints.c.id == endpoint).values(not_before=rest, woken_at=now))
    return release(session, endpoint, now, afresh=afresh)


def begin_afresh(session: Session, endpoint: Endpoint, now: datetime) -> None:
    """Forgets how it has been: what waits for it is due now. All that came while it was away is one digest."""
    endpoint.failures, endpoint.failing_since, endpoint.not_before = 0, None, None
    endpoint.last_error = endpoint.last_status = None
    if endpoint.digest:
        digest_anew(session, endpoint.id or 0, now, now)
    release(session, endpoint.id or 0, now, afresh=True)


def digest_anew(session: Session, endpoint: int, digest_at: datetime | None, now: datetime) -> None:
    """Puts all that waits for an endpoint into the digest of this time; None: each is sent by itself, now."""
    waiting = (deliveries.c.endpoint == endpoint, deliveries.c.state == "pending", deliveries.c.rank > 0)
    session.execute(update(deliveries).where(*waiting).values(digest_at=digest_at, next_try=digest_at or now))


def cancel(session: Session, endpoint: int) -> None:
    """What is still owed to an endpoint that was deleted, or whose recipient has unsubscribed, is owed no longer."""
    ended = endpoints.c.state.in_(("deleted", "unsubscribed"))
    deleted = select(endpoints.c.id).where(endpoints.c.id == endpoint, ended)
    session.execute(
        update(deliveries)
        .where(deliveries.c.endpoint.in_(deleted), deliveries.c.state == "pending")
        .values(state="cancelled", next_try=None)
    )
