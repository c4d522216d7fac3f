"""The secrets that hubs sign with rest encrypted, as those of endpoints do."""

import secrets

from pydantic import SecretStr
from sqlmodel import Session, select

from services.fetcher.push.models import PushSubscription
from services.runtime.sealing import UnreadableSecret, is_lost, resealed, seal, unseal


def new_sealed() -> str:
    """A fresh secret, as it may be written down."""
    return seal(SecretStr(secrets.token_hex(32)))


def readable(subscription: PushSubscription) -> str | None:
    """The secret; None where none of our keys opens it."""
    try:
        return unseal(subscription.sealed_secret).get_secret_value()
    except UnreadableSecret:
        return None


def renew_lost(subscription: PushSubscription) -> None:
    """A secret that nobody can read any more is replaced: the hub is told of the new one when it is asked."""
    if is_lost(subscription.sealed_secret):
        subscription.sealed_secret = new_sealed()


def reseal_pushes(session: Session) -> int:
    """Seals every secret with the first of the installation's keys, and replaces those that are lost; how many."""
    rows = session.exec(select(PushSubscription).with_for_update()).all()
    for row in rows:
        renew_lost(row)
        row.sealed_secret = resealed(row.sealed_secret)
    return len(rows)
