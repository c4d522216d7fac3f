"""The states of a re-ingestion and of its promotion: which orders are possible, what is to be done, when it ends.

A run is `accepted` until its first step, then `running`, or `paused`; `done` when all its pages are through.
`cancelling` takes no more pages, and is `cancelled` when those that were taken are through. The findings of a dry run
that has ended can be promoted, with the same states, or discarded. A promotion begins when its run has ended, so that
it is always clear which of the two is meant.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Literal

from services.contracts.errors import UserError

Run = Literal["accepted", "running", "paused", "cancelling", "cancelled", "done"]
Promotion = Literal["promoting", "paused", "promoted", "cancelling", "cancelled", "discarded"]
Work = Literal["take", "promote", "forget", "wait"]


class NotNow(UserError):  # noqa: N818 - named for what is wrong
    """The re-ingestion is not in a state that allows it."""


@dataclass(frozen=True)
class State:
    """Where a re-ingestion is; `promotion` is None until its findings are promoted or discarded."""

    run: Run = "accepted"
    promotion: Promotion | None = None
    dry_run: bool = False

    @property
    def ended(self) -> bool:
        """Whether the run takes no more pages, and none is on its way."""
        return self.run in {"done", "cancelled"}

    @property
    def over(self) -> bool:
        """Whether nothing more will happen unless somebody orders it."""
        return self.ended and self.promotion not in {"promoting", "paused", "cancelling"}


@dataclass(frozen=True)
class Left:
    """What is still to be done: pages to take, pages that are not through, findings to promote, or being promoted."""

    to_take: bool
    under_way: int
    open: int = 0
    applying: int = 0


def pause(state: State) -> State:
    """Takes no more pages until it is resumed; those that were taken are finished."""
    if "paused" in {state.run, state.promotion}:
        return state
    if state.promotion == "promoting":
        return replace(state, promotion="paused")
    _must(state, state.run in {"accepted", "running"}, "it cannot be paused")
    return replace(state, run="paused")


def resume(state: State) -> State:
    """Goes on where it was paused."""
    if state.run in {"accepted", "running"} or state.promotion == "promoting":
        return state
    if state.promotion == "paused":
        return replace(state, promotion="promoting")
    _must(state, state.run == "paused", "it cannot be resumed")
    return replace(state, run="running")


def cancel(state: State) -> State:
    """Takes no more pages for good; those that were taken are finished, and what was done stays done."""
    if state.promotion in {"promoting", "paused"}:
        return replace(state, promotion="cancelling")
    if state.run in {"cancelling", "cancelled"} or state.promotion in {"cancelling", "cancelled"}:
        return state
    _must(state, state.run != "done", "it cannot be cancelled")
    return replace(state, run="cancelling")


def promote(state: State) -> State:
    """Does what the dry run found, page by page, where nothing has changed since."""
    if state.promotion in {"promoting", "promoted", "paused"}:
        return state
    _must(state, state.dry_run, "it was no dry run, so there is nothing to promote")
    _must(state, state.promotion is None, "what it found cannot be promoted")
    _must(state, state.ended, "wait for its end before you promote it")
    return replace(state, promotion="promoting")


def discard(state: State) -> State:
    """Forgets what the dry run found; its counts stay."""
    if state.promotion == "discarded":
        return state
    _must(state, state.dry_run, "it was no dry run, so there is nothing to discard")
    _must(state, state.promotion in {None, "cancelled"}, "what it found cannot be discarded")
    _must(state, state.ended, "wait for its end, or cancel it, before you discard what it found")
    return replace(state, promotion="discarded")


Verb = Literal["pause", "resume", "cancel", "promote", "discard"]
VERBS: dict[Verb, Callable[[State], State]] = {
    "pause": pause,
    "resume": resume,
    "cancel": cancel,
    "promote": promote,
    "discard": discard,
}


def advance(state: State, left: Left) -> State:
    """Where it is by itself, with so much left: begun, or at its end."""
    return replace(state, run=_run(state.run, left), promotion=_promotion(state.promotion, left))


def work(state: State, left: Left) -> Work | None:
    """What its walk does next; None when the walk is over until somebody orders something."""
    if state.promotion == "discarded" or (state.ended and not state.dry_run):
        return "forget"
    if state.run == "running" and left.to_take:
        return "take"
    if state.promotion == "promoting" and left.open:
        return "promote"
    return "wait" if left.under_way or left.applying else None


def _run(run: Run, left: Left) -> Run:
    match run:
        case "accepted" | "running":
            return "running" if left.to_take or left.under_way else "done"
        case "cancelling" if not left.under_way:
            return "cancelled"
    return run


def _promotion(promotion: Promotion | None, left: Left) -> Promotion | None:
    match promotion:
        case "promoting" if not left.open and not left.applying:
            return "promoted"
        case "cancelling" if not left.applying:
            return "cancelled"
    return promotion


def _must(state: State, truth: bool, sentence: str) -> None:
    if not truth:
        raise NotNow(f"is {state.promotion or state.run}: {sentence}.")
