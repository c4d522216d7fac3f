"""An event becomes one delivery for each endpoint that wants to hear of it."""

import json
import secrets
from collections.abc import Collection
from datetime import datetime

from sqlalchemy import insert, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session

from services.contracts.messages import Announce
from services.runtime.database import is_sqlite
from services.runtime.entries import OPEN
from services.runtime.entries import rows as ledger
from services.webhooks.models import TEST, announcements, deliveries, endpoints


def announce(session: Session, order: Announce, now: datetime) -> list[int]:
    """Keeps the event's bytes and owes it to each interested endpoint; returns the new deliveries' ids.

    Told a second time it owes nothing more: not even to endpoints that came in between.
    """
    if not _keep(session, order, now):
        return []
    active = session.execute(
        select(endpoints.c.id, endpoints.c.event_types, endpoints.c.sources)
        .where(endpoints.c.state == "active")
        .order_by(endpoints.c.id)
    )
    wanting = [
        endpoint.id
        for endpoint in active
        if wants(endpoint.event_types, endpoint.sources, event_type=order.type, source=order.source)
    ]
    return _owe(session, order.event, wanting, now)


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
    """Owes one endpoint an `endpoint.test` event; returns the delivery's id."""
    event = f"evt_test_{secrets.token_hex(10)}"
    words = {"type": TEST, "timestamp": now.isoformat(), "sequence": 0, "data": {"endpoint": endpoint}}
    order = Announce(event=event, sequence=0, type=TEST, source="", occurred_at=now, body=json.dumps(words))
    _keep(session, order, now)
    return _owe(session, event, [endpoint], now)[0]


def wants(event_types: Collection[str], sources: Collection[str], *, event_type: str, source: str) -> bool:
    """Whether these filters let the event through; an empty one lets everything through."""
    return (not event_types or event_type in event_types) and (not sources or source in sources)


def article_of(body: str) -> str | None:
    """Which article an event is about, by its own words; None when it is about none."""
    article = json.loads(body)["data"].get("article")
    return str(article["id"]) if article else None


def _keep(session: Session, order: Announce, now: datetime) -> bool:
    statement = sqlite.insert(announcements) if is_sqlite(session) else postgresql.insert(announcements)
    kept = session.execute(
        statement.values(
            event=order.event,
            sequence=order.sequence,
            type=order.type,
            source=order.source,
            article=article_of(order.body),
            body=order.body.encode(),
            occurred_at=order.occurred_at,
            announced_at=now,
        )
        .on_conflict_do_nothing(index_elements=["event"])
        .returning(announcements.c.event)
    )
    return kept.one_or_none() is not None


def _owe(session: Session, event: str, to: list[int], now: datetime) -> list[int]:
    if not to:
        return []
    owed = {"event": event, "state": "pending", "attempts": 0, "next_try": now, "created_at": now}
    rows = [owed | {"endpoint": endpoint} for endpoint in to]
    return list(session.execute(insert(deliveries).returning(deliveries.c.id), rows).scalars())
