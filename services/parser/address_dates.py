"""Dates that an address carries."""

import re
from collections.abc import Iterator
from datetime import date
from urllib.parse import unquote, urlsplit

from services.parser.dates import read_time
from services.parser.lexicon import either
from services.parser.page import Page

_YEAR_MONTH = r"(?<!\d)(?P<year>19[89]\d|20\d\d)(?P<sep>[-/_.]?)(?P<month>0[1-9]|1[0-2]|(?<=[-/_.])[1-9])"
_FORMS = (
    re.compile(rf"{_YEAR_MONTH}(?P=sep)(?P<day>0[1-9]|[12]\d|3[01]|(?<=[-/_.])[1-9])(?!\d)"),
    # /2014/0312/
    re.compile(r"/(?P<year>20\d\d)[-/](?P<month>0[1-9]|1[0-2])(?P<day>0[1-9]|[12]\d|3[01])(?=[/_])"),
    # 12.03.2014: with full stops or underscores the day is first
    re.compile(
        r"(?<!\d)(?P<day>0?[1-9]|[12]\d|3[01])(?P<sep>[._])(?P<month>0?[1-9]|1[0-2])(?P=sep)(?P<year>20\d\d)(?!\d)"
    ),
)
_NAMES = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
_NAME = rf"(?P<name>{either(_NAMES)})(?:r?uary|ch|il|e|y|ust|t(?:ember)?|ember|ober)?"
_NAMED = (
    re.compile(rf"/(?P<year>19[89]\d|20\d\d)/{_NAME}/(?P<day>0?[1-9]|[12]\d|3[01])(?=/)"),  # /2014/mar/12/
    re.compile(rf"(?<![\da-z])(?P<day>0?[1-9]|[12]\d|3[01])-{_NAME}-(?P<year>20\d\d)(?!\d)"),  # 12-march-2014
    re.compile(rf"(?<![a-z]){_NAME}-(?P<day>0?[1-9]|[12]\d|3[01])-(?P<year>20\d\d)(?!\d)"),  # march-12-2014
)
_MONTH = re.compile(r"/(?P<year>19[89]\d|20\d\d)[-/](?P<month>0?[1-9]|1[0-2])(?=/)")
MOST = 500  # characters of an address


def address_day(page: Page) -> date | None:
    """The day that an address carries: "/2017/03/09/", "/news/20170309-name", "/news-09.03.2017", "/2017/mar/09/"."""
    paths = (taken_apart(address)[1] for address in (page.url or "", page.canonical))
    return next((day for path in paths for day in _days(path)), None)


def _days(path: str) -> Iterator[date]:
    for form in (*_FORMS, *_NAMED):
        for result in form.finditer(path if form in _FORMS else path.lower()):
            month = int(result["month"]) if form in _FORMS else _NAMES.index(result["name"]) + 1
            if day := read_time(f"{result['year']}-{month:02}-{int(result['day']):02}"):
                yield day


def address_month(page: Page) -> tuple[str, int] | None:
    """Year and month that an address carries: "/2017/03/name"."""
    results = (_MONTH.search(taken_apart(address)[1]) for address in (page.url or "", page.canonical))
    return next(((entry["year"], int(entry["month"])) for entry in results if entry), None)


def taken_apart(address: str) -> tuple[str, str]:
    """Host and path of an address, both empty where it is none."""
    try:
        parts = urlsplit(address[:MOST])
        return parts.hostname or "", unquote(parts.path)
    except ValueError:
        return "", ""
