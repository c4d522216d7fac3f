"""An event becomes one delivery for each endpoint that wants to hear of it, under the endpoint's own next number."""

import json
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session

from services.contracts.messages import Announce
from services.runtime import tracing
from services.runtime.database import is_sqlite
from services.runtime.entries import OPEN
from services.runtime.entries import rows as ledger
from services.webhooks.filters import Filter, story, why_not
from services.webhooks.models import DISABLED, TEST, announcements, deliveries, endpoints

THIN = ("id", "url", "source", "kind", "headline", "published_at", "revision", "first_seen", "updated")
"""What a thin payload tells of an article; the rest is at `GET /articles/{id}`."""
TESTS, NEWS, BULK = range(3)
"""The ranks of deliveries: what goes first."""


@dataclass(frozen=True)
class Due:
    """An endpoint that something was owed to just now, and when it may be served."""

    endpoint: int
    at: datetime
    delivery: int


def announce(session: Session, order: Announce, now: datetime, *, rank: int = NEWS) -> list[Due]:
    """Keeps the event's bytes and owes it to each interested endpoint; returns the active ones among them.

    Told a second time it owes nothing more: not even to endpoints that came in between. A disabled endpoint is owed
    as well, and served when it is enabled.
    """
    event = json.loads(order.body)
    told = story(order.source, event)
    if not _keep(session, order, event, told.article, now):
        return []
    wanting = [
        endpoint.id
        for endpoint in session.execute(_listening(order))
        if not why_not(endpoint.event_types, Filter.model_validate(endpoint.filter), told)
    ]
    return _owe(session, order.event, told.article, wanting, rank, now)


def overtakes(session: Session, key: str) -> bool:
    """Whether an earlier event of the same article is still to be announced; the key is `article:sequence`."""
    article, colon, _ = key.rpartition(":")
    if not colon:
        return False  # an older version said it, and cannot tell
    earlier = select(ledger.c.id).where(
        ledger.c.kind == Announce.__name__, OPEN, ledger.c.key > f"{article}:", ledger.c.key < key
    )
    return session.execute(earlier.limit(1)).first() is not None


def announce_test(session: Session, endpoint: int, now: datetime) -> int:
    """Owes one active endpoint an `endpoint.test` event, before all else; returns the delivery's id."""
    order = _about_endpoint(TEST, {"id": endpoint}, f"evt_test_{secrets.token_hex(10)}", now)
    _keep(session, order, json.loads(order.body), None, now)
    # Asking for a test is asking for a probe: an endpoint that rests is woken.
    session.execute(update(endpoints).where(endpoints.c.id == endpoint).values(not_before=None))
    (due,) = _owe(session, order.event, None, [endpoint], TESTS, now)
    return due.delivery


def farewell(endpoint: Row[Any], reason: str, now: datetime) -> Announce:
    """What the key's other endpoints are told of one that was disabled. Not its address, which may hold a token."""
    facts = {"id": endpoint.id, "description": endpoint.description, "reason": reason}
    return _about_endpoint(DISABLED, facts, f"evt_disabled_{secrets.token_hex(10)}", now, owner=endpoint.owner)


def thinned(event: Mapping[str, Any]) -> dict[str, Any]:
    """An event's body without the words of its article."""
    article = event["data"].get("article")
    if article is None:
        return dict(event)
    brief = {name: article[name] for name in THIN if name in article}
    return {**event, "data": {**event["data"], "article": brief}}


def _about_endpoint(
    event_type: str, facts: Mapping[str, Any], event: str, now: datetime, owner: int | None = None
) -> Announce:
    words = {"type": event_type, "timestamp": now.isoformat(), "sequence": 0, "data": {"endpoint": facts}}
    return Announce(
        event=event, sequence=0, type=event_type, source="", occurred_at=now, body=_frozen(words), owner=owner
    )


def _listening(order: Announce) -> Any:
    if order.owner is None:
        who = endpoints.c.state != "deleted"
    else:
        who = (endpoints.c.state == "active") & (endpoints.c.owner == order.owner)
    return select(endpoints.c.id, endpoints.c.event_types, endpoints.c.filter).where(who)


def _keep(session: Session, order: Announce, event: Mapping[str, Any], article: str | None, now: datetime) -> bool:
    statement = sqlite.insert(announcements) if is_sqlite(session) else postgresql.insert(announcements)
    kept = session.execute(
        statement.values(
            event=order.event,
            sequence=order.sequence,
            type=order.type,
            source=order.source,
            article=article,
            body=order.body.encode(),
            thin=_frozen(thinned(event)).encode(),
            trace_id=tracing.current() or "",
            occurred_at=order.occurred_at,
            announced_at=now,
        )
        .on_conflict_do_nothing(index_elements=["event"])
        .returning(announcements.c.event)
    )
    return kept.one_or_none() is not None


def _owe(session: Session, event: str, article: str | None, to: Sequence[int], rank: int, now: datetime) -> list[Due]:
    if not to:
        return []
    # Locked in one order by all, and held until the commit: numbers have no gap and become visible in order.
    held = session.execute(
        select(endpoints).where(endpoints.c.id.in_(to)).order_by(endpoints.c.id).with_for_update()
    ).all()
    session.execute(update(endpoints).where(endpoints.c.id.in_(to)).values(last_sequence=endpoints.c.last_sequence + 1))
    owed = {"event": event, "article": article, "rank": rank, "next_try": now, "created_at": now}
    owed |= {"state": "pending", "attempts": 0, "tries": 0}
    rows = [owed | {"endpoint": each.id, "payload": each.payload, "sequence": each.last_sequence + 1} for each in held]
    made = session.execute(insert(deliveries).returning(deliveries.c.id, sort_by_parameter_order=True), rows).scalars()
    return [
        Due(each.id, max(now, each.not_before or now), delivery)
        for each, delivery in zip(held, made, strict=True)
        if each.state == "active"
    ]


def _frozen(words: Mapping[str, Any]) -> str:
    return json.dumps(words, ensure_ascii=False, separators=(",", ":"))
