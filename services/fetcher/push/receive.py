"""What a hub sends to our callback: a question whether we meant it, or news."""

import hashlib
import hmac
from datetime import datetime

from sqlmodel import Session, col, func, select

from services.contracts.messages import ReadPush
from services.fetcher.models import Channel
from services.fetcher.push import subscribe
from services.fetcher.push.models import Push, PushSubscription
from services.runtime.ledger.jobs import enqueue

WAITING = 20
"""Pushes of a channel that may wait to be read; more come from nobody who means well."""
_METHODS = {"sha256": hashlib.sha256, "sha384": hashlib.sha384, "sha512": hashlib.sha512}


def of_token(session: Session, token: str) -> PushSubscription | None:
    """The subscription with this callback, locked; None for one whose channel is watched no longer."""
    rows = select(PushSubscription).where(PushSubscription.token == token).with_for_update()
    subscription = session.exec(rows).one_or_none()
    return subscription if subscription and session.get(Channel, subscription.channel) else None


def is_meant(session: Session, token: str, mode: str, topic: str, lease: float | None, now: datetime) -> bool:
    """Whether we mean what a hub asks us about: that we subscribe to this topic. A hub that says no is believed."""
    subscription = of_token(session, token)
    if subscription is None or topic != subscription.topic:
        return False
    if mode == "denied":
        subscription.state, subscription.detail = "refused", "The hub denied the subscription."
        return True
    if mode == "subscribe":
        subscribe.note_verified(subscription, lease, now)
    return mode == "subscribe"


def is_signed(secret: str, body: bytes, signature: str | None) -> bool:
    """Whether the body carries the signature of the one who knows the secret, by SHA-256 or longer."""
    method, _, presented = (signature or "").partition("=")
    if (digest := _METHODS.get(method.strip().lower())) is None:
        return False
    return hmac.compare_digest(hmac.new(secret.encode(), body, digest).hexdigest(), presented.strip().lower())


def put_by(session: Session, subscription: PushSubscription, content_type: str, body: bytes, now: datetime) -> bool:
    """Puts a push by, to be read by the fetcher; False where too many are waiting."""
    waiting = select(func.count()).where(col(Push.channel) == subscription.channel)
    if session.exec(waiting).one() >= WAITING:
        return False
    push = Push(channel=subscription.channel, content_type=content_type[:200], body=body, pushed_at=now)
    session.add(push)
    session.flush()
    enqueue(session, ReadPush(push=push.id or 0, channel=subscription.channel))
    return True
