"""Labels of a dump and their values: "Date Posted: 06.25.2023", or the label and the value on lines of their own."""

import re
from collections.abc import Sequence
from datetime import date
from itertools import groupby

from services.parser.credits import read_label
from services.parser.date_labels import is_date
from services.parser.dates import find_date
from services.parser.lexicon import either, lexicon
from services.parser.lines import Line

_FIELD = re.compile(
    rf"(?P<label>{either(lexicon('dumps')['fields']['labels'])}):(?: (?P<value>.{{1,120}}))?", re.IGNORECASE
)
_STAMP = re.compile(r"date (?P<date>\d{4}-\d\d-\d\d)")
_TIME = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d(?::\d\d)?")
_CONTRACTS = re.compile(r"contracts for\b", re.IGNORECASE)
_PIPED = re.compile(r"\|[^|]{0,80}")
COLUMN = 3  # lines: fewer may be a table's
_POSTED = ("date posted", "date taken")


def mark_fields(lines: Sequence[Line]) -> date | None:
    """Marks such fields, but for the number of a picture; the day that they say it was posted, else taken."""
    days: dict[str, date] = {}
    for line, after in zip(lines, [*lines[1:], None], strict=False):
        match = _FIELD.fullmatch(line.text)
        label = match["label"].casefold() if match else ""
        if not match or label == "virin":
            continue
        line.rule = "label"
        value = match["value"] or (after.text if after else "")
        if label in _POSTED and (day := find_date(value)):
            days[label] = day
    return days.get("date posted") or days.get("date taken")


def mark_column(lines: Sequence[Line]) -> date | None:
    """Marks values that stand under each other, each behind a pipe, without their labels; the last day among them.

    Some sites print when a picture was taken and, under it, when it was posted.
    """
    days: list[date] = []
    for piped, run in groupby(lines, key=lambda line: line.kept and _PIPED.fullmatch(line.text) is not None):
        column = list(run)
        if not piped or len(column) < COLUMN:
            continue
        for line in column:
            line.rewrite(line.text.strip("| "))
            if read_label(line.text) is None:
                line.rule = "label"
            if is_date(line.text.partition(" ")[0]) and (day := find_date(line.text)):
                days.append(day)
    return max(days, default=None)


def contracts_day(headline: str) -> date | None:
    """The day in a headline that is nothing else: "Contracts for Sept. 30, 2025"."""
    return find_date(headline) if _CONTRACTS.match(headline) else None


def stamped_on(lines: Sequence[Line]) -> date | None:
    """The day in the first time stamp of a publishing system, which dumps of hidden fields end with."""
    return next((find_date(line.text) for line in lines if _TIME.fullmatch(line.text)), None)


def crawled_on(lines: Sequence[Line]) -> date | None:
    """The day in a crawler's mark before the page."""
    match = _STAMP.fullmatch(lines[0].text) if lines and lines[0].rule == "crawler-date" else None
    return find_date(match["date"]) if match else None
