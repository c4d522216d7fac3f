"""Why a page that was shown is not stored, and when to look at it again. Pure: it is given a standing and the time."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from services.contracts.choices import GapCause
from services.fetcher.robots import ASKS_NOT_TO

SOONEST, LATEST = timedelta(minutes=1), timedelta(hours=6)
"""Between two looks at a gap: a quarter of its age, within these bounds."""
TROUBLE: dict[str, GapCause] = {"gone": "gone", "blocked": "blocked", "empty": "blocked", "unavailable": "unavailable"}
"""The cause by the outcome of the last look at the page."""


@dataclass(frozen=True)
class PageStanding:
    """How a page stands that was shown: its last look, its verdict, and the work that fails on it."""

    shown_at: datetime
    backlog: bool = False
    is_page: bool = True
    paused: bool = False
    stored_at: datetime | None = None
    visited_at: datetime | None = None
    outcome: str | None = None
    detail: str | None = None
    rejected: str | None = None
    """Reason and sentence of the verdict on its newest capture."""
    failing: str | None = None
    """Why work on it was dead-lettered, or is being retried if not `given_up`."""
    given_up: bool = False


@dataclass(frozen=True)
class Judgement:
    """What is to be written of a gap; neither `stored_at` nor `cause` while its time is not over yet."""

    check_at: datetime
    stored_at: datetime | None = None
    in_time: bool = False
    cause: GapCause | None = None
    detail: str | None = None


def judge(standing: PageStanding, now: datetime, patience: timedelta) -> Judgement:
    """Whether the page is stored, in time or late, or a gap, and why."""
    age = now - standing.shown_at
    check_at = now + min(max(age / 4, SOONEST), LATEST)
    if stored_at := standing.stored_at:
        return Judgement(check_at, stored_at, in_time=stored_at <= standing.shown_at + patience)
    if age < patience:
        return Judgement(standing.shown_at + patience)
    cause, detail = _cause(standing)
    return Judgement(check_at, cause=cause, detail=detail)


def deserves_alarm(standing: PageStanding, cause: GapCause) -> bool:
    """Whether somebody should know: not of a backlog that waits its turn, nor of what an operator has paused."""
    return not (cause == "waiting" and (standing.backlog or standing.paused))


def alarms_once(cause: str, *, backlog: bool) -> bool:
    """Whether one alarm for the source and cause is enough for good: what was there before, or is nobody's order."""
    return backlog or cause == "out_of_scope"


def _cause(standing: PageStanding) -> tuple[GapCause, str | None]:
    if not standing.is_page:
        return "out_of_scope", "It is not in the scope of its source; see `hosts` and `pages` of the source."
    if standing.given_up:
        return "failing", standing.failing
    if standing.outcome == "refused":
        by_robots = (standing.detail or "").endswith(ASKS_NOT_TO)
        return "robots" if by_robots else "refused", standing.detail
    if standing.outcome in TROUBLE:
        return TROUBLE[standing.outcome], standing.detail
    if standing.rejected:
        return "rejected", standing.rejected
    return "waiting", _waits(standing)


def _waits(standing: PageStanding) -> str:
    if standing.failing:
        return f"Work on it fails and is tried again: {standing.failing}"
    if standing.paused:
        return "Its source is paused."
    return "Its capture is to be read." if standing.visited_at else "It was not looked at yet."
