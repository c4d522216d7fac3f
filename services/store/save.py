"""A wording becomes what we know: article, revision and event, in the caller's transaction."""

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from services.contracts.messages import Announce, Preview, SaveArticle
from services.contracts.urls import article_id
from services.runtime.events.append import NewEvent, append, hold
from services.store.decide import Change, Created, Reading, Updated, decide
from services.store.events import new_event
from services.store.find import place
from services.store.shadow import preview, standing
from services.store.write import write


@dataclass(frozen=True)
class Saved:
    """What became of an order: for which article, and what is to be announced."""

    change: Change
    article: str
    announce: Announce | None = None
    preview: Preview | None = None


def save(session: Session, order: SaveArticle, now: datetime) -> Saved:
    """Keeps the wording, if it is news to us; the same said twice, or in another order, comes to the same.

    The current wording is that of the latest capture, as the newest parser reads it. What an earlier capture said is
    kept as a revision if it was never seen, without an event. Saves take turns until their transactions end, so that
    the sequence of events has no gap and becomes visible in order.
    """
    reading = Reading.of(order)
    hold(session)
    spot = place(session, reading)
    change = decide(spot.known, reading)
    row = write(session, spot, reading, change, now)
    announce = None
    if isinstance(change, Created | Updated):
        previous = spot.row.revision if spot.row else None
        event = new_event(row, reading, change.changed, previous=previous, now=now)
        announce = _announcement(event, append(session, event))
    return Saved(change, row.id, announce)


def foresee(session: Session, order: SaveArticle) -> Saved:
    """What `save` would make of the order now, and how; writes nothing."""
    reading = Reading.of(order)
    spot = place(session, reading)
    change, article = decide(spot.known, reading), article_id(spot.key)
    return Saved(change, article, preview=preview(reading.order, spot, change, article))


def save_as_foreseen(session: Session, order: SaveArticle, now: datetime) -> Saved | None:
    """Saves what was foreseen, if the article still stands as it stood then; None, and nothing is written, if not."""
    hold(session)
    if standing(place(session, Reading.of(order))) != order.expects:
        return None
    return save(session, order, now)


def _announcement(event: NewEvent, sequence: int) -> Announce | None:
    return Announce(event=event.id, article=event.subject, sequence=sequence) if event.announced else None
