"""What nobody picked up: messages whose hint was lost or whose wait is over, and leases of processes that are gone."""

import os
from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, case, or_, select, update
from sqlalchemy.sql.dml import ReturningUpdate
from sqlmodel import Session

from services.contracts.messages import Lane
from services.contracts.wiring import HANDLERS, KINDS
from services.runtime import begun, entries
from services.runtime.database import UtcDateTime, reading, transaction
from services.runtime.entries import due_and_free, rows
from services.runtime.instances import PLACE, owner


def take_forgotten(
    now: datetime, *, hinted_before: datetime, kinds: Sequence[str], lane: Lane, limit: int
) -> list[tuple[int, str]]:
    """Stamps up to `limit` due messages that nobody picked up; returns id and kind of each, to be hinted."""
    asked = {"now": now, "before": hinted_before, "which_lane": lane, "kinds": kinds, "limit": limit}
    with transaction(lasting=False) as session:
        found = session.execute(_TAKE, asked).all()
    return [(row.id, row.kind) for row in sorted(found)]


def end_leases_of_the_dead(now: datetime, silent: Collection[str] = ()) -> int:
    """Ends the leases of processes of this machine that are gone, and of instances that fell silent; how many.

    So a killed worker costs no lease here, and seconds elsewhere.
    """
    # What is held was due: by that, its index serves, and what is at rest is not looked at.
    is_held = (entries.OPEN, rows.c.due_at <= now, rows.c.lease_until > now)
    with reading() as session:
        held = session.execute(select(rows.c.lease_owner).distinct().where(*is_held)).scalars()
        dead = [each for each in held if each and _is_dead(each, silent)]
    if not dead:
        return 0
    with transaction(lasting=False) as session:
        return _end(session, now, dead)


def end_leases_of_dead_children(session: Session, now: datetime) -> int:
    """Ends the leases of children of this instance that are gone: nobody in another container can tell; how many."""
    place, _, instance = owner().split("/")
    is_held = (entries.OPEN, rows.c.due_at <= now, rows.c.lease_until > now)
    held = session.execute(select(rows.c.lease_owner).distinct().where(*is_held)).scalars()
    ours = [each for each in held if each and each.startswith(f"{place}/") and each.endswith(f"/{instance}")]
    dead = [each for each in ours if _is_dead(each, ())]
    return _end(session, now, dead) if dead else 0


def _end(session: Session, now: datetime, dead: Sequence[str]) -> int:
    """Ends what the dead held; of that, only what they had begun costs an attempt, and goes last if it may."""
    ended = 0
    for holder in dead:
        known = begun.of(holder)
        is_held = (entries.OPEN, rows.c.lease_until > now, rows.c.lease_owner == holder)
        # Without its owner it is not ended again by whoever found the same process gone a moment earlier.
        changes: dict[str, Any] = {"lease_until": now, "lease_owner": None, "hinted_at": None}
        if known:
            is_begun = rows.c.id.in_(known)
            changes["attempts"] = case((is_begun, rows.c.attempts), else_=rows.c.attempts - 1)
            changes["lane"] = case((is_begun & rows.c.kind.in_(_LAST), "bulk"), else_=rows.c.lane)
        ended += len(session.execute(update(rows).where(*is_held).values(changes).returning(rows.c.id)).all())
    return ended


_LAST = [kind for kind, message in KINDS.items() if HANDLERS[message].last_after_death]


def _take() -> ReturningUpdate[Any]:
    now = bindparam("now", type_=UtcDateTime)
    forgotten = (
        select(rows.c.id)
        .where(
            *due_and_free(now),
            or_(rows.c.hinted_at.is_(None), rows.c.hinted_at < bindparam("before", type_=UtcDateTime)),
            rows.c.lane == bindparam("which_lane"),
            # Not the bare column: its index would be taken, and with it every row that is at rest.
            (rows.c.kind + "").in_(bindparam("kinds", expanding=True)),
        )
        .order_by(rows.c.due_at)
        .limit(bindparam("limit"))
        .with_for_update(skip_locked=True)
    )
    return update(rows).where(rows.c.id.in_(forgotten)).values(hinted_at=now).returning(rows.c.id, rows.c.kind)


# Made once: to make a statement costs more than to run it, and this one runs four times a second.
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
