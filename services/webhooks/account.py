"""What `dateline audit` says of webhooks: how much there is, and whether anything owed was forgotten."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Row, String, cast, func, select
from sqlmodel import Session

from services.contracts.messages import Deliver
from services.runtime.ledger import rows as ledger
from services.webhooks.models import TEST, announcements, deliveries, endpoints

MARGIN = timedelta(minutes=1)
"""An endpoint made while an event was being announced may or may not have been seen."""


@dataclass(frozen=True)
class Account:
    """Counts, and two numbers that must be zero: `forgotten` and `unowed`.

    `forgotten`: pending deliveries without a row in the ledger, which nothing will ever bring.
    `unowed`: events that an endpoint wanted, as its filters are now, and that are not owed to it.
    `set_aside`: pending deliveries that wait for a person, because the ledger gave up on them after a surprise.
    """

    endpoints: dict[str, int]
    deliveries: dict[str, int]
    oldest_pending: datetime | None
    set_aside: int
    forgotten: int
    unowed: int

    @property
    def balanced(self) -> bool:
        """Whether everything owed is on its way or has ended."""
        return not (self.forgotten or self.unowed)


def account(session: Session) -> Account:
    """Counts what there is, by reading all of it."""
    pending = deliveries.c.state == "pending"
    unclaimable = select(func.count()).select_from(deliveries).where(pending, ~_in_ledger(set_aside=False))
    return Account(
        endpoints=_by_state(session, endpoints.c.state),
        deliveries=_by_state(session, deliveries.c.state),
        oldest_pending=session.scalar(
            select(func.min(deliveries.c.created_at, type_=deliveries.c.created_at.type)).where(pending)
        ),
        set_aside=session.scalar(unclaimable.where(_in_ledger(set_aside=True))) or 0,
        forgotten=session.scalar(unclaimable.where(~_in_ledger(set_aside=True))) or 0,
        unowed=sum(_unowed(session, endpoint) for endpoint in _active(session)),
    )


def _by_state(session: Session, state: ColumnElement[str]) -> dict[str, int]:
    return dict(session.execute(select(state, func.count()).group_by(state)).tuples().all())


def _in_ledger(*, set_aside: bool) -> ColumnElement[bool]:
    same = (ledger.c.kind == Deliver.__name__, ledger.c.key == cast(deliveries.c.id, String))
    resting = ledger.c.set_aside_at.is_not(None) if set_aside else ledger.c.set_aside_at.is_(None)
    return select(ledger.c.id).where(*same, resting).exists()


def _active(session: Session) -> list[Row[Any]]:
    return list(session.execute(select(endpoints).where(endpoints.c.state == "active")).all())


def _unowed(session: Session, endpoint: Row[Any]) -> int:
    """Events announced since the endpoint is as it is now, that it wants and that are not owed to it."""
    owed = select(deliveries.c.id).where(
        deliveries.c.event == announcements.c.event, deliveries.c.endpoint == endpoint.id
    )
    wanted = [announcements.c.type != TEST, announcements.c.announced_at > endpoint.updated_at + MARGIN]
    if endpoint.event_types:
        wanted.append(announcements.c.type.in_(endpoint.event_types))
    if endpoint.sources:
        wanted.append(announcements.c.source.in_(endpoint.sources))
    return session.scalar(select(func.count()).select_from(announcements).where(*wanted, ~owed.exists())) or 0
