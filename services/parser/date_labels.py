"""What a line says of its dates: published, updated, or something else that is neither."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from typing import Literal

from services.parser.characters import fold
from services.parser.dates import Order, Spot, spots
from services.parser.lexicon import either, lexicon

Role = Literal["published", "updated", "other"]
DATE_LINE = 160  # characters; a longer line is a sentence with a date in it
_ENDS = frozenset(".!?")
REACH = 80  # characters before a date in which its label stands
_LABELS = lexicon("dates")["labels"]


def _labels(*names: Role) -> re.Pattern[str]:
    forms = sorted((fold(form) for name in names for form in _LABELS[name]), key=len, reverse=True)
    return re.compile(rf"(?<![^\W\d_])(?:{either(forms)})(?![^\W\d_])")


_ROLES: dict[Role, re.Pattern[str]] = {name: _labels(name) for name in ("published", "updated", "other")}
_BESIDE = lexicon("dates")["beside"]
_BESIDE_WORDS = frozenset(
    fold(token) for tokens in (*_BESIDE["words"], *_BESIDE["weekdays"]) for token in tokens.split()
)
_CLOCK = re.compile(r"\d{1,2}(?:[:.h]\d\d){1,2}|\d{1,2} ?(?:[ap]\.?m\b|uhr\b|h\b)|[+-]\d\d:?\d\d")
_JOINS = either(lexicon("dates")["spans"]["joins"])
_TO = re.compile(rf"[\s.,]{{0,3}}(?:{_JOINS})[\s.,]{{0,3}}")
# The first day of several of one month: "12 - " of "12 - 14 March 2014", and no number of an issue.
_FIRST_OF_SPAN = re.compile(rf"(?:^|(?<![\d:./,#-])(?<!n[ro]\. )(?<!n[ro] ))\b(\d{{1,2}})\.?\s?(?:{_JOINS})\s?$")
_TOKEN = re.compile(r"[^\W_]+(?:-[^\W\d_]+)?")
_EVENT = re.compile(rf"\W{{0,3}}(?:{either(map(fold, lexicon('dates')['events']['labels']))})\s?(?::|$|\d)")


@dataclass(frozen=True, slots=True)
class DateLine:
    """The dates of a line: `labelled` when its own words say that the first is of the publication."""

    published: date | None = None
    updated: date | None = None
    labelled: bool = False


def is_date(text: str) -> bool:
    """Whether the text is a date and little else: a weekday, a time of day, a label such as "Published"."""
    if len(text) > DATE_LINE:
        return False
    key = fold(text)
    result = spots(key, short_years=True)
    return bool(result) and _is_bare(_without(key, result))


def is_dates(text: str) -> bool:
    """Whether a text of many words is no sentence but a line of dates: it labels both a publication and an update."""
    text = text.strip()
    if len(text) > DATE_LINE or text[-1:] in _ENDS:
        return False
    line = read_date_line(text, short_years=True)
    return line.labelled and line.updated is not None


def read_date_line(text: str, *, order: Order = "month", short_years: bool = False) -> DateLine:
    """The dates of a short line, each by the label before it; what is neither label nor place is no date of ours."""
    key = fold(text)
    result = spots(key, order=order, short_years=short_years)
    roles = _roles(key, result)
    published = next((position.day for position, role in zip(result, roles, strict=True) if role == "published"), None)
    plain = next((spot.day for spot, role in zip(result, roles, strict=True) if role is None), None)
    updated = next((place.day for place, role in zip(result, roles, strict=True) if role == "updated"), None)
    return DateLine(published or plain, updated, labelled=published is not None)


def label_role(text: str) -> Role | None:
    """What a text says of the date that follows it: its last label."""
    key = fold(text)[-REACH:]
    entries = [(match.end(), -match.start(), role) for role, form in _ROLES.items() for match in form.finditer(key)]
    ends, _, role = max(entries, default=(0, 0, None))  # of two that end together the longer: "Effective date"
    return None if role == "other" and not _is_bare(key[ends:]) else role


def label_start(key: str, at: int) -> int:
    """Where in a folded text the label begins that leads to the date at this place; the place itself without one."""
    starts = (result.start() for result in _ANY_LABEL.finditer(key, max(0, at - REACH), at))
    return next((start for start in starts if _is_bare(key[start:at])), at)


def is_span(text: str) -> bool:
    """Whether a line names the days from and to which something goes on: "12 - 14 March 2014"."""
    key = fold(text)
    result = spots(key, short_years=True)
    if not result:
        return False
    between = (key[place.end : after.start] for place, after in pairwise(result))
    first = _FIRST_OF_SPAN.search(key, 0, result[0].start)
    return (first is not None and _is_before(first[1], result[0])) or any(map(_TO.fullmatch, between))


def _is_before(number: str, place: Spot) -> bool:
    return place.day is not None and 0 < int(number) < place.day.day


def is_event_line(text: str) -> bool:
    """Whether a line says at what time or where something takes place: then the date over it is no date of ours."""
    return _EVENT.match(fold(text[:REACH])) is not None


def _roles(key: str, found: Sequence[Spot]) -> list[Role | None]:
    starts = (0, *(position.end for position in found))
    roles = [label_role(key[start : place.start]) for start, place in zip(starts, found, strict=False)]
    # "May 4, 2023 (updated)": a label at the end of the line.
    if found and roles[-1] is None and (after := _ROLES["updated"].search(key, found[-1].end)):
        rest = key[after.end() :]
        roles[-1] = "updated" if _is_bare(rest) and not _CLOCK.search(rest) else None  # "updated 15:01": the clock's
    return roles


def _without(key: str, found: Sequence[Spot]) -> str:
    starts = [0, *(place.end for place in found)]
    ends = [*(position.start for position in found), len(key)]
    return " ".join(key[start:end] for start, end in zip(starts, ends, strict=True))


def _is_bare(key: str) -> bool:
    """Whether nothing is left but labels, times and the small words around dates."""
    rest = _ANY_LABEL.sub(" ", _CLOCK.sub(" ", key))
    return all(token in _BESIDE_WORDS for token in _TOKEN.findall(rest))


_ANY_LABEL = _labels("published", "updated")
