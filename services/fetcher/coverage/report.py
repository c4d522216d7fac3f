"""The coverage of a source, month by month: what it showed, what of that is stored, how late, and what is missing."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from statistics import median
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from services.contracts.times import shown_time
from services.fetcher.coverage.find import OPEN
from services.fetcher.gaps import gaps
from services.fetcher.models import Page
from services.runtime.provenance.sightings import ON_A_PAGE, sightings
from services.runtime.provenance.verdicts import verdicts

SAMPLE = 5_000
"""The latest sightings of a month from which it is told how soon news was seen."""
AHEAD = timedelta(hours=1)
"""By so much a channel may show something before the hour that it writes; later ones are plans, or wrong."""
MONTHS = 12
"""Months that a report goes back when none is named."""


@dataclass(frozen=True)
class CoverageMonth:
    """Of the pages that a source showed first in one month: how many are stored, stored late, missing, or still wait.

    `late` counts news alone: what was there before we came has all the time it takes. Times are seconds from the first
    sight until it was stored. `seen_after`: half of the news was shown to us so soon after the hour that its
    channel says, and nineteen of twenty within `seen_after_most`. `missing` counts open gaps by cause, `waiting` what
    is no gap yet.
    """

    month: str
    shown: int
    stored: int
    waiting: int
    late: int = 0
    late_median: float | None = None
    late_most: float | None = None
    seen_after: float | None = None
    seen_after_most: float | None = None
    missing: dict[str, int] = field(default_factory=dict)


def coverage_by_month(
    session: Session, source: str, month: str | None, now: datetime, patience: float
) -> list[CoverageMonth]:
    """The month named, as `2026-11`, or the last twelve in which the source showed anything, the latest first."""
    if month is not None:
        return [_of(session, source, datetime.strptime(month, "%Y-%m").replace(tzinfo=UTC), patience)]
    first = session.execute(_FIRST.where(sightings.c.source == source)).scalar()
    begins = list(_months(first, now)) if first else []
    return [entry for entry in (_of(session, source, begin, patience) for begin in begins) if entry.shown]


def _months(first: datetime, now: datetime) -> Iterator[datetime]:
    """The beginnings of the last months until the one of `first`, the latest first."""
    begin = now.astimezone(UTC).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    for _ in range(MONTHS):
        yield begin
        if begin <= first:
            return
        begin = (begin - timedelta(days=1)).replace(day=1)


def _of(session: Session, source: str, begin: datetime, patience: float) -> CoverageMonth:
    end = begin.replace(year=begin.year + begin.month // 12, month=begin.month % 12 + 1)
    counted = session.execute(_counted(source, begin, end)).one()
    waits = sorted((row.stored_at - row.shown_at).total_seconds() for row in session.execute(_news(source, begin, end)))
    spans = _seen_after(session, source, begin, end)
    late = [seconds for seconds in waits if seconds > patience]
    causes = select(gaps.c.cause, func.count(), func.count(gaps.c.page)).where(
        *OPEN, gaps.c.source == source, gaps.c.shown_at >= begin, gaps.c.shown_at < end
    )
    rows = session.execute(causes.group_by(gaps.c.cause).order_by(gaps.c.cause)).all()
    missing: dict[str, int] = {row[0]: row[1] for row in rows}
    shown = counted.shown + sum(row[1] - row[2] for row in rows)
    return CoverageMonth(
        month=f"{begin:%Y-%m}",
        shown=shown,
        stored=counted.stored,
        waiting=max(shown - counted.stored - sum(missing.values()), 0),
        late=len(late),
        late_median=median(late) if late else None,
        late_most=max(late, default=None),
        seen_after=median(spans) if spans else None,
        seen_after_most=spans[int(0.95 * (len(spans) - 1))] if spans else None,
        missing=missing,
    )


def _seen_after(session: Session, source: str, begin: datetime, end: datetime) -> list[float]:
    """Seconds from the publication of news until it was shown, where a channel says the hour; the shortest first."""
    shown = _first_shown(source, begin, end)
    known = (sightings.c.page == shown.c.page) & (sightings.c.source == source) & sightings.c.published.is_not(None)
    both = shown.join(sightings, known).join(Page, col(Page.id) == shown.c.page)
    rows = session.execute(
        select(shown.c.page, shown.c.shown_at, sightings.c.published)
        .select_from(both)
        .where(col(Page.backlog).is_(False))
        .order_by(shown.c.page.desc())
        .limit(SAMPLE)
    )
    spans: dict[int, float] = {}
    for row in rows:
        time = shown_time(row.published)
        if time and time.at and not time.is_midnight and time.at <= row.shown_at + AHEAD:
            seconds = max((row.shown_at - time.at).total_seconds(), 0.0)
            spans[row.page] = max(seconds, spans.get(row.page, 0.0))
    return sorted(spans.values())


def _first_shown(source: str, begin: datetime, end: datetime) -> Any:
    """The pages that the source showed in that span, and not before: each with when."""
    before = aliased(sightings)
    earlier = select(before.c.page).where(
        before.c.page == sightings.c.page, before.c.source == source, before.c.first_seen < begin
    )
    return (
        select(sightings.c.page, func.min(sightings.c.first_seen).label("shown_at"))
        .where(sightings.c.source == source, sightings.c.first_seen >= begin, sightings.c.first_seen < end)
        .where(sightings.c.channel != ON_A_PAGE)
        .where(~earlier.exists())
        .group_by(sightings.c.page)
        .subquery("shown")
    )


def _counted(source: str, begin: datetime, end: datetime) -> Select[Any]:
    shown = _first_shown(source, begin, end)
    both = shown.outerjoin(verdicts, verdicts.c.page == shown.c.page)
    columns: list[Any] = [func.count().label("shown"), func.count(verdicts.c.article).label("stored")]
    return select(*columns).select_from(both)


def _news(source: str, begin: datetime, end: datetime) -> Select[Any]:
    """When each page that is no backlog was shown, and when it was stored."""
    shown = _first_shown(source, begin, end)
    news = shown.join(verdicts, verdicts.c.page == shown.c.page).join(Page, col(Page.id) == shown.c.page)
    stored = select(shown.c.shown_at, verdicts.c.stored_at).select_from(news)
    return stored.where(verdicts.c.stored_at > shown.c.shown_at, col(Page.backlog).is_(False))


_FIRST = select(func.min(sightings.c.first_seen))
