"""Finds messages that nobody took: their wake-up was lost, their wait is over, or their process is gone."""

import os
from collections.abc import Collection, Sequence
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import Select, bindparam, case, or_, select, union_all, update
from sqlalchemy.sql.dml import ReturningUpdate
from sqlmodel import Session

from services.contracts.messages import Lane, Rank
from services.contracts.wiring import KINDS, ROUTES
from services.runtime.database import UtcDateTime, reading, transaction
from services.runtime.ledger import begun_work, ledger_table
from services.runtime.ledger.instances import PLACE, owner
from services.runtime.ledger.ledger_table import due_and_free, ledger


def take_unclaimed(
    now: datetime, *, woken_before: datetime, kinds: Sequence[str], lane: Lane, limit: int
) -> list[tuple[int, str]]:
    """Stamps up to `limit` due messages that nobody picked up; returns id and kind of each, to be woken.

    Of each kind the `limit` that are due for longest are looked at, however many there are: the rest waits behind them.
    """
    if not kinds:
        return []
    with reading() as session:
        fields = {"now": now, "before": woken_before, "limit": limit}
        ids = list(session.execute(_look(tuple(kinds), (lane,)), fields).scalars())
    if not ids:
        return []  # most sweeps: nobody who writes waits for one that only looks
    with transaction(lasting=False) as session:
        rows = session.execute(_TAKE, {"now": now, "before": woken_before, "ids": ids}).all()
    return [(row.id, row.kind) for row in sorted(rows)]


def any_waits(now: datetime, *, woken_before: datetime, kinds: Sequence[str], limit: int) -> bool:
    """Whether there is anything to take in either lane. One statement, which is nearly all that an idle sweep costs."""
    fields = {"now": now, "before": woken_before, "limit": limit}
    with reading() as session:
        return session.execute(_look(tuple(kinds), ("live", "bulk")), fields).first() is not None


def end_leases_of_the_dead(now: datetime, silent: Collection[str] = ()) -> int:
    """Ends the leases of processes of this machine that are gone, and of instances that fell silent; how many.

    So a killed worker costs no lease here, and seconds elsewhere.
    """
    with reading() as session:
        dead = [holder for holder in _holders(session, now) if _is_dead(holder, silent)]
    if not dead:
        return 0
    with transaction(lasting=False) as session:
        return _end(session, now, dead)


def end_leases_of_dead_children(session: Session, now: datetime) -> int:
    """Ends the leases of children of this instance that are gone: nobody in another container can tell; how many."""
    place, _, instance = owner().split("/")
    holders = _holders(session, now)
    entries = [holder for holder in holders if holder.startswith(f"{place}/") and holder.endswith(f"/{instance}")]
    dead = [entry for entry in entries if _is_dead(entry, ())]
    return _end(session, now, dead) if dead else 0


def _holders(session: Session, now: datetime) -> list[str]:
    rows = session.execute(select(ledger.c.lease_owner).distinct().where(ledger_table.HELD, ledger.c.lease_until > now))
    return [holder for holder in rows.scalars() if holder]


def _end(session: Session, now: datetime, dead: Sequence[str]) -> int:
    """Ends what the dead held; of that, only what they had begun costs an attempt, and goes last if it may."""
    ended = 0
    for holder in dead:
        known = begun_work.of(holder)
        is_held = (ledger_table.HELD, ledger.c.lease_until > now, ledger.c.lease_owner == holder)
        # Without its owner it is not ended again by whoever found the same process gone a moment earlier.
        changes: dict[str, Any] = {"lease_until": now, "lease_owner": None, "woken_at": None}
        if known:
            is_begun = ledger.c.id.in_(known)
            changes["attempts"] = case((is_begun, ledger.c.attempts), else_=ledger.c.attempts - 1)
            changes["lane"] = case((is_begun & ledger.c.kind.in_(_LAST), "bulk"), else_=ledger.c.lane)
            # A kill takes many with it, so that once says nothing; a channel brings everybody's news.
            again = is_begun & (ledger.c.rank > Rank.CHANNEL) & (ledger.c.attempts > 1)
            changes["rank"] = case((again, int(Rank.LAST)), else_=ledger.c.rank)
        ended += len(session.execute(update(ledger).where(*is_held).values(changes).returning(ledger.c.id)).all())
    return ended


_LAST = [kind for kind, message in KINDS.items() if ROUTES[message].last_after_death]


_NOW = bindparam("now", type_=UtcDateTime)
_UNWOKEN = or_(ledger.c.woken_at.is_(None), ledger.c.woken_at < bindparam("before", type_=UtcDateTime))


# Made once for each set of kinds: to make a statement costs more than to run it, and this one runs twice a second.
@cache
def _look(kinds: tuple[str, ...], lanes: tuple[Lane, ...]) -> Select[int]:
    """Each kind and lane by itself, or the index would not tell which is due for longest without reading all."""
    oldest = [
        select(ledger.c.id, ledger.c.due_at, ledger.c.woken_at)
        .where(*due_and_free(_NOW), ledger.c.kind == kind, ledger.c.lane == lane)
        .order_by(ledger.c.due_at)
        .limit(bindparam("limit"))
        .subquery()
        for lane in lanes
        for kind in kinds
    ]
    due = union_all(*(select(entry) for entry in oldest)).subquery()
    unwoken = or_(due.c.woken_at.is_(None), due.c.woken_at < bindparam("before", type_=UtcDateTime))
    return select(due.c.id).where(unwoken).order_by(due.c.due_at).limit(bindparam("limit"))


def _take() -> ReturningUpdate[Any]:
    conditions = (ledger.c.id.in_(bindparam("ids", expanding=True)), *due_and_free(_NOW), _UNWOKEN)
    free = select(ledger.c.id).where(*conditions).with_for_update(skip_locked=True)
    return update(ledger).where(ledger.c.id.in_(free)).values(woken_at=_NOW).returning(ledger.c.id, ledger.c.kind)


_TAKE = _take()


def _is_dead(holder: str, silent: Collection[str]) -> bool:
    if holder.count("/") != 2:
        return False  # another version named its owners in another way; its leases end by themselves
    place, pid, instance = holder.split("/")
    return instance in silent or (place == PLACE and not _lives(int(pid)))


def _lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:  # it lives, as somebody else
        return True
    return True
