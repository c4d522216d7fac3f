"""A look at what is wrong, written down: operators are told of what has begun and of what is over."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from itertools import groupby
from typing import cast

from sqlalchemy import delete, select
from sqlmodel import Session, col

from services.contracts.messages import Announce
from services.contracts.troubles import (
    NEXT_STEPS,
    RECOVERED,
    SUBJECTS,
    TROUBLE,
    ServiceEventType,
    ServiceFacts,
    ServiceTroubleKind,
    TroubleNotice,
)
from services.runtime.events.append import NewEvent, append_for_operators, id_of_event
from services.runtime.troubles.decide import Key, KnownTrouble, Symptom, review
from services.runtime.troubles.tables import TroubleRow, troubles


def note_troubles(session: Session, present: Mapping[Key, Symptom], now: datetime) -> list[Announce]:
    """Writes down what is wrong now; returns what is to be announced of it. There must be one who does so at a time."""
    rows = {_key(row): row for row in session.scalars(select(TroubleRow).where(col(TroubleRow.ended_at).is_(None)))}
    known = [
        KnownTrouble(key, row.first_seen, row.last_seen, row.announced_at is not None) for key, row in rows.items()
    ]
    outcome = review(known, present, now)
    rows |= {key: _row(key, present[key], now) for key in outcome.new}
    session.add_all(rows.values())
    for key in outcome.seen:
        rows[key].last_seen, rows[key].sentence = now, present[key].sentence
    for key in outcome.begun:
        rows[key].announced_at = now
    for key in outcome.ended:
        rows[key].ended_at = now
    for key in outcome.forgotten:
        session.delete(rows[key])
    news = [*_events(TROUBLE, outcome.begun, rows, now), *_events(RECOVERED, outcome.ended, rows, now)]
    for event in news:
        append_for_operators(session, event)
    return [Announce(event=event.id) for event in news]


def open_troubles(session: Session) -> Sequence[TroubleRow]:
    """What operators were told of and is not over, the latest first."""
    announced = (col(TroubleRow.announced_at).is_not(None), col(TroubleRow.ended_at).is_(None))
    return session.scalars(select(TroubleRow).where(*announced).order_by(col(TroubleRow.since).desc())).all()


def ended_troubles(session: Session, limit: int) -> Sequence[TroubleRow]:
    """What was over last."""
    ended = col(TroubleRow.ended_at)
    return session.scalars(select(TroubleRow).where(ended.is_not(None)).order_by(ended.desc()).limit(limit)).all()


def forget_ended(session: Session, before: datetime) -> None:
    """Deletes what ended before then."""
    session.execute(delete(troubles).where(troubles.c.ended_at < before))


def _events(
    event_type: ServiceEventType, keys: Sequence[Key], rows: Mapping[Key, TroubleRow], now: datetime
) -> Iterator[NewEvent]:
    """One for each kind, however many things have the trouble."""
    for kind, of_it in groupby(sorted(keys), key=lambda key: key[0]):
        facts = ServiceFacts(trouble=_trouble(kind, [rows[key] for key in of_it]))
        name = id_of_event(f"{event_type}:{now.isoformat()}:{facts.model_dump_json()}")
        yield NewEvent(name, event_type, f"service/{kind}", now, data=facts.model_dump(mode="json"))


def _trouble(kind: ServiceTroubleKind, rows: Sequence[TroubleRow]) -> TroubleNotice:
    more = f" {len(rows) - 1} more have the same trouble." if len(rows) > 1 else ""
    return TroubleNotice(
        kind=kind,
        since=min(row.since for row in rows),
        sentence=f"{rows[0].sentence}{more}",
        next_step=NEXT_STEPS[kind],
        number=len(rows),
        subjects=tuple(row.subject for row in rows[:SUBJECTS]),
    )


def _row(key: Key, sighting: Symptom, now: datetime) -> TroubleRow:
    kind, subject = key
    return TroubleRow(
        kind=kind, subject=subject, since=sighting.since, first_seen=now, last_seen=now, sentence=sighting.sentence
    )


def _key(row: TroubleRow) -> Key:
    return cast("ServiceTroubleKind", row.kind), row.subject
