"""Asking a hub, and answering when it asks back (https://www.w3.org/TR/websub/)."""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlencode

from sqlmodel import Session, select

from services.contracts.messages import SubscribeToHub
from services.fetcher.discover.hubs import Hub
from services.fetcher.models import Channel
from services.fetcher.push.models import PushSubscription
from services.fetcher.push.push_secrets import new_sealed, readable
from services.runtime.egress import Client, EgressError, Limits, send
from services.runtime.ledger.jobs import enqueue

LEASE = timedelta(days=10)
"""What we ask for, and the longest that we believe; hubs give what they like."""
SHORTEST = timedelta(minutes=10)
RENEW = 0.8
"""Of a lease, after which it is renewed."""
UNVERIFIED = timedelta(minutes=30)
"""Within which a hub has asked back, if it ever will."""
AGAIN = timedelta(hours=12)
"""How soon a hub that said no, or that did not ask back, is asked again."""
_LIMITS = Limits(15.0, first_byte=10.0, wire=20_000, decoded=20_000, status_alone=True)


@dataclass(frozen=True)
class Asked:
    """How a hub answered: nothing to say where it took the order."""

    refusal: str | None = None


def follow_hub(session: Session, channel: Channel, hub: Hub | None) -> None:
    """A feed that names a hub, or another one than before, is subscribed to."""
    if hub is None:
        return
    known = subscription_of(session, channel.id or 0)
    if known and (known.hub, known.topic) == (hub.url, hub.topic):
        return
    if known:
        session.delete(known)
        session.flush()
    session.add(
        PushSubscription(
            channel=channel.id or 0,
            hub=hub.url,
            topic=hub.topic,
            token=secrets.token_urlsafe(32),
            sealed_secret=new_sealed(),
            lost_at=known.lost_at if known else None,
        )
    )
    enqueue(session, SubscribeToHub(channel=channel.id or 0))


def subscription_of(session: Session, channel: int) -> PushSubscription | None:
    """The subscription of a channel, locked."""
    rows = select(PushSubscription).where(PushSubscription.channel == channel).with_for_update()
    return session.exec(rows).one_or_none()


def renewal(subscription: PushSubscription, now: datetime) -> datetime | None:
    """When a subscription that stands is renewed; None for one that must be asked for now."""
    if subscription.state != "active" or subscription.lease_until is None or subscription.verified_at is None:
        return None
    at = subscription.verified_at + (subscription.lease_until - subscription.verified_at) * RENEW
    return at if at > now else None


def ask_hub(client: Client, subscription: PushSubscription, callback: str, *, mode: str = "subscribe") -> Asked:
    """Asks the hub; what it means to do it says by asking back, perhaps before this returns."""
    form = {
        "hub.mode": mode,
        "hub.topic": subscription.topic,
        "hub.callback": callback,
        "hub.secret": readable(subscription) or "",
        "hub.lease_seconds": str(int(LEASE.total_seconds())),
    }
    headers = {"content-type": "application/x-www-form-urlencoded"}
    try:
        answer = send(
            client, "POST", subscription.hub, headers=headers, content=urlencode(form).encode(), limits=_LIMITS
        )
    except EgressError as trouble:
        return Asked(str(trouble))
    return Asked() if 200 <= answer.status < 300 else Asked(f"The hub answered {answer.status}.")


def note_answer(subscription: PushSubscription, asked: Asked, now: datetime) -> datetime:
    """Writes how asking went; returns when to look at it again. What the hub verified meanwhile stands."""
    if asked.refusal is None:
        return now + UNVERIFIED
    if renewal(subscription, now) is None:
        subscription.state, subscription.detail = "refused", asked.refusal
    return now + AGAIN


def note_verified(subscription: PushSubscription, lease: float | None, now: datetime) -> None:
    """The hub asked back, and was told yes: it pushes until the lease ends."""
    length = timedelta(seconds=min(max(lease or 0, 0), LEASE.total_seconds() * 3)) or LEASE
    subscription.verified_at, subscription.lease_until = now, now + max(length, SHORTEST)
    if subscription.state != "active":
        subscription.state, subscription.detail = "active", None
        subscription.pushed_at = subscription.doubted_at = None
        subscription.doubted = []
