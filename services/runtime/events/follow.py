"""Reading the event log from any place of its sequence on: what webhooks push, for those who pull."""

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, func, or_, select, true
from sqlmodel import Session

from services.contracts.errors import UserError
from services.contracts.events import SCOPES
from services.runtime.database import reading
from services.runtime.events.changes import ChangeQuery, ChangeSubject
from services.runtime.events.tables import counter, event_sources, events


@dataclass(frozen=True)
class EventQuery:
    """Which events are asked for: all of these must hold.

    `scopes`: which of the scopes that some types ask for the reader has; other events of such types do not exist for
    them.
    """

    type: str | None = None
    source: str | None = None
    kind: str | None = None
    announced: bool | None = None
    scopes: Collection[str] = ()
    change: ChangeQuery = field(default_factory=ChangeQuery)


class CursorTooOld(UserError):  # noqa: N818 - named for what happened
    """The events that follow this number are not all kept any more."""


@dataclass(frozen=True)
class EventSlice:
    """Events in their order; `next` is the number to ask again after, `more` whether something follows already."""

    events: Sequence[Row[Any]]
    next: int
    more: bool

    def page(self) -> bytes:
        """A page of the API. Each event is the body that webhooks send, to the byte, after three members in front."""
        report = ",".join(map(_in_front, self.events))
        return f'{{"events":[{report}],"next":{self.next}}}'.encode()


def pull(session: Session, query: EventQuery, after: int, limit: int) -> EventSlice:
    """The events asked for that follow number `after`, at most `limit`; what was passed over is not looked at again.

    0 begins at the first that is kept. Raises `CursorTooOld` where some that follow were forgotten.
    """
    refuse_old(session, after)
    # Read before the events: whatever is committed in between belongs to the next page, on either database.
    last = max(after, last_sequence(session))
    span = (events.c.sequence > after, events.c.sequence <= last)
    if query.change:
        following = select(events).where(*span, *_conditions(query), _of_source(query))
        return _sifted(session, query.change, following, after, last, limit)
    rows = _following(session, query, span, limit + 1)
    shown, more = rows[:limit], len(rows) > limit
    return EventSlice(shown, shown[-1].sequence if more else last, more)


def _following(session: Session, query: EventQuery, span: Sequence[Any], limit: int) -> list[Row[Any]]:
    """Those of the source itself, and those of articles that it has shown as well: each from an index, in one order."""
    statement = select(events).where(*span, *_conditions(query)).order_by(events.c.sequence).limit(limit)
    if query.source is None:
        return list(session.execute(statement))
    further = event_sources.c.source == query.source
    is_shared = session.execute(select(event_sources.c.sequence).where(further).limit(1)).first() is not None
    rows = list(session.execute(statement.where(events.c.source == query.source)))
    if not is_shared:
        return rows
    rows += session.execute(statement.join(event_sources, event_sources.c.sequence == events.c.sequence).where(further))
    return sorted(rows, key=lambda row: row.sequence)[:limit]


def _of_source(query: EventQuery) -> Any:
    if query.source is None:
        return true()
    further = select(event_sources.c.sequence).where(event_sources.c.source == query.source)
    return or_(events.c.source == query.source, events.c.sequence.in_(further))


LOOKED = 2_000
"""Events whose words one look reads at most; a page may then be short, or empty, although more follows."""


def _sifted(
    session: Session, criteria: ChangeQuery, following: Select[Any], after: int, last: int, limit: int
) -> EventSlice:
    """Those of the events that changed what is asked for: their bodies say so, and no index does."""
    of_articles = following.where(events.c.type.like("article.%")).order_by(events.c.sequence).limit(LOOKED + 1)
    shown, reached = list[Row[Any]](), after
    with session.execute(of_articles, execution_options={"yield_per": 50}) as rows:
        for looked, row in enumerate(rows):
            if looked == LOOKED or len(shown) == limit:
                return EventSlice(shown, reached, more=True)
            reached = row.sequence
            if criteria.lets_through(ChangeSubject.of(json.loads(row.body))):
                shown.append(row)
    return EventSlice(shown, last, more=False)


def refuse_old(session: Session, after: int) -> None:
    """Raises `CursorTooOld` for the number of a reader that would miss what was forgotten meanwhile."""
    first = forgotten(session)
    if 0 < after < first:
        raise CursorTooOld(
            f"The events up to number {first} are kept no longer: begin again after {first}, and read the articles "
            "that changed meanwhile."
        )


def forgotten(session: Session) -> int:
    """The number of the last event that is kept no longer; 0 while all are."""
    return int(session.execute(_FORGOTTEN).scalar_one())


def last_sequence(session: Session) -> int:
    """The number of the last event; 0 before the first."""
    return int(session.execute(_LAST).scalar_one())


def look() -> int:
    """The number of the last event, by a connection that is given back at once."""
    with reading() as session:
        return last_sequence(session)


def events_of(session: Session, subject: str, scopes: Collection[str], limit: int) -> Sequence[Row[Any]]:
    """What happened to this subject, without the bodies, the latest first."""
    fields = ("id", "sequence", "type", "occurred_at", "announced", "cause", "changed")
    query = select(*(events.c[name] for name in fields)).where(events.c.subject == subject, _PUBLIC, *told_to(scopes))
    return session.execute(query.order_by(events.c.sequence.desc()).limit(limit)).all()


def find_event(session: Session, event: str, scopes: Collection[str]) -> Row[Any] | None:
    """One event, by its id; None for a private one, and for one that these scopes do not show."""
    return session.execute(select(events).where(events.c.id == event, _PUBLIC, *told_to(scopes))).one_or_none()


def told_to(scopes: Collection[str]) -> list[ColumnElement[bool]]:
    """What holds for the events that a reader with these scopes may know of."""
    return [hidden for scope, hidden in _HIDDEN.items() if scope not in scopes]


_PUBLIC = events.c.sequence.is_not(None)
_HIDDEN = {scope: events.c.type.not_like(f"{prefix}%") for prefix, scope in SCOPES.items()}
_FORGOTTEN = select(func.coalesce(func.max(counter.c.forgotten), 0))
_LAST = select(func.coalesce(func.max(counter.c.last), 0))


def _conditions(query: EventQuery) -> list[Any]:
    fields = {"type": query.type, "kind": query.kind, "announced": query.announced}
    return told_to(query.scopes) + [events.c[name] == value for name, value in fields.items() if value is not None]


def _in_front(event: Row[Any]) -> str:
    announced = "true" if event.announced else "false"
    cause = f'"{event.cause}"' if event.cause else "null"
    return f'{{"id":"{event.id}","cause":{cause},"announced":{announced},{event.body[1:]}'
