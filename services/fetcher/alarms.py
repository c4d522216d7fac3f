"""Channels that were read before and cannot be read now: somebody should look, because news is missed meanwhile.

So it is with a mailbox that was never opened: nobody but its owner can see that its password is wrong.
"""

from datetime import datetime

import structlog
from sqlmodel import Session, col, func, select

from services.contracts.source_events import BlockCause, BlockDetails, BlockedFacts, RecoveredFacts, RecoveryDetails
from services.fetcher import page_walls
from services.fetcher.models import Channel, Source
from services.fetcher.rounds import RoundResult
from services.runtime.database import after_commit
from services.runtime.events.sources import append_source_event

PATIENCE = 3
"""Failed looks in a row after which a server that does not answer counts; what answers otherwise counts at once."""
_CAUSES: dict[str, BlockCause] = {
    "blocked": "wall",
    "gone": "gone",
    "empty": "empty",
    "refused": "refused",
    "unreadable": "unreadable",
}
log = structlog.get_logger()


def alarm(channel: Channel) -> str | None:
    """One sentence for people; None for a channel that is well, was never read, or is in the midst of its parts."""
    if channel.parts or not channel.failures or channel.failures < _patience(channel):
        return None
    if channel.succeeded_at is None:
        never = f"It could never be opened. {channel.detail or ''}".strip()
        return never if channel.kind == "mailbox" else None
    retained = f" What came instead is kept as capture {channel.capture}." if channel.capture else ""
    since = channel.succeeded_at.strftime("%Y-%m-%d %H:%M")
    return f"It was read until {since} UTC and cannot be read now. {channel.detail or ''}{retained}"


def alarmed(session: Session) -> dict[str, int]:
    """How many channels of each source are alarms; sources that are paused have none."""
    failing = select(Source.name, Channel).join(Source, col(Source.id) == Channel.source_id)
    rows = session.exec(failing.where(col(Channel.failures) > 0, col(Source.paused).is_(False))).all()
    names = [name for name, channel in rows if alarm(channel)]
    return {name: names.count(name) for name in dict.fromkeys(names)}


def may_change(channel: Channel, look: RoundResult) -> bool:
    """Whether an alarm may begin or end with this look at the channel, so that there is an event to be kept."""
    return channel.lost_at is not None or not look.succeeded


def raise_alarm(session: Session, source: str, channel: Channel, now: datetime) -> None:
    """Appends an event, and writes to the log, when the alarm begins, and when the channel can be read again.

    Between the two it is one alarm, however the outcome of the looks changes.
    """
    if channel.lost_at is None and (sentence := alarm(channel)):
        channel.lost_at = now
        append_source_event(session, _lost(session, source, channel, sentence), now)
        after_commit(session, lambda: log.warning("channel_lost", source=source, url=channel.url, reason=sentence))
    elif channel.lost_at is not None and not channel.failures:
        append_source_event(session, _read_again(source, channel), now)
        channel.lost_at = None
        page_walls.count_from(session, channel.source_id, now)


def _lost(session: Session, source: str, channel: Channel, sentence: str) -> BlockedFacts:
    others = select(func.count()).where(
        Channel.source_id == channel.source_id, Channel.id != channel.id, col(Channel.lost_at).is_(None)
    )
    details = BlockDetails(
        cause=_CAUSES.get(channel.outcome or "", "unavailable"),
        channel=channel.url,
        channels_left=session.exec(others).one(),
        capture=channel.capture,
    )
    return BlockedFacts(source=source, since=channel.succeeded_at, sentence=sentence, details=details)


def _read_again(source: str, channel: Channel) -> RecoveredFacts:
    details = RecoveryDetails(ended="source.blocked", channel=channel.url)
    sentence = f"The {channel.kind} of {source} can be read again."
    return RecoveredFacts(source=source, since=channel.lost_at, sentence=sentence, details=details)


def _patience(channel: Channel) -> int:
    return PATIENCE if channel.outcome == "unavailable" else 1
