"""What `dateline audit` asks of webhooks: how much there is, and whether anything owed was forgotten."""

import json
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from itertools import takewhile
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, func, select
from sqlmodel import Session

from services.contracts.checks import Check
from services.contracts.messages import Deliver
from services.runtime.events.tables import events
from services.runtime.ledger.ledger_table import ledger
from services.webhooks import custody, retention
from services.webhooks.announce import may_know
from services.webhooks.filters import Filter
from services.webhooks.judge import story, why_not
from services.webhooks.models import LISTENING, EndpointState, deliveries, endpoints
from services.webhooks.settings import webhook_settings

MARGIN = timedelta(minutes=1)
"""An endpoint made while an event was being announced may or may not have been seen."""


def counts(session: Session) -> dict[str, int]:
    """How many endpoints and deliveries there are, by state."""
    tables = {"endpoints": endpoints.c.state, "deliveries": deliveries.c.state}
    return {
        f"{state} {name}": number
        for name, column in tables.items()
        for state, number in session.execute(select(column, func.count()).group_by(column).order_by(column))
    }


def oldest_pending(session: Session) -> datetime | None:
    """Since when the delivery that waits longest has been owed; None when nothing is."""
    oldest = func.min(deliveries.c.created_at, type_=deliveries.c.created_at.type)
    value: datetime | None = session.scalar(select(oldest).where(deliveries.c.state == "pending"))
    return value


def checks(session: Session, now: datetime) -> tuple[Check, ...]:
    """Every invariant of the webhooks, as it stands now; reads all there is."""
    stuck = _pending().where(~_in_ledger(dead_lettered=False))
    return (
        custody.check(session),
        _none(
            "remembered deliveries",
            _number(session, stuck.where(~_in_ledger(dead_lettered=True))),
            "pending deliveries have no message in the ledger, so nothing will ever bring them",
        ),
        _none(
            "moving deliveries",
            _number(session, stuck.where(_in_ledger(dead_lettered=True))),
            "pending deliveries were dead-lettered after an unexpected error and wait to be replayed",
        ),
        _none(
            "nothing owed to deleted endpoints",
            _number(session, _pending("deleted")),
            "pending deliveries belong to an endpoint that was deleted",
        ),
        _none(
            "owed events",
            _unowed(session, now),
            "times an endpoint wanted an event that is not owed to it",
        ),
    )


def _none(name: str, number: int, fault: str) -> Check:
    return Check(name, holds=not number, sentence=f"{number} {fault}.")


def _number(session: Session, counted: Select[Any]) -> int:
    return session.scalar(counted) or 0


def _pending(state: EndpointState = "active") -> Select[Any]:
    served = select(endpoints.c.id).where(endpoints.c.state == state)
    pending = (deliveries.c.state == "pending", deliveries.c.endpoint.in_(served))
    return select(func.count()).select_from(deliveries).where(*pending)


def _in_ledger(*, dead_lettered: bool) -> ColumnElement[bool]:
    same = (ledger.c.kind == Deliver.__name__, ledger.c.endpoint == deliveries.c.endpoint)
    resting = ledger.c.dead_lettered_at.is_not(None) if dead_lettered else ledger.c.dead_lettered_at.is_(None)
    return select(ledger.c.id).where(*same, resting).exists()


def _unowed(session: Session, now: datetime) -> int:
    """How often an endpoint, as it is now, wants an event that was announced since and that is not owed to it.

    Of the events whose deliveries are still remembered, the newest first.
    """
    listening = session.execute(select(endpoints).where(endpoints.c.state.in_(LISTENING))).all()
    if not listening:
        return 0
    fields = {endpoint.id: Filter.model_validate(endpoint.filter) for endpoint in listening}
    results = {tuple(row) for row in session.execute(select(deliveries.c.event, deliveries.c.endpoint))}
    return sum(
        event.announced_at > endpoint.updated_at + MARGIN
        and (event.id, endpoint.id) not in results
        and may_know(endpoint, event)
        and not why_not(endpoint.event_types, fields[endpoint.id], report)
        for event in _announced_since(session, _remembered(now, listening))
        for report in (story(event.source, json.loads(event.body)),)
        for endpoint in listening
    )


def _announced_since(session: Session, since: datetime) -> Iterator[Row[Any]]:
    public = (events.c.announced_at.is_not(None), events.c.sequence.is_not(None))
    newest_first = select(events).where(*public).order_by(events.c.sequence.desc())
    with session.execute(newest_first, execution_options={"yield_per": 100}) as report:
        yield from takewhile(lambda event: event.announced_at > since, report)


def _remembered(now: datetime, listening: Sequence[Row[Any]]) -> datetime:
    # Nobody is owed what was announced before they came; and older deliveries are forgotten.
    came: datetime = min(endpoint.updated_at for endpoint in listening)
    return max(came, now - timedelta(days=webhook_settings().retention) + retention.EVERY)
