"""Delivers what is due to one endpoint: in order, a few at a time, by one worker at a time.

The lease of an endpoint's one message sees to that: no endpoint ever has more than its share of the threads.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import groupby
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, bindparam, func, literal_column, or_, select
from sqlmodel import Session

from services.contracts.choices import EndpointKind
from services.runtime.database import UtcDateTime, is_sqlite
from services.runtime.egress import Client
from services.runtime.events.tables import events
from services.runtime.ledger.jobs import Job
from services.runtime.ledger.ledger_table import ledger
from services.webhooks import breaker
from services.webhooks.attempt import Address, Parcel, Tried, attempt
from services.webhooks.breaker import Standing
from services.webhooks.digests import digest_zone
from services.webhooks.headers import owner_headers
from services.webhooks.kinds import opened_target, sender
from services.webhooks.models import SERVED, deliveries, endpoints, locked
from services.webhooks.payload import frozen_bodies, sent
from services.webhooks.people.message import ENTRIES
from services.webhooks.rotation import signers

TOGETHER = 40
"""Deliveries that are read, and written down, at one go."""
DIGEST = 500
"""The most deliveries that one digest tells of; what is beyond comes in another one right after it."""
SLICE = timedelta(seconds=5)
"""How long one turn of an endpoint may take on new attempts; then the others have theirs."""
UNWRITTEN = timedelta(milliseconds=250)
"""How long what was delivered may go unwritten: the most that a killed worker makes a subscriber see twice."""

LAST_RANK = 9
"""No delivery has a higher one."""

Clock = Callable[[], datetime]

# Made once: to make a statement costs more than to run it. In these words both databases see that their partial
# indexes serve.
_ENDPOINT: ColumnElement[int] = bindparam("endpoint")
_PENDING: ColumnElement[str] = literal_column("'pending'")
_NOW: ColumnElement[datetime] = bindparam("now", type_=UtcDateTime)
_SERVED = select(endpoints).where(
    endpoints.c.id == _ENDPOINT,
    endpoints.c.state.in_(SERVED),
    or_(endpoints.c.ends_at.is_(None), endpoints.c.ends_at > _NOW),
)
_HELD_BY_US = select(ledger.c.id).where(ledger.c.id == bindparam("message"), ledger.c.lease_token == bindparam("token"))
_ahead = deliveries.alias()
_BEHIND = select(_ahead.c.id).where(
    _ahead.c.endpoint == _ENDPOINT,
    _ahead.c.article == deliveries.c.article,
    _ahead.c.sequence < deliveries.c.sequence,
    _ahead.c.state == _PENDING,
)
# A recipient who has not confirmed is asked to, and sent nothing else: of the first rank only that can be there.
_OWED = (deliveries.c.endpoint == _ENDPOINT, deliveries.c.state == _PENDING, deliveries.c.rank <= bindparam("ranks"))
_FIRST_IN_LINE = (*_OWED, ~_BEHIND.exists())
# Digests keep their order: none overtakes an earlier one.
_FIRST_DIGEST = select(func.min(deliveries.c.digest_at)).where(*_OWED).scalar_subquery()
_IN_DIGEST = (*_OWED, or_(deliveries.c.digest_at.is_(None), deliveries.c.digest_at == _FIRST_DIGEST))
_READ = ("id", "sequence", "event", "payload", "attempts", "tries", "digest_at")


def _next(
    line: Sequence[ColumnElement[bool]], *order: ColumnElement[Any], more: Sequence[ColumnElement[Any]] = ()
) -> Select[Any]:
    return (
        select(*(deliveries.c[name] for name in _READ), events.c.type, events.c.trace_id, *more)
        .join(events, events.c.id == deliveries.c.event)
        .where(*line, deliveries.c.next_try <= _NOW, _SERVED.exists(), _HELD_BY_US.exists())
        .order_by(*order, deliveries.c.sequence)
        .limit(bindparam("share"))
    )


def _due(line: Sequence[ColumnElement[bool]]) -> Select[Any]:
    return select(func.min(deliveries.c.next_try, type_=UtcDateTime)).where(*line)


_NEXT = _next(_FIRST_IN_LINE, deliveries.c.rank, more=[events.c.body])
_NEXT_IN_DIGEST = _next(_IN_DIGEST, deliveries.c.digest_at.nulls_first())
_HELD = locked(endpoints.c.id == _ENDPOINT)
_NEXT_DUE, _NEXT_DIGEST_DUE = _due(_FIRST_IN_LINE), _due(_IN_DIGEST)


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
    woken_at: datetime | None
    """When somebody last asked that it be tried."""
    kind: EndpointKind = "webhook"
    digest: bool = False
    """Whether what is owed to it is sent together."""
    confirmed: bool = True

    @property
    def ranks(self) -> int:
        """The last rank of deliveries that it may be sent."""
        return LAST_RANK if self.confirmed else 0

    @property
    def changed(self) -> bool:
        """Whether there is anything to be written of how it is."""
        return self.standing != self.before or self.standing.recovered

    @property
    def share(self) -> int:
        """How many deliveries it may get at one go: a single one, or one digest, while it is on trial."""
        if self.digest:
            return DIGEST
        if self.standing.on_trial:
            return 1
        return TOGETHER if self.rate is None else max(1, min(TOGETHER, int(self.rate)))


@dataclass(frozen=True)
class Rest:
    """Nothing may be sent to this endpoint yet."""

    until: datetime


def addressee(session: Session, endpoint: int, now: datetime) -> Addressee | Rest | None:
    """Who is to be served; None when it is not to be served any more, or not until its owner enables it."""
    row = session.execute(_SERVED, {"endpoint": endpoint, "now": now}).one_or_none()
    if row is None:
        return None
    if row.not_before is not None and row.not_before > now:
        return Rest(row.not_before)
    standing = Standing(row.failures, row.failing_since, last_error=row.last_error, last_status=row.last_status)
    return Addressee(
        endpoint=endpoint,
        address=_address(row, now),
        before=standing,
        standing=standing,
        rate=row.rate,
        woken_at=row.woken_at,
        kind=row.kind,
        digest=row.digest is not None,
        confirmed=row.state == "active",
    )


def _address(row: Row[Any], now: datetime) -> Address:
    if row.kind == "webhook":
        return Address(row.url, signers(row, now), owner_headers(row.sealed_headers), endpoint=row.id)
    return Address(row.url, endpoint=row.id, target=opened_target(row.sealed_secret), zone=digest_zone(row.digest))


def parcels(session: Session, to: Addressee, job: Job, now: datetime) -> list[Parcel]:
    """The deliveries that are next: due, and not behind an earlier one of the same article.

    None once the endpoint is not to be served any more, also in the midst of its turn; or when others hold the turn.
    """
    fields = {"message": job.id, "token": job.token}
    fields |= {"endpoint": to.endpoint, "now": now, "share": to.share, "ranks": to.ranks}
    rows = session.execute(_NEXT_IN_DIGEST if to.digest else _NEXT, fields).all()
    if to.digest:
        rows = _first_message(rows)
        # Of a long digest only what it shows is read: an event may have 1 MB.
        bodies = frozen_bodies(session, [row.event for row in rows[:ENTRIES]])
    else:
        bodies = {row.event: row.body for row in rows}
    return [
        Parcel(
            delivery=row.id,
            sequence=row.sequence,
            event=row.event,
            event_type=row.type,
            body=sent(bodies.get(row.event, ""), row.payload),
            number=row.attempts + 1,
            tries=row.tries,
            trace_id=row.trace_id,
            digest_at=row.digest_at,
        )
        for row in rows
    ]


def _first_message(rows: Sequence[Row[Any]]) -> Sequence[Row[Any]]:
    """What is sent at one go: a test alone, or one digest."""
    if not rows or rows[0].digest_at is None:
        return rows[:1]
    return [row for row in rows if row.digest_at == rows[0].digest_at]


def hold(session: Session, endpoint: int) -> None:
    """Waits for whoever owes the endpoint something at this moment, and keeps others from it until the commit."""
    if not is_sqlite(session):  # where there is one writer at a time anyway
        session.execute(_HELD, {"endpoint": endpoint})


def next_due(session: Session, to: Addressee) -> datetime | None:
    """When the endpoint is to be served again; None when nothing is owed to it: for good only if it is held."""
    line = _NEXT_DIGEST_DUE if to.digest else _NEXT_DUE
    value: datetime | None = session.scalar(line, {"endpoint": to.endpoint, "ranks": to.ranks})
    return value


def bring(client: Client, to: Addressee, batch: Sequence[Parcel], clock: Clock) -> Iterator[tuple[Tried, Standing]]:
    """One attempt for each parcel, or each digest, with the endpoint's standing after it; stops early when it is to be
    left alone.
    """
    standing, began = to.standing, clock()
    for together in _messages(batch):
        made = attempt(sender(to.kind), client, to.address, together, clock())
        tried = made[-1]
        reason = None if to.kind == "webhook" else tried.error
        standing = breaker.after(standing, tried.outcome, tried.ended, tried.retry_after, reason=reason)
        standing = replace(standing, last_error=tried.error, last_status=tried.status if tried.error else None)
        yield from ((entry, standing) for entry in made)
        if standing.failures or standing.not_before or tried.ended - began > UNWRITTEN:
            return


def _messages(batch: Sequence[Parcel]) -> Iterator[Sequence[Parcel]]:
    """What is sent at one go: a parcel alone, or those of a digest."""
    for digest_at, group in groupby(batch, key=lambda parcel: parcel.digest_at):
        together = [*group]
        yield from [together] if digest_at else ([parcel] for parcel in together)
