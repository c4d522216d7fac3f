"""How an endpoint has been of late, and what follows: a rest, one probe at a time, or the end. Pure."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from services.webhooks.models import Outcome
from services.webhooks.retries import LONGEST

TRIP = 5
"""Failures in a row after which an endpoint is held: then one probe at a time, until one of them succeeds."""
HOLDS = tuple(timedelta(seconds=s) for s in (15, 30, 60, 120, 300))
"""How long it is held before the first, second … probe; the last is for all that follow, and no longer:
who is back wants the news now, and a probe costs next to nothing."""
PENALTY = timedelta(seconds=30)
"""The rest of an endpoint that says it is overloaded and names no time."""
POSTPONED = timedelta(minutes=1)
"""The rest of an endpoint that we cannot reach for, because of something of our own."""
AWAY = timedelta(seconds=10)
"""Nothing but failure for so long, twice at least, and then a success: the receiver is back, and wants what waits."""
GIVE_UP = timedelta(days=5)
"""How long nothing but failure is borne."""
AT_LEAST = 10
"""Attempts that must have failed as well: a quiet week is no proof."""


@dataclass(frozen=True)
class Standing:
    """Failed attempts in a row, since when, and the time before which nothing more is sent.

    `last_error` and `last_status` are of the last attempt that failed. `gone` says why no more is to be sent at all;
    `recovered` that it answers again after having been away.
    """

    failures: int = 0
    failing_since: datetime | None = None
    not_before: datetime | None = None
    last_error: str | None = None
    last_status: int | None = None
    gone: str | None = None
    recovered: bool = False

    @property
    def on_trial(self) -> bool:
        """Whether it gets one attempt at a time."""
        return self.failures >= TRIP


def after(
    standing: Standing,
    outcome: Outcome,
    now: datetime,
    retry_after: timedelta | None = None,
    *,
    reason: str | None = None,
) -> Standing:
    """The standing after one more attempt that ended so at this time; `reason` says why it is gone, if it is."""
    if outcome == "delivered":
        return Standing(recovered=standing.recovered or _was_away(standing, now))
    if outcome == "postponed":
        return replace(standing, not_before=now + POSTPONED)
    since, failures = standing.failing_since or now, standing.failures + 1
    failed = replace(standing, failures=failures, failing_since=since)
    if outcome == "gone":
        return replace(failed, gone=reason or "It answered 410 Gone; enable it again when it is back.")
    if now - since >= GIVE_UP and failures >= AT_LEAST:
        return replace(failed, gone=_given_up(failures, since))
    return replace(failed, not_before=_rest(failures, outcome, now, retry_after))


def patience(outcome: Outcome, retry_after: timedelta | None) -> timedelta:
    """How long an overloaded receiver is left alone: what it asks for, at most a day, else half a minute."""
    if outcome != "throttled":
        return timedelta(0)
    return PENALTY if retry_after is None else max(timedelta(0), min(retry_after, LONGEST))


def _was_away(standing: Standing, now: datetime) -> bool:
    # One that refuses a single event again and again, and takes those in between, has not been away.
    return standing.on_trial or (
        standing.failing_since is not None and standing.failures > 1 and now - standing.failing_since >= AWAY
    )


def _rest(failures: int, outcome: Outcome, now: datetime, retry_after: timedelta | None) -> datetime | None:
    hold = HOLDS[min(failures - TRIP, len(HOLDS) - 1)] if failures >= TRIP else timedelta(0)
    rest = max(hold, patience(outcome, retry_after))
    return now + rest if rest else None


def _given_up(failures: int, since: datetime) -> str:
    return (
        f"All {failures} attempts since {since:%Y-%m-%d %H:%M} UTC have failed; "
        "mend the receiver, then enable it again, and what it missed is brought."
    )
