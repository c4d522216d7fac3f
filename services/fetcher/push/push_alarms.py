"""A hub that pushed and does not any more: people are told once, and when something is pushed again."""

from datetime import datetime

from sqlalchemy import and_, func, or_, select
from sqlmodel import Session, col

from services.contracts.source_events import BlockDetails, BlockedFacts, RecoveredFacts, RecoveryDetails
from services.fetcher.models import Channel, Source
from services.fetcher.push.models import PushSubscription
from services.runtime.events.sources import append_source_event

LOST = frozenset({"broken", "refused"})
"""States of a subscription that was relied on and brings nothing."""


def judge_pushes(session: Session, now: datetime) -> None:
    """Appends an event for each hub that has pushed and is relied on no longer, and for each that has pushed again."""
    state, lost = col(PushSubscription.state), col(PushSubscription.lost_at)
    begins, ends = and_(state.in_(LOST), lost.is_(None)), and_(state == "active", lost.is_not(None))
    rows = (
        select(col(Source.name), Channel, PushSubscription)
        .join(Channel, col(Channel.source_id) == col(Source.id))
        .join(PushSubscription, col(PushSubscription.channel) == col(Channel.id))
        .where(col(PushSubscription.pushed_at).is_not(None), or_(begins, ends), col(Source.paused).is_(False))
        .order_by(col(Channel.id))
        .with_for_update(of=PushSubscription)
    )
    for source, channel, subscription in session.execute(rows).all():
        if subscription.lost_at is None:
            subscription.lost_at = now
            append_source_event(session, _lost(session, source, channel, subscription), now)
        else:
            append_source_event(session, _pushed_again(source, channel, subscription), now)
            subscription.lost_at = None


def push_sentence(subscription: PushSubscription) -> str:
    """What is wrong, for people."""
    why = subscription.detail or ""
    return f"It is not pushed by {subscription.hub} any more, and looked at as usual. {why}".strip()


def _lost(session: Session, source: str, channel: Channel, subscription: PushSubscription) -> BlockedFacts:
    readable = (col(Channel.source_id) == channel.source_id, col(Channel.lost_at).is_(None))
    left = session.execute(select(func.count()).where(*readable)).scalar_one()
    details = BlockDetails(cause="push", channel=channel.url, channels_left=left)
    sentence = push_sentence(subscription)
    return BlockedFacts(source=source, since=subscription.pushed_at, sentence=sentence, details=details)


def _pushed_again(source: str, channel: Channel, subscription: PushSubscription) -> RecoveredFacts:
    details = RecoveryDetails(ended="source.blocked", channel=channel.url)
    sentence = f"The {channel.kind} of {source} is pushed again."
    return RecoveredFacts(source=source, since=subscription.lost_at, sentence=sentence, details=details)
