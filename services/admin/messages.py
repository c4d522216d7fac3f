"""Messages that were given up on: which they are, and how one is said again."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from pydantic import ValidationError
from sqlalchemy import Row, select
from sqlmodel import Session

from services.admin import audit
from services.contracts.caller import Caller
from services.contracts.errors import UserError
from services.runtime import ledger
from services.runtime.entries import rows

# Not the message itself: it may hold a whole article.
_SHOWN = [
    rows.c[name] for name in ("id", "kind", "key", "lane", "said_at", "set_aside_at", "attempts", "reason", "trace_id")
]


class NotUnderstood(UserError):  # noqa: N818 - named for what is wrong
    """The message is one that this version cannot read."""


def set_aside(session: Session, *, before: int | None, limit: int) -> Sequence[Row[Any]]:
    """Messages that were set aside, the newest first, with ids below `before`."""
    older = [rows.c.id < before] if before else []
    found = select(*_SHOWN).where(rows.c.set_aside_at.is_not(None), *older)
    return session.execute(found.order_by(rows.c.id.desc()).limit(limit)).all()


def replay(session: Session, message: int, caller: Caller, now: datetime) -> bool:
    """Says a message again that was set aside, and notes who did; False when it is not (or no longer) set aside."""
    try:
        replayed = ledger.replay(session, message, now)
    except (KeyError, ValidationError):
        raise NotUnderstood(
            "This version of Dateline cannot read the message; replay it with the version that said it."
        ) from None
    if replayed:
        audit.note(session, caller, "message.replayed", f"message {message}", now)
    return replayed
