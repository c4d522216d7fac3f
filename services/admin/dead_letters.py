"""Messages that were given up on: which they are, what each of them said, and what a person decides about them.

A message is replayed: enqueued again, with all its attempts, as if it had never failed. Or it is discarded: it stays
where it is, with who decided so, when and why, so that the audit still knows what became of it. That is for good.
"""

import json
import shlex
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pydantic import ValidationError
from sqlalchemy import ColumnElement, Row, delete, func, select, update
from sqlmodel import Session

from services.contracts.caller import Caller
from services.contracts.errors import UserError
from services.contracts.messages import Message, Reingest, SaveArticle
from services.contracts.wiring import KINDS
from services.runtime import audit_log
from services.runtime.ledger.jobs import enqueue
from services.runtime.ledger.ledger_table import ledger
from services.runtime.provenance import results

AT_ONCE = 1_000
"""Messages that one order to replay or discard takes at most."""

# Not the message itself: it may hold a whole article.
LISTED = [column for column in ledger.c if column.name not in {"message", "again_message"}]
WAITS: tuple[ColumnElement[bool], ...] = (ledger.c.dead_lettered_at.is_not(None), ledger.c.discarded_at.is_(None))
"""Of what waits for a decision. In these words both databases see that their partial indexes serve."""


class NotUnderstood(UserError):  # noqa: N818 - named for what is wrong
    """The message is one that this version cannot read."""


@dataclass(frozen=True)
class DeadLetterQuery:
    """Which messages: of a kind and a cause, of all where None is named."""

    kind: str | None = None
    cause: str | None = None

    def conditions(self) -> list[ColumnElement[bool]]:
        """The same for the database."""
        named = {ledger.c.kind: self.kind, ledger.c.cause: self.cause}
        return [column == value for column, value in named.items() if value is not None]

    def __str__(self) -> str:
        return f"kind {self.kind or 'any'}" + ("" if self.cause is None else f", cause {self.cause or 'none'}")


@dataclass(frozen=True)
class Done:
    """How many messages an order took, how many it had to leave as they are, and whether there are more."""

    taken: int
    refused: int
    more: bool


def listed(
    session: Session, criteria: DeadLetterQuery, *, discarded: bool, before: int | None, limit: int
) -> Sequence[Row[Any]]:
    """Messages that wait for a decision, or were `discarded`: the newest first, with ids below `before`."""
    entries: list[ColumnElement[bool]] = [ledger.c.dead_lettered_at.is_not(None)]
    entries.append(ledger.c.discarded_at.is_not(None) if discarded else ledger.c.discarded_at.is_(None))
    entries += criteria.conditions()
    entries += [ledger.c.id < before] if before else []
    result = select(*LISTED).where(*entries)
    return session.execute(result.order_by(ledger.c.id.desc()).limit(limit)).all()


def find(session: Session, message: int) -> Row[Any] | None:
    """A message that was dead-lettered, discarded or not, with its words; None when there is none of this number."""
    return session.execute(
        select(ledger).where(ledger.c.id == message, ledger.c.dead_lettered_at.is_not(None))
    ).one_or_none()


def reproduce(row: Row[Any]) -> list[str]:
    """Commands that show again what went wrong: reading the same capture, where there is one, and saying it again."""
    text = json.loads(row.message)
    capture = text.get("capture") if isinstance(text, dict) else None
    alone = [f"dateline parse --capture {shlex.quote(str(capture))} --explain"] if capture else []
    return alone if row.discarded_at else [*alone, f"dateline dead-letters replay {row.id}"]


def replay(session: Session, message: int, caller: Caller, now: datetime) -> bool:
    """Says a message again and notes who asked for it; False when it is not dead-lettered, or was discarded."""
    row = _waiting(session, message)
    if row is None:
        return False
    _say_again(session, row, now)
    audit_log.note(session, caller, "message.replayed", f"message {message}", now)
    return True


def discard(session: Session, message: int, caller: Caller, reason: str, now: datetime) -> bool:
    """Decides that a message will not be enqueued again; False when it is none, or was discarded before."""
    row = _waiting(session, message)
    if row is None:
        return False
    _lay_to_rest(session, row, caller, reason, now)
    audit_log.note(session, caller, "message.discarded", f"message {message}", now, reason=reason)
    return True


def replay_all(session: Session, criteria: DeadLetterQuery, caller: Caller, now: datetime) -> Done:
    """Says the oldest of these messages again, `AT_ONCE` at most; those that nobody can read stay where they are."""
    result, more = _oldest(session, criteria)
    refused = 0
    for row in result:
        try:
            _say_again(session, row, now)
        except NotUnderstood:
            refused += 1
    if claimed := len(result) - refused:
        audit_log.note(session, caller, "messages.replayed", f"{claimed} messages, {criteria}", now)
    return Done(claimed, refused, more)


def discard_all(session: Session, criteria: DeadLetterQuery, caller: Caller, reason: str, now: datetime) -> Done:
    """Discards the oldest of these messages, `AT_ONCE` at most."""
    result, more = _oldest(session, criteria)
    for row in result:
        _lay_to_rest(session, row, caller, reason, now)
    if result:
        subject = f"{len(result)} messages, {criteria}"
        audit_log.note(session, caller, "messages.discarded", subject, now, reason=reason)
    return Done(len(result), 0, more)


def _waiting(session: Session, message: int) -> Row[Any] | None:
    return session.execute(select(ledger).where(ledger.c.id == message, *WAITS).with_for_update()).one_or_none()


def _oldest(session: Session, criteria: DeadLetterQuery) -> tuple[Sequence[Row[Any]], bool]:
    parts = (*WAITS, *criteria.conditions())
    number = session.execute(select(func.count()).select_from(ledger).where(*parts)).scalar_one()
    result = select(ledger).where(*parts).order_by(ledger.c.id).limit(AT_ONCE).with_for_update()
    return session.execute(result).all(), number > AT_ONCE


def _understood(row: Row[Any]) -> Message:
    try:
        return KINDS[row.kind].model_validate_json(row.message)
    except (KeyError, ValidationError):
        raise NotUnderstood(
            "This version of Dateline cannot read the message; replay it with the version that said it."
        ) from None


def _say_again(session: Session, row: Row[Any], now: datetime) -> None:
    message = _understood(row)
    session.execute(delete(ledger).where(ledger.c.id == row.id))
    enqueue(session, message, due_at=now, lane=row.lane)
    _wake(session, message)


def _lay_to_rest(session: Session, row: Row[Any], caller: Caller, reason: str, now: datetime) -> None:
    decided = {"discarded_at": now, "discarded_by": caller.name, "discarded_because": reason}
    session.execute(update(ledger).where(ledger.c.id == row.id).values(decided))
    try:
        message = _understood(row)
    except NotUnderstood:
        return
    _end_page(session, message)
    _wake(session, message)


def _end_page(session: Session, message: Message) -> None:
    """A re-ingestion waits for each of its pages: this one has come to its end."""
    about = message.subject()
    if about.reingestion is None or about.page is None:
        return
    if isinstance(message, SaveArticle) and message.expects is not None:
        results.settle(session, about.reingestion, about.page, "stale")
    else:
        results.record(session, results.Result(about.reingestion, about.page, "unavailable"))


def _wake(session: Session, message: Message) -> None:
    """The walk of a re-ingestion does not wait for what waits for a person."""
    about = message.subject()
    if about.reingestion is not None and about.page is not None:
        enqueue(session, Reingest(reingestion=about.reingestion), lane="bulk")
