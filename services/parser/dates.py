"""Dates as newsrooms write them: a date stays a date, a time without a zone is no instant."""

import re
from datetime import date, datetime

from services.parser.characters import fold
from services.parser.lexicon import lexicon

_MONTHS = {name: number for number, names in enumerate(lexicon("languages")["months"], start=1) for name in names}
_NAME = r"(?P<month>" + "|".join(sorted(_MONTHS, key=len, reverse=True)) + r")\b\.?"
_FORMS = (
    re.compile(r"(?<!\d)(?P<year>\d{4})-(?P<month>\d{2})-(?P<day>\d{2})(?!\d)"),
    re.compile(rf"\b{_NAME},? +(?P<day>\d{{1,2}})(?:st|nd|rd|th)?,? +(?:de +)?(?P<year>\d{{4}})\b"),
    re.compile(rf"(?<!\d)(?P<day>\d{{1,2}})(?:st|nd|rd|th)? +(?:de +)?{_NAME},? +(?:de +|del +)?(?P<year>\d{{4}})\b"),
    re.compile(r"(?<!\d)(?P<month>\d{1,2})[./](?P<day>\d{1,2})[./](?P<year>\d{4})(?!\d)"),
)
EDGE = 14  # characters: a weekday before the date, a time of day after it
_SPAN = range(1775, 2101)


def find_date(text: str) -> date | None:
    """The first date in a visible text, in English or Spanish words, in ISO 8601 or as the U.S. writes numbers."""
    found = _find(text)
    return found[0] if found else None


def edge_date(text: str) -> date | None:
    """The date that begins or ends a text, but for a time of day: "Town, May 4, 2023", "May 4, 2023 by Name"."""
    found = _find(text)
    return found[0] if found and (found[1] <= EDGE or len(fold(text)) - found[2] <= EDGE) else None


def is_date(text: str) -> bool:
    """Whether the text is a date and little else: a weekday, a time of day, a label such as "Published"."""
    found = _find(text)
    if not found:
        return False
    rest = fold(text)
    rest = rest[: found[1]] + rest[found[2] :]
    return not re.sub(
        r"published|posted|updated|last|date|release|publicado|fecha|el|on|at|of|de|"
        r"(?:mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:day)?|\d{1,2}:\d\d(?::\d\d)?|[ap]\.?m\b\.?|"
        r"\b(?:[ecmp][sd]?t|z|utc|gmt|local)\b|[\s,.:/|()-]",
        "",
        rest,
    )


def read_time(text: str) -> date | None:
    """A machine's time: an aware datetime when it names a zone, else the date alone; None if it is no time."""
    text = text.strip()
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return find_date(text)
    if found.year not in _SPAN:
        return None
    aware = found.tzinfo is not None and len(text) > len("2024-12-02")
    return found if aware else found.date()


def _find(text: str) -> tuple[date, int, int] | None:
    key = fold(text)
    for form in _FORMS:
        for found in form.finditer(key):
            month = found["month"]
            try:
                day = date(int(found["year"]), int(month) if month.isdecimal() else _MONTHS[month], int(found["day"]))
            except ValueError:
                continue
            if day.year in _SPAN:
                return day, found.start(), found.end()
    return None
