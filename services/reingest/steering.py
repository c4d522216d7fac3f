"""Pause, resume and cancel a re-ingestion, or its promotion; promote or discard what a dry run found.

Asked twice is asked once. A promotion begins when its dry run has ended, so that it is always clear which is meant.
"""

from datetime import datetime
from typing import Literal

from sqlmodel import Session

from services.contracts.caller import Caller
from services.contracts.errors import UserError
from services.contracts.messages import ForgetPreview, Promote, Steer
from services.reingest import previews
from services.reingest.models import ReingestionRow
from services.reingest.progress import OVER, counted
from services.runtime import audit
from services.runtime.ledger import say


class NoSuchReingestion(UserError):  # noqa: N818 - named for what is wrong
    """There is none with this number."""


class NotNow(UserError):  # noqa: N818 - named for what is wrong
    """The re-ingestion is not in a state that allows it."""


def pause(session: Session, number: int, caller: Caller, now: datetime) -> ReingestionRow:
    """Takes no more pages until it is resumed; those that were taken are finished."""
    row = _locked(session, number)
    if "paused" in {row.state, row.preview}:
        return row
    if row.preview == "promoting":
        return _promotion(session, row, "paused", caller, now)
    _must(row, row.state in {"accepted", "running"}, "it cannot be paused")
    row.state = "paused"
    return _steer(session, row, "paused", caller, now)


def resume(session: Session, number: int, caller: Caller, now: datetime) -> ReingestionRow:
    """Goes on where it was paused."""
    row = _locked(session, number)
    if row.state in {"accepted", "running"} or row.preview == "promoting":
        return row
    if row.preview == "paused":
        say(session, Promote(reingestion=number), lane="bulk")
        return _promotion(session, row, "promoting", caller, now)
    _must(row, row.state == "paused", "it cannot be resumed")
    row.state, row.clock_at, row.clock_count = "running", now, counted(row)
    return _steer(session, row, "running", caller, now)


def cancel(session: Session, number: int, caller: Caller, now: datetime) -> ReingestionRow:
    """Takes no more pages for good; those that were taken are finished, and what was done stays done."""
    row = _locked(session, number)
    if row.preview in {"promoting", "paused"}:
        return _promotion(session, row, "cancelling", caller, now)
    if row.state in {"cancelling", "cancelled"} or row.preview in {"cancelling", "cancelled"}:
        return row
    _must(row, row.state != "done", "it cannot be cancelled")
    row.state = "cancelling"
    return _steer(session, row, "cancelled", caller, now)


def promote(session: Session, number: int, caller: Caller, now: datetime) -> ReingestionRow:
    """Does what the dry run found, page by page, where nothing has changed since."""
    row = _locked(session, number)
    if row.preview in {"promoting", "promoted", "paused"}:
        return row
    _must(row, row.dry_run, "it was no dry run, so there is nothing to promote")
    _must(row, row.preview is None, "what it found cannot be promoted")
    _must(row, row.state in OVER, "wait for its end before you promote it")
    row.preview = "promoting"
    say(session, Promote(reingestion=number), lane="bulk")
    _note(session, row, "promoted", caller, now)
    return row


def discard(session: Session, number: int, caller: Caller, now: datetime) -> ReingestionRow:
    """Forgets what the dry run found; its counts stay."""
    row = _locked(session, number)
    if row.preview == "discarded":
        return row
    _must(row, row.dry_run, "it was no dry run, so there is nothing to discard")
    _must(row, row.preview in {None, "cancelled"}, "what it found cannot be discarded")
    _must(row, row.state in OVER, "wait for its end, or cancel it, before you discard what it found")
    row.preview = "discarded"
    say(session, ForgetPreview(reingestion=number), lane="bulk")
    _note(session, row, "discarded", caller, now)
    return row


def _locked(session: Session, number: int) -> ReingestionRow:
    row = session.get(ReingestionRow, number, with_for_update=True)
    if row is None:
        raise NoSuchReingestion(f"There is no re-ingestion {number}.")
    return row


def _must(row: ReingestionRow, truth: bool, sentence: str) -> None:
    if not truth:
        state = row.preview or row.state
        raise NotNow(f"Re-ingestion {row.id} is {state}: {sentence}.")


def _steer(
    session: Session,
    row: ReingestionRow,
    to: Literal["running", "paused", "cancelled"],
    caller: Caller,
    now: datetime,
) -> ReingestionRow:
    row.steered += 1
    again, scope = row.words()
    # Not in the bulk lane: who says stop does not wait behind what is to be stopped.
    order = Steer(reingestion=again, scope=scope, to=to, number=row.steered)
    say(session, order)
    _note(session, row, {"running": "resumed"}.get(to, to), caller, now)
    return row


def _promotion(
    session: Session,
    row: ReingestionRow,
    to: Literal["promoting", "paused", "cancelling"],
    caller: Caller,
    now: datetime,
) -> ReingestionRow:
    """Without a message to anybody: who hands on the next findings looks at the row before."""
    row.preview = to
    done = {"promoting": "resumed", "paused": "paused", "cancelling": "cancelled"}[to]
    _note(session, row, f"promotion_{done}", caller, now)
    previews.settle(session, row, now)
    return row


def _note(session: Session, row: ReingestionRow, action: str, caller: Caller, now: datetime) -> None:
    row.steps += 1
    audit.note(session, caller, f"reingestion.{action}", f"reingestion {row.id}", now)
