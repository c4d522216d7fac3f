"""What is due, by host: read without a lock, and at no cost for what waits behind the first of a host."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, TextClause, bindparam, func, select, text, union_all
from sqlalchemy import Table as Relation
from sqlmodel import Session, SQLModel

from services.contracts.messages import Rank
from services.fetcher.models import Host
from services.fetcher.pace import LONG_AGO, Slot, Waiting
from services.runtime.database import UtcDateTime
from services.runtime.ledger.in_flight import BY_HOST
from services.runtime.ledger.ledger_table import HELD, OPEN, due_and_free, ledger

FEW = 500
"""Due messages up to which each of them is read. Beyond that each host is asked for its first, however many wait."""

SET_BACK = timedelta(minutes=1)
"""A slot that was taken so far in the future was taken before the clock was set back; it is free."""

hosts: Relation = SQLModel.metadata.tables[str(Host.__tablename__)]


def overdue(session: Session, now: datetime) -> float:
    """Seconds for which the longest-waiting host could have been asked for what is due there; 0 when none waits."""
    # What has no host yet waits for none.
    free = [row for row in _waiting_rows(session, now) if row.asked is None or row.host == ""]
    since = [max(row.due_at, _slot(row, now).ready_at) for row in free]
    return max((now - min(since)).total_seconds(), 0.0) if since else 0.0


def waiting(session: Session, now: datetime, kinds: Sequence[str], ids: Sequence[int] | None = None) -> list[Waiting]:
    """The hosts with something of these kinds due, in no order; with `ids`, only what is due among those messages."""
    if ids is not None:
        rows = session.execute(_AMONG, {"now": now, "ids": list(ids)}).all()
    else:
        rows = _waiting_rows(session, now, kinds)
    ranks: dict[str, set[int]] = {}
    for row in rows:
        ranks.setdefault(row.host, set()).add(row.rank)
    known = {row.host: (_slot(row, now), row.asked is not None) for row in rows}
    return [Waiting(slot, tuple(sorted(ranks[name])), is_asked) for name, (slot, is_asked) in known.items()]


def busy(session: Session, now: datetime) -> frozenset[str]:
    """The hosts of which something is in flight, in whichever process."""
    return frozenset(session.execute(_BUSY, {"now": now}).scalars())


def oldest(
    session: Session,
    now: datetime,
    host: str,
    rank: int,
    number: int,
    *,
    kinds: Sequence[str],
    ids: Sequence[int] | None,
) -> list[int]:
    """The ids of so many messages of a host and rank that are due for longest."""
    fields = {"now": now, "host": host, "rank": rank, "number": number, "kinds": list(kinds)}
    if ids is None:
        return list(session.execute(_OLDEST, fields).scalars())
    return list(session.execute(_OLDEST_AMONG, fields | {"ids": list(ids)}).scalars())


def soonest(session: Session, now: datetime, kinds: Sequence[str]) -> datetime | None:
    """When the next message of these kinds, which is not due yet, will be."""
    return session.execute(_soonest(tuple(kinds)), {"now": now}).scalar()


def _waiting_rows(session: Session, now: datetime, kinds: Sequence[str] = BY_HOST) -> Sequence[Row[Any]]:
    """Host, rank and the first due time of each, and how the host stands."""
    rows = session.execute(_few(tuple(kinds)), {"now": now}).all()
    if sum(row.number for row in rows) < FEW:
        return rows
    return session.execute(_MANY, {"now": now, "set_back": now + SET_BACK}).all()


def _slot(row: Row[Any], now: datetime) -> Slot:
    if row.name is None:
        return Slot(row.host, on_trial=bool(row.host))
    on_trial = row.robots in {None, "unreachable"} or row.silent > 0
    next_at = row.next_at if row.taken_at <= now + SET_BACK else LONG_AGO
    return Slot(row.host, max(next_at, row.resumes_at), row.taken_at, row.crawl_delay, row.failures, on_trial)


_NOW = bindparam("now", type_=UtcDateTime)
_IN_TURNS = ledger.c.rank.is_not(None)
_STANDING = [
    hosts.c[name]
    for name in ("name", "next_at", "resumes_at", "taken_at", "crawl_delay", "failures", "robots", "silent")
]


_BUSY = select(ledger.c.host).distinct().where(HELD, _IN_TURNS, ledger.c.lease_until > _NOW)


def _with_hosts(found: Any) -> Select[Any]:
    """How each host stands, and whether it is `asked` for something just now."""
    busy = _BUSY.subquery()
    joined = found.outerjoin(hosts, hosts.c.name == found.c.host).outerjoin(busy, busy.c.host == found.c.host)
    return select(found, *_STANDING, busy.c.host.label("asked")).select_from(joined)


# Made once: to make a statement costs more than to run it.
@cache
def _few(kinds: tuple[str, ...]) -> Select[Any]:
    """By the index that the sweeper uses: of each kind and lane those that are due for longest."""
    oldest = [
        select(ledger.c.host, ledger.c.rank, ledger.c.due_at)
        .where(*due_and_free(_NOW), _IN_TURNS, ledger.c.kind == kind, ledger.c.lane == lane)
        .order_by(ledger.c.due_at)
        .limit(FEW)
        .subquery()
        for kind in kinds
        for lane in ("live", "bulk")
    ]
    all_of_them = union_all(*(select(entry) for entry in oldest)).subquery()
    first = func.min(all_of_them.c.due_at, type_=UtcDateTime).label("due_at")
    counted = select(all_of_them.c.host, all_of_them.c.rank, first, func.count().label("number"))
    return _with_hosts(counted.group_by(all_of_them.c.host, all_of_them.c.rank).subquery())


_AMONG = _with_hosts(
    select(ledger.c.host, ledger.c.rank, ledger.c.id)
    .where(*due_and_free(_NOW), _IN_TURNS, ledger.c.id.in_(bindparam("ids", expanding=True)))
    .subquery()
)


def _many() -> TextClause:
    """From host to host, and of each the first of every rank: nothing is read of what waits behind them."""
    ranks = " UNION ALL ".join(f"SELECT {int(rank)} AS rank" for rank in Rank)
    names = ", ".join(f"h.{column.name}" for column in _STANDING)
    fields = f"""
        WITH RECURSIVE at(host) AS (
            SELECT (SELECT l.host FROM ledger l WHERE l.rank IS NOT NULL AND l.dead_lettered_at IS NULL
                    AND l.host >= ''
                    ORDER BY l.host LIMIT 1)
            UNION ALL
            SELECT (SELECT l.host FROM ledger l WHERE l.rank IS NOT NULL AND l.dead_lettered_at IS NULL
                    AND l.host > at.host
                    ORDER BY l.host LIMIT 1)
            FROM at WHERE at.host IS NOT NULL
        )
        SELECT at.host AS host, r.rank AS rank, {names}, busy.host AS asked,
            (SELECT l.due_at FROM ledger l WHERE l.rank IS NOT NULL AND l.dead_lettered_at IS NULL
                    AND l.host = at.host
             AND l.rank = r.rank ORDER BY l.due_at LIMIT 1) AS due_at
        FROM at CROSS JOIN ({ranks}) r LEFT JOIN hosts h ON h.name = at.host
        LEFT JOIN (SELECT DISTINCT l.host FROM ledger l WHERE l.lease_owner IS NOT NULL AND l.rank IS NOT NULL
                   AND l.lease_until > :now) busy ON busy.host = at.host
        WHERE at.host IS NOT NULL
        AND (h.name IS NULL OR (h.resumes_at <= :now AND (h.next_at <= :now OR h.taken_at > :set_back)))
        AND (SELECT l.due_at FROM ledger l WHERE l.rank IS NOT NULL AND l.dead_lettered_at IS NULL
                    AND l.host = at.host
             AND l.rank = r.rank ORDER BY l.due_at LIMIT 1) <= :now
    """  # noqa: S608 - our own words
    return text(fields).bindparams(_NOW, bindparam("set_back", type_=UtcDateTime))


_MANY = _many().columns(**{column.name: column.type for column in _STANDING}, due_at=UtcDateTime)


def _oldest(*conditions: ColumnElement[bool]) -> Select[Any]:
    of_host = (_IN_TURNS, ledger.c.host == bindparam("host"), ledger.c.rank == bindparam("rank"))
    kinds = (ledger.c.kind + "").in_(bindparam("kinds", expanding=True))  # not by the index of kinds
    criteria = select(ledger.c.id).where(*due_and_free(_NOW), *of_host, kinds, *conditions)
    return criteria.order_by(ledger.c.due_at).limit(bindparam("number"))


_OLDEST, _OLDEST_AMONG = _oldest(), _oldest(ledger.c.id.in_(bindparam("ids", expanding=True)))


@cache
def _soonest(kinds: tuple[str, ...]) -> Select[Any]:
    first = [
        select(ledger.c.due_at)
        .where(OPEN, ledger.c.kind == kind, ledger.c.lane == lane, ledger.c.due_at > _NOW)
        .order_by(ledger.c.due_at)
        .limit(1)
        .subquery()
        for kind in kinds
        for lane in ("live", "bulk")
    ]
    member = union_all(*(select(entry) for entry in first)).subquery()
    return select(func.min(member.c.due_at))
