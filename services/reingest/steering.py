"""Pause, resume and cancel a re-ingestion, or its promotion; promote or discard what a dry run found.

Asked twice is asked once. The order's row is written, and its walk, which reads it, is told to look if there is
anything to do.
"""

from datetime import datetime

from sqlmodel import Session

from services.contracts.caller import Caller
from services.contracts.errors import UserError
from services.reingest.models import ReingestionRow
from services.reingest.order import go_on
from services.reingest.progress import fold
from services.reingest.state import VERBS, NotNow, State, Verb
from services.reingest.walk import held, put
from services.runtime import audit_log

_NOTED: dict[Verb, str] = {
    "pause": "paused",
    "resume": "resumed",
    "cancel": "cancelled",
    "promote": "promoted",
    "discard": "discarded",
}


class NoSuchReingestion(UserError):  # noqa: N818 - named for what is wrong
    """There is none with this number."""


def steer(session: Session, verb: Verb, number: int, caller: Caller, now: datetime) -> ReingestionRow:
    """Does what is ordered; raises `NotNow` where the state of the re-ingestion does not allow it."""
    row = held(session, number)
    if row is None:
        raise NoSuchReingestion(f"There is no re-ingestion {number}.")
    before = row.is_in()
    try:
        after = VERBS[verb](before)
    except NotNow as trouble:
        raise NotNow(f"Re-ingestion {number} {trouble}") from None
    if after != before:
        put(row, after)
        audit_log.note(session, caller, f"reingestion.{_action(verb, before)}", f"reingestion {number}", now)
        _follow(session, row, verb, now)
    return row


def _action(verb: Verb, before: State) -> str:
    of_its_promotion = before.promotion in {"promoting", "paused"}
    return f"promotion_{_NOTED[verb]}" if of_its_promotion else _NOTED[verb]


def _follow(session: Session, row: ReingestionRow, verb: Verb, now: datetime) -> None:
    counted = fold(session, row, now)
    if verb == "resume" and row.state == "running":
        row.clock_at, row.clock_count = now, counted.through
    if verb != "pause":
        go_on(session, row.id or 0)
