"""Gaps that somebody should know of: one notice for a source and a look, however many pages are missing."""

from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from datetime import datetime
from functools import partial
from itertools import groupby
from typing import Any

import structlog
from sqlalchemy import Row, select, update
from sqlmodel import Session

from services.contracts.source_events import PAGES, GapDetails, GapFacts, SourcePage
from services.fetcher.coverage.causes import alarms_once
from services.fetcher.gap_models import ONCE_ALARMED, TO_ALARM
from services.fetcher.gaps import gaps
from services.runtime.database import after_commit
from services.runtime.events.sources import append_source_event

log = structlog.get_logger()


def pending(session: Session) -> bool:
    """Whether there is anything to tell."""
    return session.execute(select(gaps.c.id).where(TO_ALARM).limit(1)).first() is not None


def raise_alarms(session: Session, now: datetime) -> list[GapFacts]:
    """One event for each source with gaps that nobody was told of; they are told of from now on."""
    rows = session.execute(select(gaps).where(TO_ALARM).order_by(gaps.c.source, gaps.c.shown_at, gaps.c.id)).all()
    notices = [_facts(source, untold) for source, untold in _of_sources(session, rows) if untold]
    # Only now, because what was told before has been asked for.
    session.execute(update(gaps).where(TO_ALARM).values(to_alarm=False, alarmed_at=now))
    for facts in notices:
        append_source_event(session, facts, now)
        after_commit(session, partial(_log, facts))
    return notices


def _of_sources(session: Session, rows: Sequence[Row[Any]]) -> Iterator[tuple[str, list[Row[Any]]]]:
    for source, of_it in groupby(rows, key=lambda row: str(row.source)):
        listed = list(of_it)
        known = _alarmed_before(session, source, {row.cause for row in listed if _once(row)})
        yield source, [row for row in listed if not (_once(row) and row.cause in known)]


def _once(gap: Row[Any]) -> bool:
    return alarms_once(gap.cause, backlog=gap.backlog)


def _alarmed_before(session: Session, source: str, causes: Collection[str]) -> set[str]:
    """Of which of these causes somebody was told before."""
    about = (gaps.c.source == source, ONCE_ALARMED)
    return {cause for cause in causes if session.execute(_ANY.where(*about, gaps.c.cause == cause)).first()}


def _facts(source: str, missing: Sequence[Row[Any]]) -> GapFacts:
    causes = dict(Counter(row.cause for row in missing).most_common())
    are = "page that is" if len(missing) == 1 else "pages that are"
    why = ", ".join(f"{number:,} {cause.replace('_', ' ')}" for cause, number in causes.items())
    return GapFacts(
        source=source,
        since=missing[0].shown_at,
        sentence=f"{source} shows {len(missing):,} {are} not stored: {why}.",
        number=len(missing),
        pages=tuple(SourcePage(url=row.url, reason=row.detail, since=row.shown_at) for row in missing[:PAGES]),
        details=GapDetails(causes=causes),
    )


def _log(facts: GapFacts) -> None:
    log.warning("source_gap", source=facts.source, gaps=facts.number, causes=facts.details.causes)


_ANY = select(gaps.c.id).limit(1)
