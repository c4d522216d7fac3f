"""The times that channels write, in the spellings that feeds, cards and sitemaps have. Pure: text in, time out."""

import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone

LONGEST = 120
"""Characters that are read of a time."""

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_ZONES = {"ut": 0, "utc": 0, "gmt": 0, "z": 0, "edt": -4, "est": -5, "cdt": -5, "cst": -6, "mdt": -6, "mst": -7}
_ZONES |= {"pdt": -7, "pst": -8, "akdt": -8, "akst": -9, "hst": -10, "bst": 1, "cet": 1, "cest": 2, "jst": 9}
"""Hours from UTC. RFC 822 has those of the United States; the others mean one thing in dates of newsrooms."""

_YEAR_FIRST = re.compile(r"(?<!\d)((?:19|20)\d\d)([-/.]?)(0[1-9]|1[0-2])\2(0[1-9]|[12]\d|3[01])(?=\D|$)")
_DAY_FIRST = re.compile(r"(?<!\d)(\d{1,2})(?:st|nd|rd|th)?[\s.-]{1,3}([a-z]{3,9})\.?[\s,.-]{1,3}((?:19|20)\d\d)(?!\d)")
_MONTH_FIRST = re.compile(r"(?<![a-z])([a-z]{3,9})\.?\s{1,3}(\d{1,2})(?:st|nd|rd|th)?,?\s{1,3}((?:19|20)\d\d)(?!\d)")
_CLOCK = re.compile(
    r"(?<![\d:])(\d{1,2}):(\d\d)(?::(\d\d)(?:[.,]\d{1,9})?)?\s{0,2}(am|pm|a\.m\.?|p\.m\.?)?"
    r"\s{0,2}([+-]\d\d:?\d\d|[+-]\d\d(?!\d)|z(?![a-z])|[a-z]{2,4}(?![a-z]))?"
)


@dataclass(frozen=True)
class ShownTime:
    """A day as it was written, in the zone of its writer; `at` is the moment, where hour and zone are written too."""

    day: date
    at: datetime | None = None

    @property
    def offset(self) -> timedelta | None:
        """Of the zone of its writer from UTC; None where it is not written."""
        return self.at.utcoffset() if self.at else None

    @property
    def is_midnight(self) -> bool:
        """Whether its hour is that of a system that knows only days."""
        return self.at is not None and (self.at.hour, self.at.minute, self.at.second) == (0, 0, 0)


def shown_time(text: str | None) -> ShownTime | None:
    """What the text says; None where it names no day, or one that does not exist."""
    written = " ".join((text or "")[:LONGEST].lower().split())
    day, rest = _day(written)
    if day is None:
        return None
    clock = _CLOCK.search(rest)
    return ShownTime(day, _moment(day, clock) if clock else None)


def _day(text: str) -> tuple[date | None, str]:
    """The day, and what stands behind it, or before it where nothing does."""
    for pattern, order in ((_YEAR_FIRST, (1, 3, 4)), (_DAY_FIRST, (3, 2, 1)), (_MONTH_FIRST, (3, 1, 2))):
        if hit := pattern.search(text):
            year, month, day = (hit[place] for place in order)
            try:
                number = int(month) if month.isdecimal() else _MONTHS.index(month[:3]) + 1
                known = date(int(year), number, int(day))
            except ValueError:
                continue
            rest = text[hit.end() :]
            return known, rest if ":" in rest else text[: hit.start()]
    return None, ""


def _moment(day: date, clock: re.Match[str]) -> datetime | None:
    hour, minute, second = int(clock[1]), int(clock[2]), int(clock[3] or 0)
    if clock[4]:
        hour = hour % 12 + 12 * clock[4].startswith("p")
    zone = _zone(clock[5])
    if zone is None:
        return None
    try:
        return datetime(day.year, day.month, day.day, hour, minute, min(second, 59), tzinfo=zone)
    except ValueError:
        return None


def _zone(text: str | None) -> timezone | None:
    """The zone as written; None where none is, or one of which nobody knows the hours."""
    if text is None:
        return None
    if text[0] in "+-":
        hours, minutes = int(text[1:3]), int(text[-2:]) if len(text) > 3 else 0
        span = timedelta(hours=hours, minutes=minutes) * (-1 if text[0] == "-" else 1)
        return timezone(span) if abs(span) <= timedelta(hours=14) else None
    return timezone(timedelta(hours=_ZONES[text])) if text in _ZONES else None
