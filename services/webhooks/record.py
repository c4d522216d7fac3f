"""What attempts came to, written down: of each delivery, of the endpoint, and in the log."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Row, bindparam, insert, select, update
from sqlmodel import Session

from services.contracts.choices import DeliveryState
from services.contracts.messages import Announce
from services.runtime.events.append import NewEvent, append_private
from services.webhooks.announce import farewell
from services.webhooks.attempt import Tried
from services.webhooks.breaker import patience
from services.webhooks.deliver import Addressee
from services.webhooks.models import TEST, attempts, deliveries, endpoints
from services.webhooks.release import release, wake
from services.webhooks.retries import next_try

# A worker that lost its lease and comes too late must not write over what another has written since.
_UNTOUCHED = (
    select(deliveries.c.id, deliveries.c.attempts)
    .where(deliveries.c.id.in_(bindparam("these", expanding=True)), deliveries.c.state == "pending")
    .order_by(deliveries.c.id)
    .with_for_update()
)
_SETTLE = (
    update(deliveries)
    .where(deliveries.c.id == bindparam("this"))
    .values(
        state=bindparam("new_state"),
        attempts=bindparam("number"),
        tries=bindparam("counted"),
        next_try=bindparam("due"),
        delivered_at=bindparam("arrived"),
    )
)
_LOG = insert(attempts)
_KNOWN = ("failures", "failing_since", "not_before", "last_error", "last_status")


def verdict(tried: Tried, *, stretch: float) -> tuple[DeliveryState, datetime | None]:
    """The state of a delivery after this attempt, and when to try again if it is still pending."""
    if tried.outcome == "delivered":
        return "delivered", None
    if tried.parcel.event_type == TEST:
        return "failed", None  # it only tells what happened
    if tried.outcome == "gone":
        return "pending", tried.ended  # owed until the endpoint is enabled again
    asked = patience(tried.outcome, tried.retry_after)
    due = next_try(tried.parcel.tries + 1, tried.ended, retry_after=asked, stretch=stretch)
    return ("pending" if due else "failed"), due


def record(session: Session, made: Sequence[Tried], *, stretch: float) -> None:
    """Writes attempts, and what they mean for their deliveries."""
    if not made:
        return
    these = [tried.parcel.delivery for tried in made]
    before = {row.id: row.attempts for row in session.execute(_UNTOUCHED, {"these": these})}
    ours = [tried for tried in made if before.get(tried.parcel.delivery) == tried.parcel.number - 1]
    if ours:
        session.execute(_SETTLE, [_settled(tried, stretch) for tried in ours])
        session.execute(_LOG, [_logged(tried) for tried in ours])


def settle(session: Session, to: Addressee, now: datetime) -> Announce | None:
    """Writes the endpoint's standing; returns what its owner's other endpoints are to be told, when it was disabled.

    Nothing is written when the owner has given another address meanwhile: that one did not say it.
    """
    standing = to.standing
    same = (endpoints.c.id == to.endpoint, endpoints.c.url == to.address.url, endpoints.c.state == "active")
    if standing.recovered:
        release(session, to.endpoint, now)
    if standing == to.before:
        return None
    known = {name: getattr(standing, name) for name in _KNOWN}
    if standing.gone is None:
        session.execute(update(endpoints).where(*same).values(known))
        return None
    ended = {"state": "disabled", "reason": standing.gone}
    disabled = session.execute(update(endpoints).where(*same).values(known | ended).returning(endpoints)).one_or_none()
    return _say_farewell(session, disabled, farewell(disabled, standing.gone, now)) if disabled else None


def _say_farewell(session: Session, endpoint: Row[Any], event: NewEvent) -> Announce:
    append_private(session, event, endpoint.owner)
    return Announce(event=event.id)


def woken_meanwhile(session: Session, to: Addressee, now: datetime) -> bool:
    """Whether somebody asked for an attempt at once during this turn; then what failed in it is due now as well.

    An attempt that was under way says nothing of the receiver that is there since.
    """
    if not to.standing.failures:
        return False
    called = (endpoints.c.id == to.endpoint, endpoints.c.woken_at.is_distinct_from(to.woken_at))
    if session.execute(select(endpoints.c.id).where(*called)).first() is None:
        return False
    wake(session, to.endpoint, now)
    return True


def _settled(tried: Tried, stretch: float) -> dict[str, object]:
    state, due = verdict(tried, stretch=stretch)
    return {
        "this": tried.parcel.delivery,
        "number": tried.parcel.number,
        "counted": tried.parcel.tries + 1,
        "new_state": state,
        "due": due,
        "arrived": tried.ended if state == "delivered" else None,
    }


def _logged(tried: Tried) -> dict[str, object]:
    return {
        "delivery": tried.parcel.delivery,
        "number": tried.parcel.number,
        "at": tried.at,
        "request": dict(tried.request),
        "status": tried.status,
        "milliseconds": round((tried.ended - tried.at).total_seconds() * 1000),
        "response": tried.response,
        "error": tried.error,
        "outcome": tried.outcome,
    }
