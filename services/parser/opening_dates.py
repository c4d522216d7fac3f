"""Dates that open a text after its place, and dates that sign it: "Town, 12 March 2014 - The council ..."."""

import re
from collections.abc import Sequence
from datetime import date
from itertools import islice

from services.parser.characters import fold
from services.parser.dates import Order, spots
from services.parser.lines import Line

PARAGRAPHS = 2
REACH = 60  # characters of the place before the date
_PLACE = re.compile(
    r"[\s(\[|*/,.-]{0,3}(?:[^\W\d_][\w.'-]{0,30}[\s,/|()]{1,4}){0,6}(?:\b(?:den|le|lo|dnia|am)\s)?[\s(\[,:-]{0,3}"
)
# What makes a sentence of words before a date: "On 12 March 2014 - a Wednesday - ...".
_WITHIN = re.compile(
    r"\b(?:on|in|at|since|until|by|from|am|im|vom|seit|bis|ab|zum|der|die|das|le|la|el|los|du|au|depuis|jusqu.{0,3}|desde|hasta|dal|al"
    r"|il|fino|op|sinds|tot|w|od|do|dnia|na|с|до|den|d)\s*$"
)
# "Paris, le 12 mars 2014 - "
_ARTICLE = re.compile(
    r"\A(?!(?:am|im|on|at|in|op|w|seit|vom|bis|ab) )(.{0,60}[^\W\d_]), (?:le|den|am|il|li|lo|a|dnia) \Z"
)
_DASH = re.compile(r"\s?[)\]]?[\s.,:]{0,3}(?:/[^/]{1,40}/\s?)?(?:\([^()]{1,40}\)\s?)?(?:--?|[|:/.])\s")
_SIGNED = re.compile(
    r"\W{0,4}(?:[^\W\d_][\w.'/-]{1,30}[\s,]{1,3}){0,3}(?:(?:den|le|lo|dnia|im|am|the|on)\s)?[\s,(]{0,3}"
)


def opening_day(lines: Sequence[Line], order: Order) -> date | None:
    """The date between the place and the dash that open the text."""
    results = (line for line in lines if line.kept and line.is_prose)
    return next((day for line in islice(results, PARAGRAPHS) if (day := _opening(line.text, order))), None)


def _opening(text: str, order: Order) -> date | None:
    key = fold(text[: 3 * REACH])
    result = next(iter(spots(key, order=order)), None)
    if result is None or result.start > REACH:
        return None
    before = key[: result.start]
    if before in {"(", "["} and key[result.end :][:2] in {") ", "] "}:
        return result.day
    before = _ARTICLE.sub(r"\1,", before)
    opens = _DASH.match(key, result.end) and _PLACE.fullmatch(before)
    return result.day if opens and not _WITHIN.search(before) else None


def is_signature(text: str) -> bool:
    """Whether a line is a date, or a place and a date: what letters and releases end with."""
    key = fold(text)
    result = spots(key)
    return len(result) == 1 and _SIGNED.fullmatch(key[: result[0].start]) is not None and len(key) - result[0].end <= 2
