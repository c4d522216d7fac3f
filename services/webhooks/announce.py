"""An event becomes one delivery for each endpoint that wants to hear of it, under the endpoint's own next number."""

import json
import secrets
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from itertools import count
from typing import Any

from sqlalchemy import Row, bindparam, insert, select, update
from sqlmodel import Session

from services.contracts.article_events import LISTED
from services.contracts.errors import DatelineError
from services.contracts.events import SCOPES, event_scope
from services.contracts.messages import Announce, Deliver, Lane
from services.runtime.database import UtcDateTime
from services.runtime.events.append import NewEvent, append_private
from services.runtime.events.changes import CREATED
from services.runtime.events.tables import events
from services.runtime.ledger.ledger_table import OPEN, ledger
from services.webhooks import recipients
from services.webhooks.digests import digest_time
from services.webhooks.filters import Filter, is_about_article
from services.webhooks.judge import FilterSubject, reaches_readers, story, why, why_not
from services.webhooks.models import (
    CONFIRMATION,
    DISABLED,
    LISTENING,
    SERVED,
    TEST,
    Endpoint,
    deliveries,
    endpoints,
    locked,
)
from services.webhooks.payload import frozen_bodies
from services.webhooks.release import wake

TESTS, NEWS, BULK = range(3)
"""The ranks of deliveries: what goes first."""

# Made once, like those of the ledger: to make a statement costs more than to run it.
_EARLIER = select(ledger.c.id).where(
    ledger.c.kind == Announce.__name__,
    ledger.c.dead_lettered_at.is_(None),
    ledger.c.article == events.c.subject,
    ledger.c.sequence < events.c.sequence,
)
_THESE = (events.c.id.in_(bindparam("these", expanding=True)), events.c.announced_at.is_(None))
_BEGIN = (
    update(events)
    .where(*_THESE, ~_EARLIER.exists())
    .values(announced_at=bindparam("at", type_=UtcDateTime))
    .returning(events.c.id, events.c.type, events.c.source, events.c.subject, events.c.owner)
)
_LEFT = select(events.c.id).where(*_THESE).limit(1)
_LISTENING = select(
    *(endpoints.c[name] for name in ("id", "event_types", "filter", "owner", "state", *SCOPES.values()))
).where(endpoints.c.state.in_(LISTENING))
# Held until the commit: numbers have no gap and become visible in order.
# Asked again under the lock: it may have been deleted since it was found to be listening.
_HELD = locked(endpoints.c.id.in_(bindparam("to", expanding=True)), endpoints.c.state != "deleted")
_NUMBER = (
    update(endpoints)
    .where(endpoints.c.id.in_(_HELD))
    .values(last_sequence=endpoints.c.last_sequence + bindparam("more"))
    .returning(
        endpoints.c.id,
        endpoints.c.last_sequence,
        endpoints.c.payload,
        endpoints.c.state,
        endpoints.c.not_before,
        endpoints.c.digest,
    )
)
_OWE = insert(deliveries)
_COMING = select(ledger.c.endpoint, ledger.c.due_at, ledger.c.lane).where(
    ledger.c.kind == Deliver.__name__, OPEN, ledger.c.endpoint.in_(bindparam("to", expanding=True))
)


class Overtaking(DatelineError):  # noqa: N818 - named for what happened
    """An event would be announced before an earlier one of its article."""


@dataclass(frozen=True)
class Due:
    """An endpoint that something was owed to just now, and when it may be served."""

    endpoint: int
    at: datetime


@dataclass(frozen=True)
class _Wish:
    """An event that an endpoint wants; of which article, and what goes first."""

    event: str
    endpoint: int
    article: str | None = None
    rank: int = NEWS
    matched: tuple[str, ...] = ()


def create_deliveries(session: Session, ranks: Mapping[str, int], now: datetime) -> list[Due]:
    """Owes each of the events to each interested endpoint, in the order given; returns the active ones among them.

    `ranks` are those of the events by their ids. An event that was announced before owes nothing more: not even to
    endpoints that came in between. A disabled endpoint is owed as well, and served when it is enabled. Raises
    `Overtaking` where an event is not its article's next.
    """
    rows = session.execute(_BEGIN, {"these": [*ranks], "at": now})
    begun = {event.id: event for event in rows}
    if left := [name for name in ranks if name not in begun]:
        _must_be_announced(session, left)
    if not begun:
        return []
    listening = session.execute(_LISTENING).all()
    interests = [_Interest(endpoint, Filter.model_validate(endpoint.filter)) for endpoint in listening]
    stories = _stories(session, begun, whole=any(endpoint.filter for endpoint in listening))
    readers = _readers(session, stories.values(), listening)
    wishes = [
        _Wish(name, interest.endpoint.id, _in_line(begun[name]), rank, tuple(matched))
        for name, rank in ranks.items()
        if name in begun
        for interest in interests
        if may_know(interest.endpoint, begun[name])
        and (matched := _matched(interest, stories[name], readers)) is not None
    ]
    return _owe(session, wishes, now)


@dataclass(frozen=True)
class _Interest:
    """An endpoint, and its filter."""

    endpoint: Row[Any]
    filter: Filter


READER = "reader: it was sent this article before"
"""Why an endpoint is sent what its filter does not let through."""


def _matched(interest: _Interest, subject: FilterSubject, readers: set[recipients.Pair]) -> list[str] | None:
    """Why the endpoint is to be sent the event; None where it is not."""
    event_types = interest.endpoint.event_types
    if not why_not(event_types, interest.filter, subject):
        return why(interest.filter, subject)
    reads = any((article, interest.endpoint.id) in readers for article in (subject.article, subject.merged))
    if reads and subject.type != LISTED and reaches_readers(event_types, interest.filter, subject):
        return [READER]
    return None


def _readers(session: Session, stories: Iterable[FilterSubject], listening: Sequence[Row[Any]]) -> set[recipients.Pair]:
    """Which of the endpoints that have a filter were sent which of these articles, where these are not all new."""
    subjects = (
        article for subject in stories if subject.type != CREATED for article in (subject.article, subject.merged)
    )
    known = [article for article in subjects if article]
    return recipients.were_sent(session, known, [endpoint.id for endpoint in listening if endpoint.filter])


def _must_be_announced(session: Session, left: Sequence[str]) -> None:
    if session.execute(_LEFT, {"these": left}).first() is not None:
        raise Overtaking("An earlier event of this article is still to be announced.")


def _stories(session: Session, begun: Mapping[str, Row[Any]], *, whole: bool) -> dict[str, FilterSubject]:
    # To read the words of an article costs more than all the rest, and only filters ask for them.
    if whole:
        bodies = frozen_bodies(session, [*begun])
        return {event: story(begun[event].source, json.loads(body)) for event, body in bodies.items()}
    return {event.id: _brief(event) for event in begun.values()}


def _brief(event: Row[Any]) -> FilterSubject:
    return FilterSubject(event.type, event.source, article=event.subject if is_about_article(event.type) else None)


def may_know(endpoint: Row[Any], event: Row[Any]) -> bool:
    """Whether the endpoint may be sent the event at all: a private one is its owner's, and some types ask a scope."""
    if (scope := event_scope(event.type)) and not getattr(endpoint, scope):
        return False
    return event.owner is None or (endpoint.owner == event.owner and endpoint.state == "active")


def _in_line(event: Row[Any]) -> str | None:
    """What keeps the event in order: events of an article, of a source, or of the log come one after another."""
    return event.subject if is_about_article(event.type) or event_scope(event.type) else None


def without_turn(session: Session, deliveries_due: Sequence[Due], lane: Lane) -> list[Due]:
    """Those of the endpoints whose turn does not come in time anyway; to be asked in the transaction that owes.

    In a flood nearly every turn is coming, and to replay it costs more than to deliver. Not to say it is safe,
    because a turn ends under the lock that owing takes: it finds what was owed before, or is gone when we look.
    """
    to = [due.endpoint for due in deliveries_due]
    coming = {row.endpoint: row for row in session.execute(_COMING, {"to": to})} if to else {}

    def in_time(due: Due) -> bool:
        turn = coming.get(due.endpoint)
        return turn is not None and turn.due_at <= due.at and (turn.lane == "live" or lane == "bulk")

    return [due for due in deliveries_due if not in_time(due)]


def announce_test(session: Session, endpoint: Endpoint, now: datetime) -> int:
    """Owes an active endpoint an `endpoint.test` event, before all else; returns the delivery's id."""
    number = endpoint.id or 0
    event = _about_endpoint(TEST, number, {"id": number}, f"evt_test_{secrets.token_hex(10)}", now)
    append_private(session, replace(event, announced=False), endpoint.owner)
    # Asking for a test is asking for a probe: it goes first, and what waits comes after it.
    wake(session, number, now)
    _owe(session, [_Wish(event.id, number, rank=TESTS)], now)
    made: int = session.execute(select(deliveries.c.id).where(deliveries.c.event == event.id)).scalar_one()
    return made


def announce_confirmation(session: Session, endpoint: Endpoint, now: datetime) -> None:
    """Owes an endpoint the question whether its recipient wants it; one that was asked before is not asked twice."""
    number = endpoint.id or 0
    earlier = select(events.c.id).where(events.c.subject == f"endpoint/{number}", events.c.type == CONFIRMATION)
    session.execute(
        update(deliveries)
        .where(deliveries.c.event.in_(earlier), deliveries.c.endpoint == number, deliveries.c.state == "pending")
        .values(state="cancelled", next_try=None)
    )
    event = _about_endpoint(CONFIRMATION, number, {"id": number}, f"evt_confirmation_{secrets.token_hex(10)}", now)
    append_private(session, replace(event, announced=False), endpoint.owner)
    _owe(session, [_Wish(event.id, number, rank=TESTS)], now)


def farewell(endpoint: Row[Any], reason: str, now: datetime) -> NewEvent:
    """What the key's other endpoints are told of one that was disabled. Not its address, which may hold a token."""
    facts = {"id": endpoint.id, "description": endpoint.description, "reason": reason}
    return _about_endpoint(DISABLED, endpoint.id, facts, f"evt_disabled_{secrets.token_hex(10)}", now)


def _about_endpoint(event_type: str, number: int, facts: Mapping[str, Any], event: str, now: datetime) -> NewEvent:
    return NewEvent(event, event_type, f"endpoint/{number}", occurred_at=now, data={"endpoint": facts})


def _owe(session: Session, wishes: Sequence[_Wish], now: datetime) -> list[Due]:
    counted = Counter(wish.endpoint for wish in wishes)
    numbered = _numbered(session, counted)
    following = {number: count(row.last_sequence - counted[number] + 1) for number, row in numbered.items()}
    fields = {"created_at": now, "state": "pending", "attempts": 0, "tries": 0}
    digests = {number: digest_time(row.digest, now) for number, row in numbered.items()}
    made = [
        fields
        | asdict(wish)
        | {"payload": numbered[wish.endpoint].payload, "sequence": next(following[wish.endpoint])}
        | _times(wish, digests[wish.endpoint], now)
        for wish in wishes
        if wish.endpoint in numbered
    ]
    if made:
        session.execute(_OWE, made)
    active = [numbered[number] for number in sorted(numbered) if numbered[number].state in SERVED]
    return [Due(entry.id, max(digests[entry.id] or now, entry.not_before or now)) for entry in active]


def _times(wish: _Wish, digest_at: datetime | None, now: datetime) -> dict[str, datetime | None]:
    """When it is due, and in which digest; a test is sent alone, and at once."""
    digest_at = None if wish.rank == TESTS else digest_at
    return {"next_try": digest_at or now, "digest_at": digest_at}


def _numbered(session: Session, counted: Mapping[int, int]) -> dict[int, Row[Any]]:
    """The endpoints that are still there, by id, each with the last of so many new numbers."""
    if len(several := {*counted.values()}) > 1:
        session.execute(_HELD, {"to": [*counted]})  # all of them first, or two who number would wait for one another
    return {
        row.id: row
        for more in several
        for row in session.execute(
            _NUMBER, {"more": more, "to": [entry for entry in counted if counted[entry] == more]}
        )
    }
