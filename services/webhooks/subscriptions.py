"""What an owner does with their endpoints."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from pydantic import SecretStr
from sqlalchemy import ColumnElement, func, select, true, update
from sqlmodel import Session, col

from services.contracts.caller import Caller
from services.contracts.errors import UserError
from services.runtime.database import alone_with as alone
from services.runtime.sealing import seal
from services.webhooks import recipients
from services.webhooks.condition import KEY_ENDED, is_served
from services.webhooks.custody import must_not_be_lost
from services.webhooks.filters import Filter, never
from services.webhooks.headers import seal_headers
from services.webhooks.limits import ENDPOINTS
from services.webhooks.models import Endpoint, endpoints, locked
from services.webhooks.release import cancel, release
from services.webhooks.signing import new_secret


class TooMany(UserError):  # noqa: N818 - named for what happened
    """The key has as many endpoints as it may."""


class Contradiction(UserError):  # noqa: N818 - named for what happened
    """Nothing can ever pass both the types and the filter."""


def subscribe(
    session: Session, owner: int, wanted: Mapping[str, Any], now: datetime, ends_at: datetime | None = None
) -> tuple[Endpoint, SecretStr]:
    """A new endpoint, active at once, and its secret, which is readable here only; `TooMany` for one too many.

    It ends with the owner's key, at `ends_at`. Until the commit nobody can end that key.
    """
    must_not_be_lost(session)
    alone(session, "endpoints", owner)  # or two who count at once would both find room
    theirs = select(func.count()).where(endpoints.c.owner == owner, endpoints.c.state != "deleted")
    if session.execute(theirs.select_from(endpoints)).scalar_one() >= ENDPOINTS:
        raise TooMany(f"This key has {ENDPOINTS} endpoints already, the most that it may have; delete one first.")
    secret = new_secret()
    endpoint = Endpoint(
        **_as_kept(wanted), owner=owner, sealed_secret=seal(secret), created_at=now, updated_at=now, ends_at=ends_at
    )
    session.add(endpoint)
    session.flush()
    return endpoint, secret


def own(session: Session, caller: Caller, endpoint_id: int, *, to_change: bool = False) -> Endpoint | None:
    """The endpoint, if the caller may know of it; `to_change` holds it until the end of the transaction."""
    result = select(Endpoint).where(col(Endpoint.id) == endpoint_id, *visible_to(caller))
    return session.scalar(result.with_for_update() if to_change else result)


def visible_to(caller: Caller) -> tuple[ColumnElement[bool], ...]:
    """Which endpoints a caller may know of."""
    owned = true() if caller.may("admin") else col(Endpoint.owner) == caller.key
    return owned, col(Endpoint.state) != "deleted"


def change(session: Session, endpoint: Endpoint, wanted: Mapping[str, Any], now: datetime) -> None:
    """Changes what is named. An endpoint that is enabled, or moves, begins afresh: what waits for it is due now."""
    as_kept = _as_kept(wanted)
    served = is_served(endpoint, now)
    begins = as_kept.get("state", "active" if served else "disabled") == "active" and (
        not served or as_kept.get("url", endpoint.url) != endpoint.url
    )
    for name, value in as_kept.items():
        setattr(endpoint, name, value)
    if sentence := never(endpoint.event_types, Filter.model_validate(endpoint.filter)):
        raise Contradiction(sentence)
    if "state" in as_kept:
        endpoint.reason = None if as_kept["state"] == "active" else "Its owner disabled it."
    endpoint.updated_at = now
    if begins:
        if endpoint.ends_at and endpoint.ends_at <= now:
            endpoint.ends_at = None  # an admin wants it, whatever became of the key
        _begin_afresh(session, endpoint, now)


def delete(session: Session, endpoint: Endpoint, now: datetime) -> None:
    """The end of an endpoint: its log stays, its secrets do not, and what is still owed to it is owed no longer."""
    endpoint.state, endpoint.reason = "deleted", None
    endpoint.sealed_secret = endpoint.sealed_previous = endpoint.sealed_headers = ""
    endpoint.updated_at = now
    session.flush()
    cancel(session, endpoint.id or 0)
    recipients.forget_recipients(session, endpoints.c.id == endpoint.id)


def stop(session: Session, owner: int, now: datetime) -> None:
    """The endpoints of a key that was revoked are disabled; only an admin can enable them, or delete them."""
    alone(session, "endpoints", owner)  # or one that is made at this moment would be overlooked
    _disable(session, now, endpoints.c.owner == owner)


def stop_expired(session: Session, now: datetime) -> None:
    """The same for the endpoints of keys that have expired."""
    _disable(session, now, endpoints.c.ends_at <= now)


def _disable(session: Session, now: datetime, which: ColumnElement[bool]) -> None:
    ended = {"state": "disabled", "reason": KEY_ENDED, "updated_at": now}
    these = locked(which, endpoints.c.state == "active")
    ids = session.execute(update(endpoints).where(endpoints.c.id.in_(these)).values(ended).returning(endpoints.c.id))
    if stopped := ids.scalars().all():
        recipients.forget_recipients(session, endpoints.c.id.in_(stopped))


def _begin_afresh(session: Session, endpoint: Endpoint, now: datetime) -> None:
    endpoint.failures, endpoint.failing_since, endpoint.not_before = 0, None, None
    endpoint.last_error = endpoint.last_status = None
    release(session, endpoint.id or 0, now, afresh=True)


def _as_kept(wanted: Mapping[str, Any]) -> dict[str, Any]:
    """What was said over HTTP, in the words of the table; nothing named of a list means an empty one."""
    retained = dict(wanted)
    if "metadata" in retained:
        retained["labels"] = retained.pop("metadata")
    if "headers" in retained:
        headers = retained.pop("headers")
        retained |= {"header_names": sorted(headers), "sealed_headers": seal_headers(headers)}
    if "event_types" in retained:
        retained["event_types"] = retained["event_types"] or []
    if "filter" in retained:
        retained["filter"] = Filter.model_validate(retained["filter"] or {}).named()
    return retained
