"""Dates as newsrooms write them: a date stays a date, a time without a zone is no instant."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, timezone
from functools import lru_cache
from typing import Literal

from services.parser.characters import fold
from services.parser.lexicon import either, lexicon

Order = Literal["month", "day", "unknown"]
"""Which of two numbers comes first; where nobody knows, "03/04/2024" is no date."""

_MONTHS = {
    fold(name): number
    for months in lexicon("dates")["months"].values()
    for number, names in enumerate(months, start=1)
    for name in names.split()
}
_MONTH = r"(?P<month>[^\W\d_]{3,12})"
_YEAR = r"(?P<year>\d{4})(?!\d)"
_FORMS = (
    # 2024-05-04, 2024/5/4, 2024.05.04
    re.compile(r"(?<!\d)(?P<year>\d{4})(?P<sep>[-/.])(?P<month>\d{1,2})(?P=sep)(?P<day>\d{1,2})(?!\d)"),
    # 4 May 2023, 4. Mai 2023, 15 de diciembre de 2021, 1er mars 2020, 04-Mar-2020
    re.compile(
        rf"(?<!\d)(?P<day>\d{{1,2}})(?:st|nd|rd|th|er|o|a)?[.,]? {{0,2}}[-/]?(?:(?:de|di|of) |d')?"
        rf"{_MONTH}[.,]{{0,2}} {{0,2}}[-/]?(?:(?:del?|of|do) ?)?{_YEAR}"
    ),
    # May 4, 2023; septiembre 2, 2017; Sat Nov 18 2017
    re.compile(
        rf"(?<![^\W\d_]){_MONTH}\.?,? {{0,2}}[-/]?(?P<day>\d{{1,2}})(?:st|nd|rd|th)?[.,]? {{0,2}}"
        rf"[-/]?(?:(?:del?|of) )?{_YEAR}"
    ),
    # Mon Oct 06 15:20:11 CEST 2014
    re.compile(rf"(?<![^\W\d_]){_MONTH} {{1,2}}(?P<day>\d{{1,2}}) \d\d:\d\d(?::\d\d)? (?:[a-z+:\d]{{1,9}} )?{_YEAR}"),
    # 2013. március 12., 2014 m. kovo 12 d.
    re.compile(rf"(?<!\d)(?P<year>\d{{4}})\.?,? (?:m\. )?{_MONTH}\.? (?P<day>\d{{1,2}})(?!\d)"),
    # 2014. gada 12. marts
    re.compile(rf"(?<!\d)(?P<year>\d{{4}})\. ?gada (?P<day>\d{{1,2}})\. ?{_MONTH}"),
    # 12 tháng 3 năm 2014
    re.compile(rf"(?<!\d)(?P<day>\d{{1,2}}) thang (?P<month>\d{{1,2}})(?:,| nam) {_YEAR}"),
    # 2013年3月12日, 2013년 3월 12일
    re.compile(
        rf"(?<!\d)(?P<year>\d{{4}}) ?(?:年|{fold('년')}) ?(?P<month>\d{{1,2}}) ?(?:月|{fold('월')}) ?(?P<day>\d{{1,2}})"
        rf"(?: ?(?:日|{fold('일')}))?"
    ),
)
_NAMELESS = tuple(form for form in _FORMS if _MONTH not in form.pattern)
_WORDS = re.compile(r"[^\W\d_]{3,}")
_GLUED = re.compile(r"(?<=\d)(?:st|nd|rd|th|er|o|a)([^\W\d_]{3,})")  # 4thmarch2014
# The same in scripts whose letters carry marks, which no class of letters holds.
_MARKED = either(re.escape(name) for name in _MONTHS if not re.fullmatch(r"[^\W\d_]{1,20}", name))
_MARKED_FORMS = (
    re.compile(rf"(?<!\d)(?P<day>\d{{1,2}}),? ?(?P<month>{_MARKED}),? {{0,2}}{_YEAR}"),
    re.compile(rf"(?P<month>{_MARKED}) (?P<day>\d{{1,2}}),? {{0,2}}{_YEAR}"),
)
_ANY_MARK = re.compile("[\u064b-\u065f\u0900-\u0eff]")
_THAI = frozenset(fold(name) for names in lexicon("dates")["months"]["thai"] for name in names.split())
_BUDDHIST = 543  # years that the Thai calendar is ahead
# 12 Mar '14, 12 March 06: no clock follows.
_ISSUE = re.compile(r"(?<![a-z])(?:issue|no|nr|vol|volume|number|page|heft|numero)\.? \Z")
_SHORT = re.compile(
    rf"(?<!\d)(?P<day>\d{{1,2}})(?:st|nd|rd|th|\.)?[ -]{_MONTH}[.,]? ?[-' ]'?(?P<year>\d\d)"
    r"(?![:.h]?\d| ?(?:[ap]\.?m|uhr|h)\b|\w)"
)
_NUMBERS = re.compile(
    r"(?<![\d./-])(?P<one>\d{1,2})(?: (?=[./-] ))?(?P<sep>[./-]) ?(?P<two>\d{1,2})(?: (?=[./-] ))?(?P=sep) ?"
    r"(?P<year>\d{4}|\d\d)(?![./-]?\d)"
)
_ANY = re.compile(r"\d{4}|\d[./-] ?\d{1,2}[./-] ?\d\d|\d[^\W\d_]{0,2}\.?[ -][^\W\d_]{3,12}[.,]? ?[-' ]'?\d\d")
_CLOCK = re.compile(
    r"[ t,]{0,3}(?:(?:at|um) )?(?P<hour>\d{1,2}):(?P<minute>\d\d)(?::(?P<second>\d\d)(?:[.,]\d{1,9})?)?"
    r" ?(?P<half>[ap]\.?m\.?)? ?(?P<zone>(?:gmt|utc)?[+-]\d\d:?\d\d|[a-z]{1,4}\b)?"
)
_ZONES = {
    "z": 0, "utc": 0, "gmt": 0, "est": -5, "edt": -4, "cst": -6, "cdt": -5, "mst": -7, "mdt": -6, "pst": -8, "pdt": -7,
    "bst": 1, "cet": 1, "cest": 2, "mez": 1, "mesz": 2, "eet": 2, "eest": 3, "msk": 3, "jst": 9,
}  # fmt: skip
REMEMBERED = 400  # characters of the longest text whose dates are kept
EDGE = 14  # characters: a weekday before the date, a time of day after it
_SPAN = range(1775, 2101)
_EPOCH = date(1970, 1, 1)  # what a machine says that does not know
# Two digits are a year of this century up to here, of the last one from there, and between the two nobody knows.
_THIS_CENTURY, _LAST_CENTURY = 39, 90


@dataclass(frozen=True, slots=True)
class Spot:
    """Where a date stands in a folded text; `day` is None where its numbers can be read in two ways."""

    day: date | None
    start: int
    end: int


def find_date(text: str, *, order: Order = "month", short_years: bool = False) -> date | None:
    """The first date in a visible text, in words of many languages, in ISO 8601 or in numbers of this order."""
    return next(
        (position.day for position in spots(fold(text), order=order, short_years=short_years) if position.day), None
    )


def edge_date(text: str, *, order: Order = "month") -> date | None:
    """The date that begins or ends a text, but for a time of day: "Town, May 4, 2023", "May 4, 2023 by Name"."""
    key = fold(text)
    result = [position for position in spots(key, order=order, short_years=True) if position.day][:1]
    return result[0].day if result and (result[0].start <= EDGE or len(key) - result[0].end <= EDGE) else None


def spots(key: str, *, order: Order = "month", short_years: bool = False) -> tuple[Spot, ...]:
    """Every date in a folded text, in its order; with `short_years` also "04.05.23"."""
    if not _ANY.search(key):
        return ()
    return _remembered(key, order, short_years) if len(key) <= REMEMBERED else _ordered(key, order, short_years)


def _ordered(key: str, order: Order, short_years: bool) -> tuple[Spot, ...]:
    result = sorted(_spots(key, order, short_years=short_years), key=lambda position: (position.start, -position.end))
    entries: list[Spot] = []
    for place in result:
        if not entries or place.start >= entries[-1].end:
            entries.append(place)
    return tuple(entries)


_remembered = lru_cache(maxsize=1_024)(_ordered)
"""Several questions are asked of one line: its date, its label, whether it is nothing else."""


def read_time(text: str, *, order: Order = "month") -> date | None:
    """A machine's time: an aware datetime when it names a zone, else the date alone; None if it is no time."""
    text = text.strip()
    try:
        plain_time = _plain_time(text)
    except (ValueError, OverflowError, OSError):
        return _worded_time(fold(text[:100]), order)
    if plain_time.year not in _SPAN or plain_time.date() == _EPOCH:
        return None
    aware = plain_time.tzinfo is not None and len(text) > len("2024-12-02")
    return plain_time if aware else plain_time.date()


def _plain_time(text: str) -> datetime:
    if text.isdecimal() and len(text) in {10, 13}:  # seconds or milliseconds since 1970
        return datetime.fromtimestamp(int(text[:10]), UTC)
    if text.isdecimal() and len(text) in {12, 14}:  # 20140312101500
        text = text[:8]
    return datetime.fromisoformat(text)


def _worded_time(key: str, order: Order) -> date | None:
    """A time as mail (RFC 822), scripts and people write it: "Fri, 19 Nov 2021 01:45:08 +02:00"."""
    place = next((position for position in spots(key, order=order) if position.day), None)
    if place is None or place.day is None or place.day == _EPOCH:
        return None
    clock = _CLOCK.match(key, place.end)
    zone = _zone(clock["zone"]) if clock else None
    if clock is None or zone is None:
        return place.day
    hour = int(clock["hour"]) % 12 + 12 * (clock["half"][0] == "p") if clock["half"] else int(clock["hour"])
    try:
        return datetime(*place.day.timetuple()[:3], hour, int(clock["minute"]), int(clock["second"] or 0), tzinfo=zone)
    except ValueError:
        return place.day


def _zone(text: str | None) -> timezone | None:
    digits = re.sub(r"[^\d]", "", text or "")
    if text and digits:
        offset = timedelta(hours=int(digits[:2]), minutes=int(digits[2:]))
        return timezone(-offset if "-" in text else offset) if offset < timedelta(days=1) else None
    return timezone(timedelta(hours=_ZONES[text])) if text in _ZONES else None


def _spots(key: str, order: Order, *, short_years: bool) -> Iterator[Spot]:
    for form in _forms_for(key, short_years=short_years):
        for result in form.finditer(key):
            month, year = result["month"], _full_year(result["year"])
            if year and month in _THAI:
                year -= _BUDDHIST
            number = int(month) if month.isdecimal() else _MONTHS.get(month)
            if (
                number
                and year
                and not _is_issue(key, result.start())
                and (day := _day(year, number, int(result["day"])))
            ):
                yield Spot(day, *result.span())
    for result in _NUMBERS.finditer(key):
        if (len(result["year"]) == 4 or short_years) and (numbers := _numbers(result, order)):
            yield numbers


def _is_issue(key: str, at: int) -> bool:
    """Whether a number is that of an issue or a page, and no day: "Issue 12, March 2014"."""
    return _ISSUE.search(key, max(0, at - 12), at) is not None


def _forms_for(key: str, *, short_years: bool) -> Iterator[re.Pattern[str]]:
    names_month = _names_month(key)
    yield from _FORMS if names_month else _NAMELESS
    if short_years and names_month:
        yield _SHORT
    if not key.isascii() and _ANY_MARK.search(key):
        yield from _MARKED_FORMS


def _names_month(key: str) -> bool:
    """Whether the name of a month is in a text: most name none, and to look for dates in words costs much."""
    return not (_MONTHS.keys().isdisjoint(_WORDS.findall(key)) and _MONTHS.keys().isdisjoint(_GLUED.findall(key)))


def _numbers(found: re.Match[str], order: Order) -> Spot | None:
    """A date in numbers; with full stops the day is first, but where the month is known to be."""
    year = _full_year(found["year"])
    entry, two = int(found["one"]), int(found["two"])
    day_first, month_first = (_day(year, two, entry), _day(year, entry, two)) if year else (None, None)
    if day_first and month_first and day_first != month_first:
        if order == "unknown" and found["sep"] != ".":
            return Spot(None, *found.span())
        return Spot(month_first if order == "month" else day_first, *found.span())
    day = day_first or month_first
    return Spot(day, *found.span()) if day else None


def _full_year(text: str) -> int | None:
    year = int(text)
    if len(text) == 4:
        return year
    return 2000 + year if year <= _THIS_CENTURY else 1900 + year if year >= _LAST_CENTURY else None


def _day(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day) if year in _SPAN else None
    except ValueError:
        return None
