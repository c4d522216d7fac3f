"""When an article was published, where its page says only the day: by the channels that showed it.

What a channel says is no part of what the page says: it changes no revision, and is shown beside it, with its evidence.
"""

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from prometheus_client import Histogram
from pydantic import BaseModel
from sqlalchemy import bindparam, func, select, update
from sqlmodel import Session

from services.contracts.article import Article
from services.contracts.times import shown_time
from services.runtime.database import after_commit
from services.runtime.provenance.sightings import sightings
from services.store.models import articles
from services.store.wording import instant

AHEAD = timedelta(hours=1)
"""By so much a channel may show something before the hour that it writes; later ones are plans, or wrong."""
SEEN_AFTER = Histogram(
    "dateline_published_seen_seconds",
    "From the publication of news, where its hour is known, until a channel showed it to us.",
    ["source"],
    buckets=(10, 30, 60, 120, 300, 600, 1_800, 3_600, 7_200, 21_600, 86_400),
)


class ChannelTime(BaseModel):
    """The hour at which a page was published, as a channel wrote it at its first sight."""

    at: datetime
    text: str
    source: str
    channel: int

    @property
    def evidence(self) -> str:
        """Which channel wrote it, and what."""
        return f"channel {self.channel} of {self.source}: {self.text}"


def hours_shown(session: Session, pages: Collection[int]) -> Mapping[int, ChannelTime]:
    """The earliest hour at which any channel says that these pages were published; not of midnights or of plans."""
    known: dict[int, ChannelTime] = {}
    for row in session.execute(_WRITTEN, {"pages": sorted(pages)}) if pages else ():
        shown = shown_time(row.published)
        if shown is None or shown.at is None or shown.is_midnight or shown.at > row.first_seen + AHEAD:
            continue
        time = ChannelTime(at=shown.at, text=row.published[:200], source=row.source, channel=row.channel)
        if row.page not in known or time.at < known[row.page].at:
            known[row.page] = time
    return known


def says_a_day(article: Article) -> bool:
    """Whether the page says the day of its publication, and no hour."""
    return article.published_at is not None and not isinstance(article.published_at, datetime)


def applies(time: ChannelTime | None, article: Article) -> bool:
    """Whether the page says the day alone, and the channel an hour of that day, in the zone that it writes."""
    return time is not None and says_a_day(article) and time.at.date() == article.published_at


def columns(time: ChannelTime | None, article: Article, first_seen: datetime) -> dict[str, Any]:
    """What the row of the article says of it."""
    known = time if applies(time, article) else None
    published = known.at if known else article.published_at
    return {
        "published_at": published and published.isoformat(),
        "dated_at": instant(published) or first_seen,
        "published_from": known and known.model_dump(mode="json"),
    }


def with_hour(article: Article, published_from: dict[str, Any] | None) -> Article:
    """The article with the hour that its row has from a channel, and the evidence for it."""
    time = ChannelTime.model_validate(published_from) if published_from else None
    if time is None or not applies(time, article):
        return article
    return article.model_copy(update={"published_at": time.at, "published_evidence": time.evidence})


def note_hours(session: Session, rows: Mapping[int, tuple[Any, Article]]) -> None:
    """Writes the hours that channels have shown meanwhile of these pages; each has the row and words of its article."""
    times = hours_shown(session, [page for page, (row, _) in rows.items() if not row.published_from])
    for page, (row, article) in sorted(rows.items()):
        if applies(times.get(page), article) and not row.published_from:
            fields = columns(times[page], article, row.first_seen)
            session.execute(update(articles).where(articles.c.id == row.id).values(**fields))


def hour_of(article: Article, time: ChannelTime | None) -> datetime | None:
    """The moment of its publication; None where neither the page nor a channel says more than the day."""
    said = time.at if time and applies(time, article) else article.published_at
    return said if isinstance(said, datetime) and said.tzinfo else None


def observe(session: Session, hours: Mapping[int, tuple[str, datetime | None]]) -> None:
    """Counts how long after its publication each of these pages of a source was shown to us, once that is kept."""
    known = {page: (source, at) for page, (source, at) in hours.items() if at}
    rows = session.execute(_FIRST, {"pages": sorted(known)}).all() if known else []
    spans = [(known[row.page][0], (row.seen - known[row.page][1]).total_seconds()) for row in rows]
    after_commit(session, partial(_count, spans))


def _count(spans: list[tuple[str, float]]) -> None:
    for source, seconds in spans:
        SEEN_AFTER.labels(source).observe(max(seconds, 0.0))


# Made once: to make a statement costs more than to run it.
_OF = sightings.c.page.in_(bindparam("pages", expanding=True))
_WRITTEN = (
    select(sightings.c.page, sightings.c.channel, sightings.c.source, sightings.c.first_seen, sightings.c.published)
    .where(_OF, sightings.c.published.is_not(None))
    .order_by(sightings.c.page, sightings.c.first_seen, sightings.c.channel)
)
_FIRST = (
    select(sightings.c.page, func.min(sightings.c.first_seen, type_=sightings.c.first_seen.type).label("seen"))
    .where(_OF)
    .group_by(sightings.c.page)
)
