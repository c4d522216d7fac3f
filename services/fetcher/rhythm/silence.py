"""When a silence is an alarm: improbable enough that a source has at most one false alarm in a year."""

import math
from dataclasses import dataclass
from datetime import datetime, timedelta

from services.fetcher.rhythm.days import kind_of_day
from services.fetcher.rhythm.model import Rhythm, improbability

BUSY = 5.0
"""Items on a working day from which a silence is told within one working day."""
WORKING_DAYS = 250
FALSE_BY_DAY, FALSE_AT_ANY_TIME = 0.8, 0.1
"""False alarms a year that are allowed at the ends of working days, and at any other time."""
IMPROBABLE = 0.001
"""The probability of a silence from which a source that publishes less is silent."""
WHOLE_DAY, ENOUGH = 0.98, 9.0
"""The end of a working day asks for the silence of a whole one, or for one chance in eight thousand."""
OFF_TIME = 1.5
"""Any other time asks for so much more."""
END_OF_DAY = 0.95
"""The share of a day's items with which its end has come."""


@dataclass(frozen=True)
class Silence:
    """How a source has been silent: since when, how probable that is, and the verdict."""

    last: datetime
    probability: float
    is_alarm: bool


def judge_silence(rhythm: Rhythm, last: datetime, now: datetime, strikes: int = 0) -> Silence:
    """What the silence since the last item means; `strikes` alarms of the last year were over by themselves.

    Each of them asks for half as much improbability again: a source that is not as its model says is told of once.
    """
    weight = improbability(rhythm, last, now)
    needed = (1 + strikes / 2) * _needed(rhythm, now)
    return Silence(last, math.exp(-weight), is_alarm=weight >= needed)


def _needed(rhythm: Rhythm, now: datetime) -> float:
    """The improbability, as minus its logarithm, from which a silence is an alarm at this time."""
    if rhythm.items_a_day < BUSY:
        return -math.log(min(IMPROBABLE, FALSE_BY_DAY / rhythm.events_a_year))
    by_day = min(max(WHOLE_DAY * rhythm.work, -math.log(FALSE_BY_DAY / WORKING_DAYS)), ENOUGH)
    at_any_time = max(-math.log(FALSE_AT_ANY_TIME / rhythm.events_a_year), OFF_TIME * by_day)
    return by_day if _is_end_of_day(rhythm, now) else at_any_time


def _is_end_of_day(rhythm: Rhythm, now: datetime) -> bool:
    """Whether a working day is over, or an hour ago was."""
    day = rhythm.day_of(now)
    if kind_of_day(day, rhythm.country) == "work":
        return rhythm.share(now) >= END_OF_DAY
    return kind_of_day(rhythm.day_of(now - timedelta(days=1)), rhythm.country) == "work" and rhythm.share(now) < 0.5
