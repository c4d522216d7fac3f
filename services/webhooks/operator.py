"""The operator's own address, of the settings: it is notified of troubles without anybody making an endpoint."""

from datetime import datetime
from hashlib import sha256

from sqlalchemy import select
from sqlmodel import Session, col

from services.webhooks import subscriptions
from services.webhooks.models import Endpoint
from services.webhooks.people import mail
from services.webhooks.people.settings import operator_settings

NO_KEY = 0
"""The owner of this one endpoint; no API key has this number."""
OPERATORS_TYPES = ("service.*", "source.silent", "source.blocked", "source.gap", "source.recovered")
"""What an operator is told of."""


def keep_operator(session: Session, now: datetime) -> None:
    """Has an endpoint for the operator's address, if one is set and mail can be sent, and none for an earlier one.

    Who set it is the recipient's own operator, so nobody is asked to confirm it. Who has unsubscribed stays so.
    """
    email = operator_settings().email
    endpoint = session.scalar(
        select(Endpoint).where(col(Endpoint.owner) == NO_KEY, col(Endpoint.state) != "deleted").with_for_update()
    )
    if endpoint is not None and endpoint.labels != _labels(email):
        subscriptions.delete(session, endpoint, now)
        endpoint = None
    if email and endpoint is None and mail.not_ready() is None:
        chosen = {
            "kind": "email",
            "description": "The operator, of DATELINE_OPERATOR_EMAIL",
            "event_types": [*OPERATORS_TYPES],
            "filter": None,
            "headers": {},
            "metadata": _labels(email),
            "sources": True,
            "operate": True,
        }
        subscriptions.subscribe(session, NO_KEY, chosen, now, target={"to": email}, confirmed=True)


def _labels(email: str) -> dict[str, str]:
    """What tells one address from another without unsealing it."""
    return {"address": sha256(email.encode()).hexdigest()}
