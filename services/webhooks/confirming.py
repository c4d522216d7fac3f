"""Recipients decide: nothing is sent to them before they have confirmed it, and one press of a button ends it.

Both work by tokens that only the recipient's mails have. The database has their digests, and the tokens sealed.
"""

import hashlib
import json
import secrets
from collections.abc import Mapping
from datetime import datetime, timedelta

from pydantic import SecretStr
from sqlalchemy import select
from sqlmodel import Session, col

from services.contracts.messages import Deliver
from services.runtime.ledger.jobs import enqueue
from services.runtime.sealing import seal
from services.webhooks import recipients
from services.webhooks.announce import announce_confirmation
from services.webhooks.kinds import PEOPLE, endpoint_kind, opened_target
from services.webhooks.models import Endpoint, endpoints
from services.webhooks.release import begin_afresh, cancel

VALID = timedelta(days=3)
"""How long the link of a confirmation opens something."""


def addresses(endpoint: Endpoint, where: Mapping[str, str]) -> None:
    """Gives an endpoint its recipient; one who must agree is to be asked."""
    kind = PEOPLE[endpoint_kind(endpoint)]
    endpoint.url = kind.shown(where)
    leave = secrets.token_urlsafe(32)
    endpoint.unsubscription = token_digest(leave)
    endpoint.sealed_secret = _sealed({**where, "unsubscribe": leave})
    endpoint.confirmed_at = None
    if kind.confirms and endpoint.state in {"active", None}:
        endpoint.state = "unconfirmed"


def is_needed(endpoint: Endpoint) -> bool:
    """Whether the recipient must be asked before anything is sent."""
    return endpoint.kind != "webhook" and PEOPLE[endpoint_kind(endpoint)].confirms and endpoint.confirmed_at is None


def request_confirmation(session: Session, endpoint: Endpoint, now: datetime) -> None:
    """Has the recipient asked, with a fresh link: an earlier one opens nothing any more."""
    token = secrets.token_urlsafe(32)
    endpoint.state, endpoint.reason = "unconfirmed", None
    endpoint.confirmation, endpoint.confirmation_until = token_digest(token), now + VALID
    endpoint.sealed_secret = _sealed({**opened_target(endpoint.sealed_secret), "confirm": token})
    session.flush()
    announce_confirmation(session, endpoint, now)


def confirm(session: Session, token: str, now: datetime) -> bool:
    """Begins the subscription whose recipient has this token; whether there is one. Again is the same."""
    valid = (col(Endpoint.confirmation) == token_digest(token), col(Endpoint.confirmation_until) > now)
    endpoint = session.scalar(select(Endpoint).where(*valid).with_for_update())
    if endpoint is None:
        return False
    endpoint.confirmed_at = endpoint.confirmed_at or now
    if endpoint.state == "unconfirmed":
        endpoint.state, endpoint.updated_at = "active", now
        session.flush()
        begin_afresh(session, endpoint, now)
        enqueue(session, Deliver(endpoint=endpoint.id or 0))
    return True


def unsubscribe(session: Session, token: str, now: datetime) -> bool:
    """Ends the subscription whose mails have this token; whether there is one. Again is the same."""
    query = select(Endpoint).where(col(Endpoint.unsubscription) == token_digest(token))
    endpoint = session.scalar(query.with_for_update())
    if endpoint is None:
        return False
    if endpoint.state != "unsubscribed":
        endpoint.state, endpoint.reason = "unsubscribed", "Its recipient has unsubscribed."
        endpoint.confirmed_at, endpoint.confirmation, endpoint.updated_at = None, None, now
        session.flush()
        cancel(session, endpoint.id or 0)
        recipients.forget_recipients(session, endpoints.c.id == endpoint.id)
    return True


def token_digest(token: str) -> str:
    """What the database has of a token. It has 256 random bits, so that its plain SHA-256 tells nothing of it."""
    return hashlib.sha256(token.encode()).hexdigest()


def _sealed(where: Mapping[str, str]) -> str:
    return seal(SecretStr(json.dumps(dict(where))))
