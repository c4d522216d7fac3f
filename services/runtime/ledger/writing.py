"""How messages become rows of the ledger, one for each kind and key, and who is reminded of them after the commit."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from functools import partial
from typing import Any

from sqlmodel import Session

from services.contracts.messages import Lane
from services.runtime.celery import wake_ups
from services.runtime.database import after_commit, is_sqlite
from services.runtime.ledger import ledger_table


def times(due: datetime, story: str, now: datetime) -> dict[str, Any]:
    """When a row of the ledger is due, and what else begins with it."""
    woken = now if due <= now else None
    return {"enqueued_at": now, "due_at": due, "woken_at": woken, "attempts": 0, "trace_id": story}


def write_rows(session: Session, written: Sequence[dict[str, Any]], now: datetime) -> None:
    """Writes them down, or into those that are there; what is due by now is reminded of after the commit."""
    if not written:
        return
    due = {(row["kind"], row["key"]) for row in written if row["due_at"] <= now}
    reminded = defaultdict[tuple[str, Lane], list[int]](list)
    for message in session.execute(ledger_table.SAY["sqlite" if is_sqlite(session) else "postgresql"], written):
        if message.lease_token:
            session.info.setdefault(_AGAIN, set()).add(message.id)
        elif (message.kind, message.key) in due:
            reminded[message.kind, message.lane].append(message.id)
    for (kind, lane), ids in reminded.items():
        after_commit(session, partial(wake_ups.wake_up, kind, lane, sorted(ids)))


_AGAIN = "enqueued again"
"""Where a session keeps the ids of messages in flight that were enqueued again in it."""


def was_enqueued_again(session: Session, row: int) -> bool:
    """Whether this message, which is in flight, was enqueued again in this session."""
    return row in session.info.get(_AGAIN, ())
