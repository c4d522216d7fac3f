"""Working days and others, as newsrooms keep them."""

from datetime import date, timedelta
from functools import lru_cache
from typing import Literal

import holidays

DayKind = Literal["work", "quiet", "rest"]
"""`quiet`: a working day on which little comes, as around Christmas and between a holiday and a weekend."""

QUIET_FROM, QUIET_TO = (12, 24), (1, 1)
"""Christmas week, by month and day."""
SATURDAY = 5


def is_country(code: str) -> bool:
    """Whether there is a calendar of holidays of this country, by its ISO 3166 code."""
    return code in holidays.list_supported_countries()


@lru_cache(maxsize=20_000)
def kind_of_day(day: date, country: str) -> DayKind:
    """What kind of day it is in this country."""
    if _is_free(day, country):
        return "rest"
    if (day.month, day.day) >= QUIET_FROM or (day.month, day.day) <= QUIET_TO:
        return "quiet"
    between = all(_is_free(day + timedelta(days=step), country) for step in (-1, 1))
    return "quiet" if between else "work"


def _is_free(day: date, country: str) -> bool:
    return day.weekday() >= SATURDAY or day in _calendar(country)


@lru_cache(maxsize=50)
def _calendar(country: str) -> holidays.HolidayBase:
    return holidays.country_holidays(country)
