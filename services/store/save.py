"""A wording becomes what we know: article, revision and event, in the caller's transaction."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from services.contracts.changes import ArticleChange
from services.contracts.messages import Announce, Preview, SaveArticle
from services.contracts.urls import article_id
from services.runtime.events.append import NewEvent, append_all, hold, return_numbers
from services.runtime.transparency_log.append import append_leaves
from services.runtime.transparency_log.leaf import NewLeaf
from services.store.changes.grade import change_of
from services.store.decide import Change, Created, Late, Reading, Updated, decide, reread
from services.store.dry_run import preview, standing
from services.store.events import new_event
from services.store.find import Existing, earlier_revisions, keys, place, places
from services.store.status import LOOKS, StatusLook, found_again
from services.store.write import Step, Written, begin, follow


@dataclass(frozen=True)
class Saved:
    """What became of an order: for which article, and what is to be announced."""

    change: Change
    article: str
    announce: Announce | None = None
    restored: Announce | None = None
    """That its page is back, which comes before what it says now."""
    preview: Preview | None = None

    def to_announce(self) -> tuple[Announce, ...]:
        """In the order of their numbers."""
        return tuple(event for event in (self.restored, self.announce) if event)


def save(session: Session, order: SaveArticle, now: datetime) -> Saved:
    """Keeps the wording, if it is news to us; the same said twice, or in another order, comes to the same.

    The current wording is that of the latest capture, as the newest parser reads it. What an earlier capture said is
    kept as a revision if it was never seen, without an event. Saves take turns until their transactions end, so that
    the sequence of events has no gap and becomes visible in order.
    """
    return save_all(session, [(order, None)], now)[0]


def save_all(session: Session, orders: Sequence[tuple[SaveArticle, str | None]], now: datetime) -> list[Saved]:
    """As `save`, for several, each with the trace id of its story: those of one article in order of their captures."""
    hold(session, room=len(orders))
    arrived = [Arrived(at, Reading.of(order), trace) for at, (order, trace) in enumerate(orders)]
    saved: dict[int, Saved] = {}
    leaves: list[NewLeaf] = []
    for wave in _waves(sorted(arrived, key=Arrived.when)):
        saved |= zip((member.at for member in wave), _save_apart(session, wave, now, leaves), strict=True)
    append_leaves(session, leaves)
    return_numbers(session)
    return [saved[entry.at] for entry in arrived]


@dataclass(frozen=True)
class Arrived:
    """A wording that came with others: at which place among them, and as part of which story."""

    at: int
    reading: Reading
    trace_id: str | None

    def when(self) -> tuple[datetime, int]:
        """By which those of one article are put in order."""
        return self.reading.order.fetched_at, self.at


def _waves(arrived: Sequence[Arrived]) -> Iterator[list[Arrived]]:
    """In turn, wordings no two of which can be of the same article."""
    while arrived:
        wave, later, answer = list[Arrived](), list[Arrived](), set[str]()
        for entry in arrived:
            own = keys(entry.reading)
            (later if own & answer else wave).append(entry)
            answer |= own
        yield wave
        arrived = later


def _save_apart(session: Session, wave: Sequence[Arrived], now: datetime, leaves: list[NewLeaf]) -> list[Saved]:
    """Saves wordings of different articles, and adds what the transparency log is to say of them."""
    spots = places(session, [each.reading for each in wave])
    earlier = earlier_revisions(session, spots, [member.reading for member in wave])
    changes = [
        decide(spot.known, element.reading, now, number)
        for spot, element, number in zip(spots, wave, earlier, strict=True)
    ]
    new = [(spot.key, member.reading) for spot, member in zip(spots, wave, strict=True) if spot.row is None]
    steps = [
        Step(position.row, position.known, entry.reading, change)
        for position, entry, change in zip(spots, wave, changes, strict=True)
        if position.row is not None
    ]
    restored = {announce.article: announce for announce in found_again(session, _looks(spots, wave, changes), now)}
    written = Written()
    begin(session, new, now, written)
    follow(session, steps, now, written)
    leaves += written.leaves
    ids = [article_id(spot.key) if spot.row is None else spot.row.id for spot in spots]
    news = [
        new_event(
            written.rows[this],
            each.reading,
            change.changed,
            previous=spot.row.revision if spot.row else None,
            change=_weighed(spot, each.reading, change),
            now=now,
            trace_id=each.trace_id,
        )
        for spot, each, change, this in zip(spots, wave, changes, ids, strict=True)
        if isinstance(change, Created | Updated)
    ]
    report = dict(
        zip((event.subject for event in news), map(_announcement, news, append_all(session, news)), strict=True)
    )
    return [
        Saved(change, this, report.get(this), restored.get(this)) for change, this in zip(changes, ids, strict=True)
    ]


def _looks(spots: Sequence[Existing], wave: Sequence[Arrived], changes: Sequence[Change]) -> Iterator[StatusLook]:
    """The known articles that their pages have given at a look, and when."""
    for spot, entry, change in zip(spots, wave, changes, strict=True):
        order = entry.reading.order
        if spot.row is not None and order.origin.cause in LOOKS and not isinstance(change, Late):
            yield StatusLook(spot.row, order.fetched_at, entry.trace_id)


def _weighed(spot: Existing, reading: Reading, change: Created | Updated) -> ArticleChange | None:
    """What the page changed, without what only the reader says otherwise."""
    if not isinstance(change, Updated) or spot.known is None:
        return None
    before = reread(spot.known, reading)
    return change_of(before.order.article if before else spot.known.article, reading.order.article, change.returns_to)


def foresee(session: Session, order: SaveArticle, now: datetime) -> Saved:
    """What `save` would make of the order now, and how; writes nothing."""
    reading = Reading.of(order)
    position = place(session, reading)
    change, article = decide(position.known, reading, now), article_id(position.key)
    return Saved(change, article, preview=preview(reading.order, position, change, article))


def save_as_foreseen(session: Session, order: SaveArticle, now: datetime) -> Saved | None:
    """Saves what was foreseen, if the article still stands as it stood then; None, and nothing is written, if not."""
    hold(session)
    if standing(place(session, Reading.of(order))) != order.expects:
        return None
    return save(session, order, now)


def _announcement(event: NewEvent, sequence: int) -> Announce | None:
    return Announce(event=event.id, article=event.subject, sequence=sequence) if event.announced else None
