"""Makes, changes and deletes endpoints in the name of their owner."""

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
from services.webhooks import confirming, recipients
from services.webhooks.condition import KEY_ENDED, OWNER_DISABLED, has_ended, is_served
from services.webhooks.custody import must_not_be_lost
from services.webhooks.digests import digest_time
from services.webhooks.filters import Filter, never
from services.webhooks.headers import seal_headers
from services.webhooks.limits import ENDPOINTS
from services.webhooks.models import SERVED, Endpoint, endpoints, locked
from services.webhooks.release import begin_afresh, cancel, digest_anew
from services.webhooks.signing import new_secret


class TooMany(UserError):  # noqa: N818 - named for what happened
    """The key has as many endpoints as it may."""


class Contradiction(UserError):  # noqa: N818 - named for what happened
    """Nothing can ever pass both the types and the filter."""


def subscribe(
    session: Session,
    owner: int,
    fields: Mapping[str, Any],
    now: datetime,
    ends_at: datetime | None = None,
    *,
    target: Mapping[str, str] | None = None,
    confirmed: bool = False,
) -> tuple[Endpoint, SecretStr | None]:
    """A new endpoint and its secret, which is readable here only; `TooMany` for one too many.

    With a `target` it is one for people: it has no secret to show, and may have to be confirmed first, unless it is so
    already. It ends with the owner's key, at `ends_at`. Until the commit nobody can end that key.
    """
    must_not_be_lost(session)
    alone(session, "endpoints", owner)  # or two who count at once would both find room
    theirs = select(func.count()).where(endpoints.c.owner == owner, endpoints.c.state != "deleted")
    if session.execute(theirs.select_from(endpoints)).scalar_one() >= ENDPOINTS:
        raise TooMany(f"This key has {ENDPOINTS} endpoints already, the most that it may have; delete one first.")
    secret = new_secret()
    endpoint = Endpoint(
        **_as_kept(fields), owner=owner, sealed_secret=seal(secret), created_at=now, updated_at=now, ends_at=ends_at
    )
    if target is not None:
        confirming.addresses(endpoint, target)
    if confirmed:
        endpoint.state, endpoint.confirmed_at = "active", now
    session.add(endpoint)
    session.flush()
    if endpoint.state == "unconfirmed":
        confirming.request_confirmation(session, endpoint, now)
    return endpoint, secret if target is None else None


def own(session: Session, caller: Caller, endpoint_id: int, *, to_change: bool = False) -> Endpoint | None:
    """The endpoint, if the caller may know of it; `to_change` holds it until the end of the transaction."""
    result = select(Endpoint).where(col(Endpoint.id) == endpoint_id, *visible_to(caller))
    return session.scalar(result.with_for_update() if to_change else result)


def visible_to(caller: Caller) -> tuple[ColumnElement[bool], ...]:
    """Which endpoints a caller may know of."""
    owned = true() if caller.may("admin") else col(Endpoint.owner) == caller.key
    return owned, col(Endpoint.state) != "deleted"


def change(
    session: Session,
    endpoint: Endpoint,
    fields: Mapping[str, Any],
    now: datetime,
    *,
    target: Mapping[str, str] | None = None,
) -> None:
    """Changes what is named. An endpoint that is enabled, or moves, begins afresh: what waits for it is due now.

    One whose recipient must confirm it is asked to, and waits.
    """
    as_kept = _as_kept(fields)
    served = is_served(endpoint, now)
    moves = target is not None or as_kept.get("url", endpoint.url) != endpoint.url
    begins = as_kept.get("state", "active" if served else "disabled") == "active" and (not served or moves)
    for name, value in as_kept.items():
        setattr(endpoint, name, value)
    if target is not None:
        confirming.addresses(endpoint, target)
    if sentence := never(endpoint.event_types, Filter.model_validate(endpoint.filter)):
        raise Contradiction(sentence)
    if "state" in as_kept:
        endpoint.reason = None if as_kept["state"] == "active" else OWNER_DISABLED
    endpoint.updated_at = now
    if begins and has_ended(endpoint, now):
        endpoint.ends_at = None  # an admin wants it, whatever became of the key
    if "digest" in as_kept:
        session.flush()
        digest_anew(session, endpoint.id or 0, digest_time(endpoint.digest, now), now)
    asks_to_confirm = target is not None or as_kept.get("state") == "active"
    if asks_to_confirm and endpoint.state in SERVED and confirming.is_needed(endpoint):
        confirming.request_confirmation(session, endpoint, now)
    elif begins:
        begin_afresh(session, endpoint, now)


def delete(session: Session, endpoint: Endpoint, now: datetime) -> None:
    """The end of an endpoint: its log stays, its secrets do not, and what is still owed to it is owed no longer."""
    endpoint.state, endpoint.reason = "deleted", None
    endpoint.sealed_secret = endpoint.sealed_previous = endpoint.sealed_headers = ""
    endpoint.confirmation = endpoint.unsubscription = None
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
    these = locked(which, endpoints.c.state.in_(SERVED))
    ids = session.execute(update(endpoints).where(endpoints.c.id.in_(these)).values(ended).returning(endpoints.c.id))
    if stopped := ids.scalars().all():
        recipients.forget_recipients(session, endpoints.c.id.in_(stopped))


def _as_kept(fields: Mapping[str, Any]) -> dict[str, Any]:
    """What was said over HTTP, in the words of the table; nothing named of a list means an empty one."""
    retained = dict(fields)
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
