"""When a page was published and updated: machines were promised some, addresses and readers see the rest."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from urllib.parse import unquote, urlsplit

from services.parser.date_labels import is_date, read_date_line
from services.parser.dates import Order, edge_date, find_date, read_time
from services.parser.lexicon import lexicon
from services.parser.lines import Line
from services.parser.page import Page
from services.parser.stamps import Stamp, find_stamps

GRACE = timedelta(days=2)  # a date may be so much later than the capture: clocks and zones differ
UNDER_A_DEK = 2  # running texts that may stand between headline and date: a summary, a caption
EDGED = 80  # characters of a line that a date begins or ends
OVER = 2  # dates over the headline that may be its own
FIRST_YEAR = 1990  # of pages; a date that no label explains is not older
_META = lexicon("dates")["meta"]
_NUMBERS = lexicon("dates")["numbers"]
_YEAR_MONTH = r"(?<!\d)(?P<year>19[89]\d|20\d\d)(?P<sep>[-/_.]?)(?P<month>0[1-9]|1[0-2]|(?<=[-/_.])[1-9])"
_DAY_IN_ADDRESS = re.compile(rf"{_YEAR_MONTH}(?P=sep)(?P<day>0[1-9]|[12]\d|3[01]|(?<=[-/_.])[1-9])(?!\d)")
_MONTH_IN_ADDRESS = re.compile(r"/(?P<year>19[89]\d|20\d\d)[-/](?P<month>0?[1-9]|1[0-2])(?=/)")
_LANGUAGE = re.compile(r"\s{0,9}([a-z]{2,3})(?:[-_]([a-z]{2}))?\b", re.IGNORECASE)


@dataclass(frozen=True)
class Times:
    """When the page says it was published and updated, and by which evidence the first."""

    published: date | None = None
    evidence: str | None = None
    updated: date | None = None


@dataclass(frozen=True)
class Asked:
    """What is known when dates are sought.

    A `trusted` layout says where things are; of other pages the whole tree is searched. `visible` and `updated` are
    what the lines between headline and text say, `labelled` whether in words. `now` is the time of the capture.
    """

    page: Page
    lines: Sequence[Line]
    headline: str
    order: Order = "month"
    trusted: bool = True
    visible: date | None = None
    labelled: bool = False
    updated: date | None = None
    now: datetime | None = None


def number_order(page: Page, *, official: bool = False) -> Order:
    """Which of two numbers comes first in a date of this page: by its host, else by its language.

    `official` is for pages of United States agencies that came without an address.
    """
    ending = _taken_apart(page.url or page.canonical)[0].rpartition(".")[2]
    if ending in _NUMBERS["month-first-hosts"] or (official and not ending):
        return "month"
    claim = page.lang or page.meta("og:locale", "content-language", "language", "dc.language")
    found = _LANGUAGE.match(claim)
    language, region = (found[1].casefold(), (found[2] or "").casefold()) if found else ("", "")
    if ending in _NUMBERS["day-first-regions"] or region in _NUMBERS["day-first-regions"]:
        return "day"
    if language in _NUMBERS["day-first-languages"]:
        return "day"
    return "month" if region in _NUMBERS["month-first-regions"] else "unknown"


def times_of(asked: Asked) -> Times:
    """Publication and update, none of them later than the capture; no date rather than a guess."""
    stamps = _Stamps(asked)
    sources = _trusted(asked) if asked.trusted else _searched(asked, stamps)
    found = ((evidence, day) for evidence, day in sources if day and _is_past(day, asked.now))
    evidence, published = next(found, (None, None))
    return Times(published, evidence, _updated(asked, stamps))


class _Stamps:
    """The dates of the page's tree; looked for once, and only if somebody asks."""

    def __init__(self, asked: Asked) -> None:
        self._asked = asked
        self._found: list[Stamp] | None = None

    def __iter__(self) -> Iterator[Stamp]:
        """Those at the headline first: under it, then over it, the nearest first; then those under the text."""
        if self._found is None:
            found = find_stamps(self._asked.page, self._asked.headline)
            over = [stamp for stamp in reversed(found) if stamp.prose < 0][:OVER]
            under = [stamp for stamp in found if 0 <= stamp.prose <= UNDER_A_DEK]
            self._found = [*under, *over, *(stamp for stamp in found if stamp.prose > UNDER_A_DEK)]
        return iter(self._found)


def _machine(asked: Asked) -> Iterator[tuple[str, date | None]]:
    page = asked.page
    for evidence, text in (
        ("json-ld", page.json_ld("datePublished")),
        ("meta", page.meta(*_META["published"])),
        ("json-ld", page.json_ld("dateCreated")),
    ):
        yield evidence, read_time(text, order=asked.order) if text else None


def _trusted(asked: Asked) -> Iterator[tuple[str, date | None]]:
    yield from _machine(asked)
    yield "byline", asked.visible
    yield "byline", _first(asked, zone="published")
    yield "dateline", _first(asked, rule="dateline")
    yield "time", read_time(asked.page.time, order=asked.order) if asked.page.time else None
    yield "headline", find_date(asked.headline, order=asked.order)


def _first(asked: Asked, *, zone: str | None = None, rule: str | None = None) -> date | None:
    texts = (line.text for line in asked.lines if (zone and line.zone == zone) or (rule and line.rule == rule))
    return next((day for text in texts if (day := find_date(text, order=asked.order))), None)


def _searched(asked: Asked, stamps: _Stamps) -> Iterator[tuple[str, date | None]]:
    """Each source of a page that no layout knows, the surest first."""
    yield from _machine(asked)
    yield from (("microdata", _day(stamp, asked)) for stamp in stamps if stamp.value and stamp.sure)
    if asked.labelled:
        yield "byline", asked.visible
    near = [stamp for stamp in stamps if stamp.prose <= UNDER_A_DEK]
    yield from (("label", _labelled(stamp, asked)) for stamp in near)
    yield "address", address_day(asked.page)
    yield from (("time", _day(stamp, asked)) for stamp in near if stamp.value and stamp.role == "published")
    yield "meta", _doubtful(asked)
    yield from (("byline", _bare(stamp, asked)) for stamp in near)
    yield "byline", asked.visible
    yield "dateline", _first(asked, rule="dateline")
    far = [stamp for stamp in stamps if stamp.prose > UNDER_A_DEK]
    yield from (("label", _labelled(stamp, asked)) for stamp in far)
    yield from (("time", _day(stamp, asked)) for stamp in far if stamp.role == "published")
    days = {day for stamp in far if stamp.marked and is_date(stamp.text) and (day := _bare(stamp, asked))}
    yield "time", days.pop() if len(days) == 1 else None  # several are other articles'
    yield "headline", find_date(asked.headline, order=asked.order)
    # Some systems call the only date that they print "updated", as the hAtom format once demanded.
    yield from (("time", _day(stamp, asked)) for stamp in near if not stamp.sure and is_date(stamp.text))


def _day(stamp: Stamp, asked: Asked) -> date | None:
    """The date of a stamp that is one of publication, or of nothing in particular."""
    if stamp.role == "updated" and (stamp.sure or not is_date(stamp.text)):
        return None
    machine = read_time(stamp.value, order=asked.order) if stamp.value else None
    return machine or read_date_line(stamp.text, order=asked.order, short_years=True).published


def _labelled(stamp: Stamp, asked: Asked) -> date | None:
    line = read_date_line(stamp.text, order=asked.order, short_years=True)
    if line.labelled:
        return line.published
    return _day(stamp, asked) if stamp.sure and stamp.role == "published" else None


def _bare(stamp: Stamp, asked: Asked) -> date | None:
    """A date that only its place explains: alone in its line, on an element for times, or at the line's edge."""
    if stamp.role in {"updated", "other"}:
        return None
    alone = stamp.value or stamp.marked or is_date(stamp.text)
    edge = edge_date(stamp.text, order=asked.order) if len(stamp.text) <= EDGED else None
    day = _day(stamp, asked) if alone else edge
    return day if day and day.year >= FIRST_YEAR and read_date_line(stamp.text).updated is None else None


def _doubtful(asked: Asked) -> date | None:
    text = asked.page.meta(*_META["doubtful"])
    return read_time(text, order=asked.order) if text else None


def address_day(page: Page) -> date | None:
    """The day that an address carries: "/2017/03/09/", "/news/20170309-name"."""
    for address in (page.url or "", page.canonical):
        for found in _DAY_IN_ADDRESS.finditer(_taken_apart(address)[1]):
            if day := read_time(f"{found['year']}-{int(found['month']):02}-{int(found['day']):02}"):
                return day
    return None


def _taken_apart(address: str) -> tuple[str, str]:
    """Host and path of an address, both empty where it is none."""
    try:
        parts = urlsplit(address[:500])
        return parts.hostname or "", unquote(parts.path)
    except ValueError:
        return "", ""


def _updated(asked: Asked, stamps: _Stamps) -> date | None:
    """When the publisher says it was last changed."""
    page = asked.page
    text = page.json_ld("dateModified") or page.meta(*_META["updated"])
    days = [read_time(text, order=asked.order) if text else None, asked.updated]
    if not (asked.trusted or days[0] or days[1]):
        days += [_update(stamp, asked) for stamp in stamps]
    return next((day for day in days if day and _is_past(day, asked.now)), None)


def _update(stamp: Stamp, asked: Asked) -> date | None:
    line = read_date_line(stamp.text, order=asked.order, short_years=True)
    if stamp.role != "updated" or not stamp.sure:
        return line.updated
    return (read_time(stamp.value, order=asked.order) if stamp.value else None) or line.updated or line.published


def _is_past(day: date, now: datetime | None) -> bool:
    """Whether it is not later than two days after the capture."""
    if now is None:
        return True
    latest = (now if now.tzinfo else now.replace(tzinfo=UTC)) + GRACE
    return day <= latest if isinstance(day, datetime) else day <= latest.date()
