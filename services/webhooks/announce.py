"""An event becomes one delivery for each endpoint that wants to hear of it, under the endpoint's own next number."""

import json
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from operator import attrgetter
from typing import Any

from sqlalchemy import Row, bindparam, insert, select, update
from sqlmodel import Session

from services.contracts.errors import DatelineError
from services.contracts.messages import Announce, Deliver, Lane
from services.runtime.database import UtcDateTime
from services.runtime.entries import OPEN
from services.runtime.entries import rows as ledger
from services.runtime.events.append import NewEvent, append_private
from services.runtime.events.tables import events
from services.webhooks.filters import Filter, Story, is_about_article, story, why_not
from services.webhooks.models import DISABLED, TEST, Endpoint, deliveries, endpoints, locked
from services.webhooks.release import wake

TESTS, NEWS, BULK = range(3)
"""The ranks of deliveries: what goes first."""

# Made once, like those of the ledger: to make a statement costs more than to run it.
_EARLIER_ROW = ledger.alias()
_EARLIER = (
    select(_EARLIER_ROW.c.id)
    .join(ledger, _EARLIER_ROW.c.article == ledger.c.article)
    .where(
        ledger.c.id == bindparam("this"),
        _EARLIER_ROW.c.kind == Announce.__name__,
        _EARLIER_ROW.c.set_aside_at.is_(None),
        _EARLIER_ROW.c.sequence < ledger.c.sequence,
    )
    .limit(1)
)
_LISTENING = select(endpoints.c.id, endpoints.c.event_types, endpoints.c.filter)
_ALL = _LISTENING.where(endpoints.c.state != "deleted")
_OF_ONE_OWNER = _LISTENING.where(endpoints.c.state == "active", endpoints.c.owner == bindparam("owner"))


_BEGIN = (
    update(events)
    .where(events.c.id == bindparam("this"), events.c.announced_at.is_(None))
    .values(announced_at=bindparam("at", type_=UtcDateTime))
    .returning(events.c.id, events.c.type, events.c.source, events.c.subject, events.c.owner, events.c.body)
)
# Held until the commit: numbers have no gap and become visible in order.
# Asked again under the lock: it may have been deleted since it was found to be listening.
_HELD = locked(endpoints.c.id.in_(bindparam("to", expanding=True)), endpoints.c.state != "deleted")
_NUMBER = (
    update(endpoints)
    .where(endpoints.c.id.in_(_HELD))
    .values(last_sequence=endpoints.c.last_sequence + 1)
    .returning(
        endpoints.c.id, endpoints.c.last_sequence, endpoints.c.payload, endpoints.c.state, endpoints.c.not_before
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


def announce(session: Session, order: Announce, now: datetime, *, rank: int = NEWS) -> list[Due]:
    """Owes the event to each interested endpoint; returns the active ones among them.

    Told a second time it owes nothing more: not even to endpoints that came in between. A disabled endpoint is owed
    as well, and served when it is enabled.
    """
    event = session.execute(_BEGIN, {"this": order.event, "at": now}).one_or_none()
    if event is None:
        return []
    listening = session.execute(_ALL if event.owner is None else _OF_ONE_OWNER, {"owner": event.owner}).all()
    told = _story(event, whole=any(endpoint.filter for endpoint in listening))
    wanting = [
        endpoint.id
        for endpoint in listening
        if not why_not(endpoint.event_types, Filter.model_validate(endpoint.filter), told)
    ]
    return _owe(session, order.event, told.article, wanting, rank, now)


def _story(event: Row[Any], *, whole: bool) -> Story:
    # To read the words of an article costs more than all the rest, and only filters ask for them.
    if whole:
        return story(event.source, json.loads(event.body))
    return Story(event.type, event.source, article=event.subject if is_about_article(event.type) else None)


def without_turn(session: Session, owed: Sequence[Due], lane: Lane) -> list[Due]:
    """Those of the endpoints whose turn does not come in time anyway; to be asked in the transaction that owes.

    In a flood nearly every turn is coming, and to say it again costs more than to deliver. Not to say it is safe,
    because a turn ends under the lock that owing takes: it finds what was owed before, or is gone when we look.
    """
    to = [due.endpoint for due in owed]
    coming = {row.endpoint: row for row in session.execute(_COMING, {"to": to})} if to else {}

    def in_time(due: Due) -> bool:
        turn = coming.get(due.endpoint)
        return turn is not None and turn.due_at <= due.at and (turn.lane == "live" or lane == "bulk")

    return [due for due in owed if not in_time(due)]


def must_not_overtake(session: Session, message: int) -> None:
    """Raises `Overtaking` where the message with this id announces an event that is not its article's next."""
    if session.execute(_EARLIER, {"this": message}).first() is not None:
        raise Overtaking("An earlier event of this article is still to be announced.")


def announce_test(session: Session, endpoint: Endpoint, now: datetime) -> int:
    """Owes an active endpoint an `endpoint.test` event, before all else; returns the delivery's id."""
    number = endpoint.id or 0
    event = _about_endpoint(TEST, number, {"id": number}, f"evt_test_{secrets.token_hex(10)}", now)
    append_private(session, replace(event, announced=False), endpoint.owner)
    # Asking for a test is asking for a probe: it goes first, and what waits comes after it.
    wake(session, number, now)
    _owe(session, event.id, None, [number], TESTS, now)
    made: int = session.execute(select(deliveries.c.id).where(deliveries.c.event == event.id)).scalar_one()
    return made


def farewell(endpoint: Row[Any], reason: str, now: datetime) -> NewEvent:
    """What the key's other endpoints are told of one that was disabled. Not its address, which may hold a token."""
    facts = {"id": endpoint.id, "description": endpoint.description, "reason": reason}
    return _about_endpoint(DISABLED, endpoint.id, facts, f"evt_disabled_{secrets.token_hex(10)}", now)


def _about_endpoint(event_type: str, number: int, facts: Mapping[str, Any], event: str, now: datetime) -> NewEvent:
    return NewEvent(event, event_type, f"endpoint/{number}", occurred_at=now, data={"endpoint": facts})


def _owe(session: Session, event: str, article: str | None, to: Sequence[int], rank: int, now: datetime) -> list[Due]:
    if not to:
        return []
    numbered = sorted(session.execute(_NUMBER, {"to": to}), key=attrgetter("id"))
    if not numbered:
        return []
    owed = {"event": event, "article": article, "rank": rank, "next_try": now, "created_at": now}
    owed |= {"state": "pending", "attempts": 0, "tries": 0}
    session.execute(
        _OWE,
        [owed | {"endpoint": each.id, "payload": each.payload, "sequence": each.last_sequence} for each in numbered],
    )
    return [Due(each.id, max(now, each.not_before or now)) for each in numbered if each.state == "active"]
