"""Saves a wording: article, revision and event, in the caller's transaction."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Row
from sqlmodel import Session

from services.contracts.article import Article
from services.contracts.messages import Announce, Preview, SaveArticle
from services.contracts.urls import article_id
from services.runtime.events.append import NewEvent, append_all, hold, return_numbers
from services.runtime.transparency_log.append import append_leaves
from services.runtime.transparency_log.leaf import NewLeaf
from services.store.decide import Change, Created, Late, Reading, Refreshed, Unchanged, Updated, decide
from services.store.dry_run import preview, standing
from services.store.events import announcement, is_told, new_event
from services.store.find import Existing, keys, place, places
from services.store.moves import Occasion, SeenIn, absorb, merged_event, merged_leaf, moved_event, moved_leaf
from services.store.rulings import Ruling, judge_all
from services.store.same_move import PageMove, moved_alike
from services.store.status import LOOKS, StatusLook, found_again
from services.store.write import Beginning, Step, Written, begin, follow, rows_of


@dataclass(frozen=True)
class Saved:
    """What became of an order: for which article, and what is to be announced."""

    change: Change
    article: str
    announces: tuple[Announce, ...] = ()
    preview: Preview | None = None
    one_page: tuple[int, int] | None = None
    """Two pages that are one, because both show this article: that which rests, and that which stays."""
    revision: int | None = None
    """The number of the revision that it made current; None where it made none."""

    @property
    def announce(self) -> Announce | None:
        """The last of what is to be announced: what the article says, if that is news."""
        return self.announces[-1] if self.announces else None


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
    waves = list(_waves(sorted(arrived, key=Arrived.when)))
    for number, wave in enumerate(waves, start=1):
        coming = {each.reading.order.origin.host for later in waves[number:] for each in later}
        saved |= zip((member.at for member in wave), _save_apart(session, wave, coming, now, leaves), strict=True)
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


def _save_apart(
    session: Session, wave: Sequence[Arrived], coming: Collection[str | None], now: datetime, leaves: list[NewLeaf]
) -> list[Saved]:
    """Saves wordings of different articles, and adds what the transparency log is to say of them.

    Of the hosts that are `coming`, further pages are saved right afterwards.
    """
    spots = places(session, [each.reading for each in wave])
    judged = judge_all(session, spots, [member.reading for member in wave], coming, now)
    changes = [each.change for each in judged]
    new = [
        Beginning(spot.key, each.reading, spot.copies)
        for spot, each in zip(spots, wave, strict=True)
        if spot.row is None
    ]
    steps = [
        Step(
            position.row, position.known, entry.reading, each.change, each.difference.grade if each.difference else None
        )
        for position, entry, each in zip(spots, wave, judged, strict=True)
        if position.row is not None and not position.twin
    ]
    restored = {announce.article: announce for announce in found_again(session, _looks(spots, wave, changes), now)}
    written = Written()
    begin(session, new, now, written)
    follow(session, steps, now, written)
    placed = [Placed(*each) for each in zip(spots, wave, judged, strict=True)]
    leaves += [leaf for each in placed for leaf in _leaves(each, now)]
    leaves += written.leaves
    rows = written.rows | _relocated(session, placed, written.rows.keys(), now)
    announces = _announced(session, placed, rows, now)
    back = [(restored[each.article],) if each.article in restored else () for each in placed]
    return [each.saved((*first, *then)) for each, first, then in zip(placed, back, announces, strict=True)]


def _announced(
    session: Session, placed: Sequence["Placed"], rows: Mapping[str, Row[Any]], now: datetime
) -> list[list[Announce]]:
    """Writes the events, and returns for each wording what is to be announced, in the order of the numbers."""
    quiet = moved_alike(session, list(_moves(placed, rows)), now)
    news = [(at, event) for at, entry in enumerate(placed) for event in _events(entry, rows, now, quiet)]
    numbers = append_all(session, [event for _, event in news])
    announces: list[list[Announce]] = [[] for _ in placed]
    for (at, event), sequence in zip(news, numbers, strict=True):
        if announce := announcement(event, sequence):
            announces[at].append(announce)
    return announces


@dataclass(frozen=True)
class Placed:
    """What became of a wording, and of which article."""

    spot: Existing
    arrived: Arrived
    ruling: Ruling

    @property
    def change(self) -> Change:
        """What it means."""
        return self.ruling.change

    @property
    def article(self) -> str:
        """The id of the article."""
        return article_id(self.spot.key) if self.spot.row is None else str(self.spot.row.id)

    @property
    def revision(self) -> int | None:
        """The number of the revision that is current because of it."""
        if not isinstance(self.change, Created | Updated):
            return None
        return self.spot.row.revisions + 1 if self.spot.row is not None else 1

    @property
    def moved_from(self) -> str | None:
        """Where the article was until now, if what was read says where it is."""
        return self.spot.moved_from if isinstance(self.change, Updated | Refreshed | Unchanged) else None

    @property
    def text(self) -> Article:
        """What the article says now."""
        known = self.spot.known
        if known is None or isinstance(self.change, Created | Updated | Refreshed):
            return self.arrived.reading.order.article
        return known.article

    def saved(self, announces: tuple[Announce, ...]) -> "Saved":
        """As the edge is told of it."""
        return Saved(self.change, self.article, announces, one_page=self.spot.one_page, revision=self.revision)


def _relocated(
    session: Session, placed: Sequence[Placed], known: Collection[str], now: datetime
) -> dict[str, Row[Any]]:
    """Writes which articles turned out to be others; the rows of those that moved or stay, if not `known`."""
    moved = [entry for entry in placed if entry.moved_from or entry.spot.other]
    for entry in moved:
        if entry.spot.other and entry.spot.row:
            absorb(session, entry.spot.other, entry.spot.row, now)
    ids = {entry.article for entry in moved} - set(known)
    return rows_of(session, ids) if ids else {}


def _leaves(placed: Placed, now: datetime) -> Iterator[NewLeaf]:
    """What the transparency log says of where the article is, in the order of the events."""
    order, spot = placed.arrived.reading.order, placed.spot
    shown = SeenIn(order.capture, order.fetched_at)
    if spot.other is not None and spot.row is not None:
        yield merged_leaf(spot.other, spot.row, shown, now)
    if placed.moved_from and spot.row is not None:
        yield moved_leaf(spot.row, order.origin.url, shown, now)


def _moves(placed: Sequence[Placed], rows: Mapping[str, Row[Any]]) -> Iterator[PageMove]:
    """The moves that endpoints would be told of."""
    for entry in placed:
        order = entry.arrived.reading.order
        if entry.moved_from and is_told(order):
            yield PageMove(entry.article, order.origin.source, entry.moved_from, rows[entry.article].url)


def _events(placed: Placed, rows: Mapping[str, Row[Any]], now: datetime, quiet: Collection[str]) -> Iterator[NewEvent]:
    """What is told of it: two articles that are one, then the new address, then the new words."""
    spot, reading, change = placed.spot, placed.arrived.reading, placed.change
    occasion = Occasion(reading.order.origin.cause, now, is_told(reading.order), placed.arrived.trace_id)
    if spot.other is not None:
        yield merged_event(rows[placed.article], placed.text, spot.other, occasion)
    if placed.moved_from:
        alone = replace(occasion, announced=occasion.announced and placed.article not in quiet)
        yield moved_event(rows[placed.article], placed.text, placed.moved_from, alone)
    if isinstance(change, Created | Updated):
        yield new_event(
            rows[placed.article],
            reading,
            change.changed,
            previous=spot.row.revision if spot.row else None,
            change=placed.ruling.difference,
            quiet=placed.ruling.quiet,
            now=now,
            trace_id=placed.arrived.trace_id,
        )


def _looks(spots: Sequence[Existing], wave: Sequence[Arrived], changes: Sequence[Change]) -> Iterator[StatusLook]:
    """The known articles that their pages have given at a look, and when."""
    for spot, entry, change in zip(spots, wave, changes, strict=True):
        order = entry.reading.order
        if spot.row is not None and order.origin.cause in LOOKS and not isinstance(change, Late):
            yield StatusLook(spot.row, order.fetched_at, entry.trace_id)


def foresee(session: Session, order: SaveArticle, now: datetime) -> Saved:
    """What `save` would make of the order now, and how; writes nothing."""
    reading = Reading.of(order)
    position = place(session, reading)
    change = Unchanged() if position.twin else decide(position.known, reading, now)
    article = article_id(position.key)
    return Saved(change, article, preview=preview(reading.order, position, change, article))


def save_as_foreseen(session: Session, order: SaveArticle, now: datetime) -> Saved | None:
    """Saves what was foreseen, if the article still stands as it stood then; None, and nothing is written, if not."""
    hold(session)
    if standing(place(session, Reading.of(order))) != order.expects:
        return None
    return save(session, order, now)
