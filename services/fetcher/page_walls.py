"""Pages of a source that stand behind a wall while its channels can be read: people are told once, and of the end.

What a channel lists is known then and cannot be had, so that no channel is lost and nothing is silent.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from sqlmodel import Session, col, select

from services.contracts.source_events import (
    PAGES,
    BlockDetails,
    BlockedFacts,
    RecoveredFacts,
    RecoveryDetails,
    SourcePage,
)
from services.fetcher.blocked import ANSWERS
from services.fetcher.models import IMPORT, Channel, Page, Source
from services.runtime.database import after_commit
from services.runtime.events.sources import append_source_event
from services.runtime.provenance import verdicts
from services.runtime.provenance.verdicts import Verdict

PATIENCE = 3
"""Pages in a row that were walls at the last look, until it is an alarm; as many that were none end it."""
RECENT = timedelta(days=1)
"""How long after the last wall it is asked whether a source has become one."""
NEWEST = 1_000
"""Pages of a source that are looked through: those that it showed last are visited most."""
LATEST = PAGES
"""Of these, the looks that are considered, and named in the event."""
log = structlog.get_logger()


@dataclass(frozen=True)
class PageLook:
    """The last look at a page: when, whether a wall stood there, and one sentence."""

    url: str
    at: datetime
    is_wall: bool
    detail: str | None = None
    article: str | None = None


def walls_in_a_row(looks: Sequence[PageLook]) -> list[PageLook]:
    """The walls before which no page was seen; `looks` are at different pages, the latest first."""
    seen = next((number for number, look in enumerate(looks) if not look.is_wall), len(looks))
    return list(looks[:seen])


def is_over(looks: Sequence[PageLook]) -> bool:
    """Whether the last looks brought pages."""
    return len(looks) >= PATIENCE and not any(look.is_wall for look in looks[:PATIENCE])


def judge_walls(session: Session, now: datetime) -> None:
    """Tells of the sources whose pages are walls since a while, and of those that let us in again."""
    for number in _suspects(session, now):
        source = session.get_one(Source, number, with_for_update=True)
        looks = latest_looks(session, source)
        if source.walled_at is None:
            _begin(session, source, walls_in_a_row(looks), now)
        elif is_over(looks):
            _end(session, source, now)


def count_from(session: Session, source: int, now: datetime) -> None:
    """A channel of the source can be read again: the walls that stood meanwhile were told of with it."""
    session.get_one(Source, source, with_for_update=True).walls_from = now


def latest_looks(session: Session, source: Source) -> list[PageLook]:
    """The last look at each of the pages that were visited last, where it says whether a wall stands there."""
    own = (col(Page.source) == source.name, col(Page.visited_at).is_not(None), col(Page.moved_to).is_(None))
    newest = select(col(Page.id)).where(*own).order_by(col(Page.id).desc()).limit(NEWEST).subquery()
    latest = select(Page).join(newest, newest.c.id == col(Page.id))
    if source.walls_from:
        latest = latest.where(col(Page.visited_at) > source.walls_from)
    pages = session.exec(latest.order_by(col(Page.visited_at).desc(), col(Page.id).desc()).limit(LATEST)).all()
    known = verdicts.find_all(session, [page.id or 0 for page in pages])
    looks = (_look(page, known.get(page.id or 0)) for page in pages)
    return [look for look in looks if look is not None]


def _look(page: Page, verdict: Verdict | None) -> PageLook | None:
    """None where it is not known: a page that is gone, was not answered, or was not read yet."""
    url, at, article = page.url or page.key, page.visited_at, verdict.article if verdict else None
    if at is None:
        return None
    if page.outcome in ANSWERS:
        return PageLook(url, at, is_wall=True, detail=page.detail, article=article)
    if page.outcome not in {"new", "changed", "unchanged"} or verdict is None or page.fetched_at is None:
        return None
    if verdict.rejects(page.capture, page.fetched_at):
        is_wall = verdict.rejected_reason == "blocked"
        return PageLook(url, at, is_wall=is_wall, detail=verdict.rejected_detail, article=article)
    is_read = verdict.read_fetched_at is not None and verdict.read_fetched_at >= page.fetched_at
    return PageLook(url, at, is_wall=False, article=article) if is_read else None


def _suspects(session: Session, now: datetime) -> list[int]:
    """Sources that are told of, or that answered with a wall of late, some of which only the parser saw."""
    watched = (col(Source.paused).is_(False), col(Source.name) != IMPORT)
    told_or_counted = (col(Source.walled_at).is_not(None)) | (col(Source.blocked_at) > now - RECENT)
    seen_by_parser = (
        select(col(Page.source))
        .join(Verdict, col(Verdict.page) == col(Page.id))
        .where(col(Verdict.rejected_reason) == "blocked", col(Verdict.rejected_fetched_at) > now - RECENT)
    )
    suspected = told_or_counted | col(Source.name).in_(seen_by_parser)
    rows = session.exec(select(col(Source.id)).where(*watched, suspected).order_by(col(Source.id))).all()
    return [number for number in rows if number is not None]


def _begin(session: Session, source: Source, walls: Sequence[PageLook], now: datetime) -> None:
    channels = session.exec(select(Channel).where(Channel.source_id == source.id)).all()
    if len(walls) < PATIENCE or not _was_read_since(walls[-PATIENCE].at, channels):
        return  # where no channel can be read either, that is what people are told of
    readable = sum(1 for channel in channels if channel.lost_at is None)
    source.walled_at = now
    first, last = walls[-1], walls[0]
    sentence = (
        f"The last {len(walls)} pages of {source.name} that were visited stand behind a wall, since "
        f"{first.at:%Y-%m-%d %H:%M} UTC. {last.detail or ''} {readable} of its {len(channels)} channels can be read."
    )
    facts = BlockedFacts(
        source=source.name,
        since=first.at,
        sentence=" ".join(sentence.split()),
        number=len(walls),
        pages=tuple(
            SourcePage(url=wall.url, article=wall.article, reason=wall.detail, since=wall.at) for wall in walls
        ),
        details=BlockDetails(cause="wall", channels_left=readable),
    )
    append_source_event(session, facts, now)
    after_commit(session, lambda: log.warning("pages_walled", source=facts.source, pages=facts.number))


def _was_read_since(time: datetime, channels: Sequence[Channel]) -> bool:
    """Whether any of the channels was, and still can be."""
    return any(
        channel.lost_at is None and channel.succeeded_at is not None and channel.succeeded_at >= time
        for channel in channels
    )


def _end(session: Session, source: Source, now: datetime) -> None:
    facts = RecoveredFacts(
        source=source.name,
        since=source.walled_at,
        sentence=f"The pages of {source.name} can be read again.",
        details=RecoveryDetails(ended="source.blocked"),
    )
    source.walled_at = None
    append_source_event(session, facts, now)
