"""The same deliveries that are pushed, for a receiver that asks: to find its gaps, and to fill them."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, func, select
from sqlmodel import Session

from services.runtime.database import reading
from services.runtime.events.tables import events
from services.webhooks.models import deliveries, endpoints
from services.webhooks.payload import sent


@dataclass(frozen=True)
class Pull:
    """Deliveries in the order of their numbers, and the first number that is still kept; None when none is."""

    deliveries: Sequence[Row[Any]]
    after: int
    first: int | None

    def page(self) -> bytes:
        """A page of the API; each body is what is sent, to the byte."""
        report = b",".join(map(_line, self.deliveries))
        following = self.deliveries[-1].sequence if self.deliveries else self.after
        first = b"null" if self.first is None else b"%d" % self.first
        return b'{"events":[%b],"next":%d,"first":%b}' % (report, following, first)


def pull(session: Session, endpoint: int, after: int, limit: int) -> Pull:
    """What the endpoint was or will be sent after number `after`.

    Numbers are given under a lock that is held until the commit, so that none appears below one that was seen.
    """
    retained = deliveries.c.endpoint == endpoint
    rows = session.execute(
        select(deliveries, events.c.body)
        .join(events, events.c.id == deliveries.c.event)
        .where(retained, deliveries.c.sequence > after)
        .order_by(deliveries.c.sequence)
        .limit(limit)
    ).all()
    return Pull(rows, after, session.scalar(select(func.min(deliveries.c.sequence)).where(retained)))


def look() -> int:
    """How many deliveries were ever made: it grows with each, whoever it is for."""
    with reading() as session:
        return session.scalar(select(func.coalesce(func.sum(endpoints.c.last_sequence), 0))) or 0


def _line(row: Row[Any]) -> bytes:
    matched = json.dumps(row.matched or [], ensure_ascii=False).encode()
    fields = (row.sequence, row.event.encode(), matched, sent(row.body, row.payload))
    return b'{"sequence":%d,"id":"%b","matched":%b,"body":%b}' % fields
