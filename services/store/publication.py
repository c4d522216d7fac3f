"""When an article was published, where its page says only the day: by the channels that showed it.

What a channel says is no part of what the page says: it changes no revision, and is shown beside it, with its evidence.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from prometheus_client import Histogram
from pydantic import BaseModel
from sqlalchemy import Row, bindparam, select, update
from sqlmodel import Session

from services.contracts.article import Article
from services.contracts.messages import Origin
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
        time = _hour(row.published, row.source, row.channel, row.first_seen)
        if time and (row.page not in known or time.at < known[row.page].at):
            known[row.page] = time
    return known


def hour_written(origin: Origin, fetched_at: datetime) -> ChannelTime | None:
    """The hour that travels with a page from the channel that wrote it."""
    if origin.published is None or origin.published_in is None:
        return None
    return _hour(origin.published, origin.source, origin.published_in, fetched_at)


def _hour(text: str, source: str, channel: int, seen: datetime) -> ChannelTime | None:
    shown = shown_time(text)
    if shown is None or shown.at is None or shown.is_midnight or shown.at > seen + AHEAD:
        return None
    return ChannelTime(at=shown.at, text=text[:200], source=source, channel=channel)


def says_a_day(article: Article) -> bool:
    """Whether the page says the day of its publication, and no hour."""
    return article.published_at is not None and not isinstance(article.published_at, datetime)


def applies(time: ChannelTime | None, article: Article) -> bool:
    """Whether the page says the day alone, and the channel an hour of that day, in the zone that it writes."""
    return time is not None and says_a_day(article) and time.at.date() == article.published_at


def columns(
    time: ChannelTime | None, article: Article, first_seen: datetime, before: dict[str, Any] | None = None
) -> dict[str, Any]:
    """What the row of the article says of it; what it said `before` stays where no channel says it anew."""
    time = time or (ChannelTime.model_validate(before) if before else None)
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


def note_hours(session: Session, rows: Mapping[int, Row[Any]]) -> None:
    """Writes the hours that channels have shown meanwhile of these pages; each has the row of its article."""
    without = {page: row for page, row in rows.items() if not row.published_from}
    for page, time in sorted(hours_shown(session, without).items()):
        row = without[page]
        article = Article.model_validate_json(row.reading)
        if applies(time, article):
            fields = columns(time, article, row.first_seen)
            session.execute(update(articles).where(articles.c.id == row.id).values(**fields))


def hour_of(article: Article, time: ChannelTime | None) -> datetime | None:
    """The moment of its publication; None where neither the page nor a channel says more than the day."""
    published = time.at if time and applies(time, article) else article.published_at
    return published if isinstance(published, datetime) and published.tzinfo else None


def observe(session: Session, seen: Sequence[tuple[str, datetime | None, datetime | None]]) -> None:
    """Counts how long after its publication news was shown to us, once it is kept: of each its source, when it was
    published, and when a channel showed it first.
    """
    spans = [(source, (shown - at).total_seconds()) for source, at, shown in seen if at and shown]
    after_commit(session, partial(_count, spans))


def _count(spans: Sequence[tuple[str, float]]) -> None:
    for source, seconds in spans:
        SEEN_AFTER.labels(source).observe(max(seconds, 0.0))


# Made once: to make a statement costs more than to run it.
_OF = sightings.c.page.in_(bindparam("pages", expanding=True))
_WRITTEN = (
    select(sightings.c.page, sightings.c.channel, sightings.c.source, sightings.c.first_seen, sightings.c.published)
    .where(_OF, sightings.c.published.is_not(None))
    .order_by(sightings.c.page, sightings.c.first_seen, sightings.c.channel)
)
