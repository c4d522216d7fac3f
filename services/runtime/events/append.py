"""Writing to the event log, in the transaction that makes the event true."""

import hashlib
import json
from base64 import b32encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, bindparam, insert
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.sql.dml import ReturningInsert
from sqlmodel import Session

from services.runtime import tracing
from services.runtime.database import is_lasting, is_sqlite
from services.runtime.events.tables import counter, event_sources, events


@dataclass(frozen=True)
class NewEvent:
    """An event to be written; `data` is what the body says beside type, time and sequence.

    The same work done again gives the same `id`. An article's event says its source, kind and cause, and in `changed`
    which fields differ. `announced` events are for endpoints, too, once an `Announce` says so.
    """

    id: str
    type: str
    subject: str
    occurred_at: datetime
    data: Mapping[str, Any]
    source: str = ""
    kind: str | None = None
    cause: str | None = None
    changed: Sequence[str] = ()
    announced: bool = True
    trace_id: str | None = None
    """Of the story that it is part of; the present one, if None."""

    def further_sources(self) -> list[str]:
        """The other sources of the article that it is about; none where it is for one of them alone."""
        article = self.data.get("article") or {}
        own = article.get("source") == self.source
        return [source for source in article.get("sources", ()) if source != self.source] if own else []

    def body(self, sequence: int) -> str:
        """What is signed and sent, once the event has this number."""
        fields = {"type": self.type, "timestamp": self.occurred_at.isoformat(), "sequence": sequence, "data": self.data}
        return frozen(fields)


def hold(session: Session, room: int = 0) -> None:
    """Keeps others from appending until the commit: for what must be read, and still be so when the event is written.

    The event counter has its place in the order of locks: after pages and hosts, before endpoints. With `room`, so
    many numbers are taken at once; `append_all` uses them up, and `return_numbers` returns what is left of them.
    """
    if not is_sqlite(session):  # where there is one writer at a time anyway
        last = int(session.execute(_HOLD, {"by": room}).scalar_one())
        session.info[_ROOM] = [*session.info.get(_ROOM, ()), *range(last - room + 1, last + 1)]


def return_numbers(session: Session) -> None:
    """Returns the numbers that were taken and not used: they are the last ones, and nobody else has seen them."""
    if left := session.info.pop(_ROOM, None):
        session.execute(_HOLD, {"by": -len(left)})


def append(session: Session, event: NewEvent) -> int:
    """Writes the event under the next number, and returns that.

    The number is given under a lock that lasts until the commit: the sequence has no gap and becomes visible in order.
    """
    return append_all(session, [event])[0]


def append_all(session: Session, new: Sequence[NewEvent]) -> list[int]:
    """As `append`, for several, in this order."""
    if not new:
        return []
    if not is_lasting(session):
        raise RuntimeError("A power cut could give the number of this event to another one; commit it lastingly.")
    numbers = _numbers(session, len(new))
    session.execute(_INSERT, [_row(event, number, owner=None) for event, number in zip(new, numbers, strict=True)])
    further = [
        {"source": source, "sequence": number}
        for event, number in zip(new, numbers, strict=True)
        for source in event.further_sources()
    ]
    if further:
        session.execute(_INSERT_SOURCES, further)
    return numbers


def append_private(session: Session, event: NewEvent, owner: int) -> None:
    """Writes an event that only this API key may know of; its body says sequence 0."""
    session.execute(_INSERT, _row(event, None, owner=owner))


def append_for_operators(session: Session, event: NewEvent) -> None:
    """Writes an event about the service itself, which is outside the sequence of the news; its body says sequence 0."""
    session.execute(_INSERT, _row(event, None, owner=None))


def id_of_event(facts: str) -> str:
    """The id of the event that these facts make unique: the same again when the work has to be done again."""
    return "evt_" + b32encode(hashlib.sha256(facts.encode()).digest()[:15]).decode().lower()


def frozen(body: Mapping[str, Any]) -> str:
    """A body as it is kept, signed and sent."""
    return json.dumps(body, ensure_ascii=False, separators=(",", ":"))


def _numbers(session: Session, needed: int) -> list[int]:
    """The next numbers: first of those that `hold` has taken already."""
    room: list[int] = session.info.get(_ROOM, [])
    reserved, session.info[_ROOM] = room[:needed], room[needed:]
    if missing := needed - len(reserved):
        dialect = "sqlite" if is_sqlite(session) else "postgresql"
        last = int(session.execute(_COUNT[dialect], {"by": missing}).scalar_one())
        reserved += range(last - missing + 1, last + 1)
    return reserved


def _row(event: NewEvent, sequence: int | None, owner: int | None) -> dict[str, Any]:
    facets = ("id", "type", "subject", "source", "kind", "cause", "occurred_at", "announced")
    return {name: getattr(event, name) for name in facets} | {
        "sequence": sequence,
        "changed": list(event.changed),
        "owner": owner,
        "trace_id": event.trace_id or tracing.current() or "",
        "body": event.body(sequence or 0),
    }


def _next(first: sqlite.Insert | postgresql.Insert) -> ReturningInsert[Any]:
    by = bindparam("by", type_=BigInteger)
    return (
        first.values(id=1, last=by)
        .on_conflict_do_update(index_elements=["id"], set_={"last": counter.c.last + by})
        .returning(counter.c.last)
    )


_ROOM = "event numbers"
# Made once: to make a statement costs more than to run it.
_HOLD = _next(postgresql.insert(counter))
_COUNT = {"sqlite": _next(sqlite.insert(counter)), "postgresql": _next(postgresql.insert(counter))}
_INSERT, _INSERT_SOURCES = insert(events), insert(event_sources)
