"""Whether a push comes when it should: told by the looks that go on beside it."""

from collections.abc import Collection
from datetime import datetime, timedelta

from sqlmodel import Session, col, select

from services.fetcher.push.models import PushSubscription
from services.fetcher.push.push_alarms import push_sentence

GRACE = timedelta(minutes=5)
"""How long a page that a look found first is waited for: hubs fetch the feed before they push it."""
SLOWER = 4
"""Times the usual wait between two looks, while pushes come."""
SLOWEST = timedelta(minutes=30)
MOST = 20
"""Pages that are waited for at a time; one is enough to notice."""


def is_missing(subscription: PushSubscription, fresh: Collection[str], now: datetime) -> bool:
    """Notes what a look found before it was pushed; whether the push is broken by now.

    Only a subscription that has brought something is judged: before, nobody relies on it.
    """
    if subscription.state != "active" or subscription.pushed_at is None:
        return False
    if subscription.doubted_at and now - subscription.doubted_at >= GRACE:
        missed = f"{len(subscription.doubted)} pages were found by a look and not pushed"
        subscription.state = "broken"
        subscription.detail = f"The hub is not relied on any more: {missed}, the first {subscription.doubted[:1]}."
        subscription.doubted, subscription.doubted_at = [], None
        return True
    if fresh and not subscription.doubted_at:
        subscription.doubted, subscription.doubted_at = sorted(fresh)[:MOST], now
    return False


def arrived(subscription: PushSubscription, keys: Collection[str], now: datetime) -> None:
    """Something was pushed: what was waited for and is in it is waited for no longer."""
    subscription.pushed_at = now
    subscription.doubted = [key for key in subscription.doubted if key not in keys]
    subscription.doubted_at = subscription.doubted_at if subscription.doubted else None


def next_look(subscription: PushSubscription | None, due: datetime, now: datetime) -> datetime:
    """When to look next: later than usual while pushes come and nothing is missing."""
    if subscription is None or subscription.state != "active" or subscription.pushed_at is None:
        return due
    if subscription.doubted_at:
        return min(due, max(now, subscription.doubted_at + GRACE))
    return max(due, min(now + (due - now) * SLOWER, now + SLOWEST))


def push_sentences(session: Session, channels: Collection[int]) -> dict[int | None, str]:
    """How the subscriptions of these channels are, for people."""
    rows = session.exec(select(PushSubscription).where(col(PushSubscription.channel).in_(channels)))
    return {subscription.channel: _sentence(subscription) for subscription in rows}


def _sentence(subscription: PushSubscription) -> str:
    """How it is, for people."""
    match subscription.state:
        case "active":
            last = (
                f"last at {subscription.pushed_at:%Y-%m-%d %H:%M} UTC" if subscription.pushed_at else "nothing so far"
            )
            return f"It is pushed by {subscription.hub}, {last}."
        case "asked":
            return f"Its hub {subscription.hub} was asked to push it."
        case _ if subscription.lost_at:
            return push_sentence(subscription)
        case _:
            return f"It is not pushed by {subscription.hub}. {subscription.detail or ''}".strip()
