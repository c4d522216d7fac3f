"""The day that a stamp of a page stands for: by its label, by what it says to machines, by nothing but its place."""

import re
from datetime import date
from functools import lru_cache

from services.parser.date_labels import DateLine, is_date, read_date_line
from services.parser.dates import Order, edge_date, read_time
from services.parser.stamp_readers import Stamp

EDGED = 80  # characters of a line that a date begins or ends
FIRST_YEAR = 1990  # of pages; a date that no label explains is not older
_BARS = re.compile(r"\s?[|•·]\s?|\s[\N{EN DASH}\N{EM DASH}/-]\s")


def _line_of(stamp: Stamp, order: Order) -> DateLine:
    return _read_line(stamp.text, order)


@lru_cache(maxsize=512)
def _read_line(text: str, order: Order) -> DateLine:
    """Kept, because each source of a date asks for the same lines."""
    return read_date_line(text, order=order, short_years=True)


def stamp_day(stamp: Stamp, order: Order) -> date | None:
    """The date of a stamp that is one of publication, or of nothing in particular."""
    if stamp.role == "updated" and (stamp.sure or not is_date(stamp.text)):
        return None
    machine = read_time(stamp.value, order=order) if stamp.value else None
    return machine or _line_of(stamp, order).published


def labelled_day(stamp: Stamp, order: Order) -> date | None:
    """The date of publication that a label, or a standard attribute, says."""
    if stamp.role == "updated":
        return None if stamp.sure else _both_labelled(stamp, order)
    line = _line_of(stamp, order)
    if line.labelled:
        return line.published
    return stamp_day(stamp, order) if stamp.sure and stamp.role == "published" else None


def _both_labelled(stamp: Stamp, order: Order) -> date | None:
    """The date of publication of a line that also names that of the update, each by its label."""
    line = _line_of(stamp, order)
    return line.published if line.labelled and line.updated else None


def bare_day(stamp: Stamp, order: Order) -> date | None:
    """A date that only its place explains: alone in its line, or on an element for times."""
    if stamp.role in {"updated", "other"}:
        line = _line_of(stamp, order)
        return line.published if line.updated and line.updated != line.published else None
    if not (stamp.value or stamp.marked or is_date(stamp.text) or _has_date_part(stamp.text)):
        return _beside_update(stamp, order)
    day = stamp_day(stamp, order)
    return day if day and day.year >= FIRST_YEAR and not _is_updated(stamp, order) else None


def _beside_update(stamp: Stamp, order: Order) -> date | None:
    """The first date of a short line that names an update after it: "By Dana Mar 12, 2014 Updated Mar 13, 2014"."""
    line = _line_of(stamp, order)
    earlier = line.published and line.updated and line.published < line.updated
    return line.published if earlier and len(stamp.text) <= EDGED else None


def _has_date_part(text: str) -> bool:
    """Whether a date is all that stands between two bars: "Dana Example | March 12, 2014 | 3 minutes"."""
    return len(text) <= EDGED and any(is_date(part) for part in _BARS.split(text))


def part_day(title: str, order: Order) -> date | None:
    """The date that stands between two bars of a window's title."""
    parts = (part for part in _BARS.split(title) if is_date(part))
    return next((day for part in parts if (day := _read_line(part, order).published)), None)


def edge_day(stamp: Stamp, order: Order) -> date | None:
    """A date at the beginning or the end of a short line."""
    if stamp.role in {"updated", "other"} or len(stamp.text) > EDGED or _is_updated(stamp, order):
        return None
    day = edge_date(stamp.text, order=order)
    return day if day and day.year >= FIRST_YEAR else None


def _is_updated(stamp: Stamp, order: Order) -> bool:
    """Whether the line says when it was updated, and nothing of its publication."""
    line = _line_of(stamp, order)
    return line.updated is not None and line.published is None


def update_day(stamp: Stamp, order: Order) -> date | None:
    """The date of the last change that a stamp says."""
    line = _line_of(stamp, order)
    if stamp.role != "updated" or not stamp.sure:
        return line.updated
    return (read_time(stamp.value, order=order) if stamp.value else None) or line.updated or line.published
