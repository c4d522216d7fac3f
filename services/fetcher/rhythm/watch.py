"""The rhythm of each source as rows: what it published, how its silence stands, and whether people were told."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any

from sqlalchemy import Row, func, select
from sqlmodel import Session, col

from services.contracts.source_events import RecoveredFacts, RecoveryDetails, SilenceDetails, SilentFacts
from services.fetcher.models import IMPORT, Channel, Page, Source, SourceRhythm
from services.fetcher.rhythm.model import HISTORY, Rhythm, busyness, expected_by, learn_rhythm
from services.fetcher.rhythm.silence import Silence, judge_silence
from services.runtime.events.sources import append_source_event
from services.runtime.provenance.sightings import sightings

EVERY = timedelta(hours=1)
"""How often the rhythm of a source is looked at."""
AT_ONCE = 20
"""Sources that one step looks at."""
ITEMS = 2_000
"""The latest items of a source that are kept and learned from."""
OVERLAP = timedelta(minutes=10)
"""A look that has begun before may be written after."""
FAR_BACK = 5_000
"""Pages before the last one that may be seen in this source for the first time only now."""
STALE = timedelta(hours=3)
"""After so long what was said of the hour says nothing of this one."""


def next_sources(session: Session, now: datetime) -> Sequence[int]:
    """The sources whose rhythm is to be looked at, those first that wait for longest."""
    looked_at = col(SourceRhythm.checked_at)
    due = (
        select(col(Source.id))
        .outerjoin(SourceRhythm, col(SourceRhythm.source_id) == col(Source.id))
        .where(col(Source.name) != IMPORT, (looked_at.is_(None)) | (looked_at <= now - EVERY))
    )
    return session.execute(due.order_by(looked_at.nulls_first(), col(Source.id)).limit(AT_ONCE)).scalars().all()


def check_source(session: Session, number: int, now: datetime) -> None:
    """Reads what came since, and tells people when the source has fallen silent, or speaks again."""
    source = session.get(Source, number)
    if source is None:
        return
    row = session.get(SourceRhythm, number, with_for_update=True) or SourceRhythm(source_id=number)
    _take_in(session, source, row, now)
    times = [datetime.fromtimestamp(60 * minute, UTC) for minute in sorted(row.items.values())]
    rhythm = learn_rhythm(times, now, source.country)
    row.checked_at, row.last_item_at = now, times[-1] if times else None
    _note(row, rhythm, now)
    session.add(row)
    session.flush()
    if row.silent_since and row.last_item_at and row.last_item_at > row.silent_since:
        _recovered(session, source, row, now)
    elif rhythm and row.last_item_at and row.silent_since is None and not _is_explained(session, source):
        silence = judge_silence(rhythm, row.last_item_at, now, _strikes(row, now))
        if silence.is_alarm:
            row.silent_since = now
            append_source_event(session, _silent(source, row, silence), now)


def forget_rhythm(session: Session, number: int) -> None:
    """The source is gone."""
    if row := session.get(SourceRhythm, number):
        session.delete(row)


def busy_now(session: Session, source: int, now: datetime) -> float:
    """How much more than usual comes from the source in this hour; 1 where that is not known."""
    row = session.get(SourceRhythm, source)
    if row is None or row.busy is None or row.checked_at is None or now - row.checked_at > STALE:
        return 1.0
    return row.busy


def _note(row: SourceRhythm, rhythm: Rhythm | None, now: datetime) -> None:
    if rhythm is None or row.last_item_at is None:
        row.items_a_day = row.probability = row.expected_by = row.busy = None
        return
    row.items_a_day = rhythm.items_a_day
    row.probability = judge_silence(rhythm, row.last_item_at, now).probability
    row.expected_by = expected_by(rhythm, row.last_item_at)
    row.busy = busyness(rhythm, now)


def _take_in(session: Session, source: Source, row: SourceRhythm, now: datetime) -> None:
    known = dict(row.items)
    for shown in _shown(session, source.name, row):
        at = shown.first_seen if not shown.backlog else _published(shown.published, shown.first_seen)
        if at is not None and at > now - HISTORY:
            minute = int(at.timestamp() // 60)
            known[str(shown.page)] = min(minute, known.get(str(shown.page), minute))
        row.page = max(row.page, shown.page)
    row.items = dict(sorted(known.items(), key=lambda item: item[1])[-ITEMS:])


def _shown(session: Session, source: str, row: SourceRhythm) -> Sequence[Row[Any]]:
    since = row.checked_at - OVERLAP if row.checked_at else datetime.min.replace(tzinfo=UTC)
    first = (sightings.c.source == source, sightings.c.page > row.page - FAR_BACK, sightings.c.first_seen > since)
    new = (
        select(sightings.c.page, sightings.c.first_seen, sightings.c.published, col(Page.backlog))
        .join(Page, col(Page.id) == sightings.c.page)
        .where(*first)
        .order_by(sightings.c.page.desc())
        .limit(10 * ITEMS)
    )
    return session.execute(new).all()


def _published(text: str | None, seen: datetime) -> datetime | None:
    """When a page was published that was there before we came; None where its channel does not say the hour."""
    at: datetime | None = None
    for read in (parsedate_to_datetime, datetime.fromisoformat):
        try:
            at = read(text or "")
            break
        except (ValueError, TypeError, OverflowError, IndexError):
            continue
    if at is None or at.tzinfo is None or ":" not in (text or ""):
        return None
    try:
        return at.astimezone(UTC) if at <= seen else None
    except OverflowError:
        return None


def _is_explained(session: Session, source: Source) -> bool:
    """Whether it is paused, or none of its channels can be read, which is told elsewhere."""
    failures = session.execute(select(col(Channel.failures)).where(col(Channel.source_id) == source.id)).scalars().all()
    return source.paused or all(failures)


def _strikes(row: SourceRhythm, now: datetime) -> int:
    return sum(now - datetime.fromisoformat(at) < HISTORY for at in row.strikes)


def _silent(source: Source, row: SourceRhythm, silence: Silence) -> SilentFacts:
    chance = f"1 in {min(1 / max(silence.probability, 1e-9), 1e9):,.0f}"
    details = SilenceDetails(
        last_item_at=silence.last, expected_by=row.expected_by, probability=round(silence.probability, 9)
    )
    sentence = (
        f"Nothing new came from {source.name} since {silence.last:%A, %Y-%m-%d %H:%M} UTC. "
        f"The chance of such a silence is {chance}."
    )
    return SilentFacts(source=source.name, since=silence.last, sentence=sentence, details=details)


def _recovered(session: Session, source: Source, row: SourceRhythm, now: datetime) -> None:
    facts = RecoveredFacts(
        source=source.name,
        since=row.silent_since,
        sentence=f"{source.name} has something new again.",
        details=RecoveryDetails(ended="source.silent"),
    )
    row.strikes, row.silent_since = [*row.strikes, now.isoformat()][-10:], None
    append_source_event(session, facts, now)


def rhythms(session: Session, numbers: Sequence[int]) -> Mapping[int, SourceRhythm]:
    """The rows of these sources."""
    rows = session.execute(select(SourceRhythm).where(col(SourceRhythm.source_id).in_(numbers))).scalars()
    return {row.source_id: row for row in rows}


def silent_sources(session: Session) -> int:
    """How many sources people were told of that they are silent."""
    silent = select(func.count()).select_from(SourceRhythm).where(col(SourceRhythm.silent_since).is_not(None))
    return int(session.execute(silent).scalar_one())
