"""Channels that were read before and cannot be read now: somebody should look, because news is missed meanwhile."""

import structlog
from sqlmodel import Session, col, select

from services.fetcher.models import Channel, Source
from services.runtime.database import after_commit

PATIENCE = 3
"""Failed looks in a row after which a server that does not answer counts; what answers otherwise counts at once."""
log = structlog.get_logger()


def alarm(channel: Channel) -> str | None:
    """One sentence for people; None for a channel that is well, was never read, or is in the midst of its parts."""
    if channel.succeeded_at is None or channel.parts or channel.failures < _patience(channel):
        return None
    retained = f" What came instead is kept as capture {channel.capture}." if channel.capture else ""
    since = channel.succeeded_at.strftime("%Y-%m-%d %H:%M")
    return f"It was read until {since} UTC and cannot be read now. {channel.detail or ''}{retained}"


def alarmed(session: Session) -> dict[str, int]:
    """How many channels of each source are alarms; sources that are paused have none."""
    failing = select(Source.name, Channel).join(Source, col(Source.id) == Channel.source_id)
    rows = session.exec(failing.where(col(Channel.failures) > 0, col(Source.paused).is_(False))).all()
    names = [name for name, channel in rows if alarm(channel)]
    return {name: names.count(name) for name in dict.fromkeys(names)}


def raise_alarm(session: Session, source: str, channel: Channel) -> None:
    """Writes it to the log when it begins."""
    if channel.failures == _patience(channel) and (sentence := alarm(channel)):
        after_commit(session, lambda: log.warning("channel_lost", source=source, url=channel.url, reason=sentence))


def _patience(channel: Channel) -> int:
    return PATIENCE if channel.outcome == "unavailable" else 1
