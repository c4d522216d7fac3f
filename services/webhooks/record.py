"""Writes down how attempts ended: on each delivery, on the endpoint, and in the log."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Row, bindparam, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session

from services.contracts.choices import DeliveryState
from services.contracts.messages import Announce
from services.runtime.database import is_sqlite
from services.runtime.events.append import NewEvent, append_private
from services.webhooks.announce import farewell
from services.webhooks.attempt import Tried
from services.webhooks.breaker import POSTPONED, patience
from services.webhooks.deliver import Addressee
from services.webhooks.models import SERVED, TEST, attempts, deliveries, endpoints
from services.webhooks.release import release, wake
from services.webhooks.retries import next_try

# A worker that lost its lease and comes too late must not write over what another has written since: the number of an
# attempt is taken once, and only by the next one of a delivery that is still owed.
_SETTLE = (
    update(deliveries)
    .where(
        deliveries.c.id == bindparam("this"),
        deliveries.c.state == "pending",
        deliveries.c.attempts == bindparam("before"),
    )
    .values(
        state=bindparam("new_state"),
        attempts=bindparam("made"),
        tries=bindparam("counted"),
        next_try=bindparam("due"),
        delivered_at=bindparam("arrived"),
    )
)
_ATTEMPT = [column for column in attempts.c if column not in (attempts.c.id, attempts.c.endpoint)]
_TAKEN = deliveries.c.id == bindparam("delivery"), deliveries.c.attempts == bindparam("number")


def _log(made: sqlite.Insert | postgresql.Insert) -> sqlite.Insert | postgresql.Insert:
    entries = [bindparam(column.name, type_=column.type).label(column.name) for column in _ATTEMPT]
    rows = select(*entries, deliveries.c.endpoint).where(*_TAKEN)
    return made.from_select([*_ATTEMPT, attempts.c.endpoint], rows).on_conflict_do_nothing()


_LOG = {"sqlite": _log(sqlite.insert(attempts)), "postgresql": _log(postgresql.insert(attempts))}
_KNOWN = ("failures", "failing_since", "not_before", "last_error", "last_status")


def verdict(tried: Tried, *, stretch: float) -> tuple[DeliveryState, datetime | None]:
    """The state of a delivery after this attempt, and when to try again if it is still pending."""
    if tried.outcome == "delivered":
        return "delivered", None
    if tried.outcome == "rejected" or tried.parcel.event_type == TEST:
        return "failed", None  # a test only tells what happened
    if tried.outcome == "postponed":
        return "pending", tried.ended + POSTPONED
    if tried.outcome == "gone":
        return "pending", tried.ended  # owed until the endpoint is enabled again
    query = patience(tried.outcome, tried.retry_after)
    due = next_try(tried.parcel.tries + 1, tried.ended, retry_after=query, stretch=stretch)
    return ("pending" if due else "failed"), due


def record(session: Session, made: Sequence[Tried], *, stretch: float) -> None:
    """Writes attempts, and what they mean for their deliveries; the caller holds the endpoint."""
    if made:
        session.execute(_SETTLE, [_settled(tried, stretch) for tried in made])
        session.execute(_LOG["sqlite" if is_sqlite(session) else "postgresql"], [_logged(tried) for tried in made])


def settle(session: Session, to: Addressee, now: datetime) -> Announce | None:
    """Writes the endpoint's standing; returns what its owner's other endpoints are to be told, when it was disabled.

    Nothing is written when the owner has given another address meanwhile: that one did not say it.
    """
    standing = to.standing
    same = (endpoints.c.id == to.endpoint, endpoints.c.url == to.address.url, endpoints.c.state.in_(SERVED))
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
        "before": tried.parcel.number - 1,
        "made": tried.parcel.number,
        "counted": tried.parcel.tries + (tried.outcome != "postponed"),
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
