"""What is owed to one endpoint and due, brought in order, a few at a time, by one worker at a time.

The lease of an endpoint's one message sees to that: no endpoint ever has more than its share of the threads.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import httpx
from sqlalchemy import ColumnElement, func, select
from sqlmodel import Session

from services.webhooks import breaker
from services.webhooks.attempt import Address, Parcel, Tried, attempt
from services.webhooks.breaker import Standing
from services.webhooks.headers import owner_headers
from services.webhooks.models import announcements, deliveries, endpoints
from services.webhooks.rotation import signers

TOGETHER = 20
"""Deliveries that are read, and written down, at one go."""
SLICE = timedelta(seconds=5)
"""How long one turn of an endpoint may take on new attempts; then the others have theirs."""
UNWRITTEN = timedelta(milliseconds=250)
"""How long what was delivered may go unwritten: the most that a killed worker makes a subscriber see twice."""

Clock = Callable[[], datetime]


@dataclass(frozen=True)
class Addressee:
    """An endpoint whose turn it is."""

    endpoint: int
    address: Address
    before: Standing
    """As it is written."""
    standing: Standing
    """As it is after what was tried since."""
    rate: float | None

    @property
    def share(self) -> int:
        """How many deliveries it may get at one go: a single one while it is on trial."""
        if self.standing.on_trial:
            return 1
        return TOGETHER if self.rate is None else max(1, min(TOGETHER, int(self.rate)))


@dataclass(frozen=True)
class Rest:
    """Nothing may be sent to this endpoint yet."""

    until: datetime


def addressee(session: Session, endpoint: int, now: datetime) -> Addressee | Rest | None:
    """Who is to be served; None when it is not to be served any more, or not until its owner enables it."""
    row = session.execute(
        select(endpoints).where(endpoints.c.id == endpoint, endpoints.c.state == "active")
    ).one_or_none()
    if row is None:
        return None
    if row.not_before is not None and row.not_before > now:
        return Rest(row.not_before)
    standing = Standing(failures=row.failures, failing_since=row.failing_since)
    return Addressee(
        endpoint=endpoint,
        address=Address(row.url, signers(row, now), owner_headers(row.sealed_headers)),
        before=standing,
        standing=standing,
        rate=row.rate,
    )


def parcels(session: Session, to: Addressee, now: datetime) -> list[Parcel]:
    """The deliveries that are next: due, and not behind an earlier one of the same article."""
    chosen = (
        select(deliveries.c.id)
        .where(*_first_in_line(to.endpoint), deliveries.c.next_try <= now)
        .order_by(deliveries.c.rank, deliveries.c.sequence)
        .limit(to.share)
    )
    found = session.execute(
        select(deliveries, *(announcements.c[name] for name in ("type", "body", "thin", "trace_id")))
        .join(announcements, announcements.c.event == deliveries.c.event)
        .where(deliveries.c.id.in_(session.scalars(chosen).all()))
        .order_by(deliveries.c.rank, deliveries.c.sequence)
    )
    return [
        Parcel(
            delivery=row.id,
            sequence=row.sequence,
            event=row.event,
            event_type=row.type,
            body=row.thin if row.payload == "thin" else row.body,
            number=row.attempts + 1,
            tries=row.tries,
            trace_id=row.trace_id,
        )
        for row in found
    ]


def next_due(session: Session, endpoint: int) -> datetime | None:
    """When the endpoint is to be served again; None when nothing is owed to it."""
    due = func.min(deliveries.c.next_try, type_=deliveries.c.next_try.type)
    found: datetime | None = session.scalar(select(due).where(*_first_in_line(endpoint)))
    return found


def bring(
    client: httpx.Client, to: Addressee, batch: Sequence[Parcel], clock: Clock
) -> Iterator[tuple[Tried, Standing]]:
    """One attempt for each parcel, with the endpoint's standing after it; stops early when it is to be left alone."""
    standing, began = to.standing, clock()
    for parcel in batch:
        tried = attempt(client, to.address, parcel, clock())
        standing = breaker.after(standing, tried.outcome, tried.ended, tried.retry_after)
        yield tried, standing
        if standing.failures or tried.ended - began > UNWRITTEN:
            return


def _first_in_line(endpoint: int) -> tuple[ColumnElement[bool], ...]:
    ahead = deliveries.alias()
    behind = select(ahead.c.id).where(
        ahead.c.endpoint == endpoint,
        ahead.c.article == deliveries.c.article,
        ahead.c.sequence < deliveries.c.sequence,
        ahead.c.state == "pending",
    )
    return deliveries.c.endpoint == endpoint, deliveries.c.state == "pending", ~behind.exists()
