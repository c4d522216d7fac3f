"""When a page was published and updated: machines were promised some, addresses and readers see the rest."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, timezone

from services.parser.address_dates import address_day, address_month, taken_apart
from services.parser.characters import fold
from services.parser.date_labels import is_date
from services.parser.dates import Order, find_date, read_time
from services.parser.json_ld import types
from services.parser.lexicon import either, lexicon
from services.parser.lines import Line
from services.parser.opening_dates import is_signature, opening_day
from services.parser.page import Page
from services.parser.script_dates import promised_in_scripts
from services.parser.stamp_days import EDGED, bare_day, edge_day, labelled_day, part_day, stamp_day, update_day
from services.parser.stamp_readers import Stamp
from services.parser.stamps import find_stamps

GRACE = timedelta(days=2)  # a date may be so much later than the capture: clocks and zones differ
MINUTE = timedelta(minutes=1)
UNDER_A_DEK = 2  # running texts that may stand between headline and date: a summary, a caption
OVER = 2  # dates over the headline that may be its own
MOST_OFFSET = 12  # hours between UTC and a publisher, in whole ones
_BARE = frozenset({"byline", "time", "dateline", "headline"})
"""Evidence of a date that no label explains, and no machine was promised."""
_VERSIONS = ("datePublished", "dateModified")
_META = lexicon("dates")["meta"]
_EVENT_PATH = re.compile(rf"/(?:{either(lexicon('dates')['events']['paths'])})/")


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
    made: date | None = None
    """When the file of a document was made, as it says itself."""


def times_of(asked: Asked) -> Times:
    """Publication and update, none of them later than the capture; no date rather than a guess."""
    stamps = _Stamps(asked)
    sources = _trusted(asked) if asked.trusted else _searched(asked, stamps)
    results = ((evidence, day) for evidence, day in sources if day and _is_past(day, asked.now))
    evidence, published = next(results, (None, None))
    if published and evidence in _BARE and _is_event(asked, published):
        evidence, published = None, None
    if not asked.trusted and isinstance(published, datetime):
        published = _on_own_clock(published, asked, stamps)
    return Times(published, evidence, _updated(asked, stamps))


def _on_own_clock(instant: datetime, asked: Asked, stamps: "_Stamps") -> datetime:
    """The same instant as the newsroom's clock has it: as the page shows it, or on the day of its address."""
    if instant.utcoffset() != timedelta(0):
        return instant
    near = [stamp for stamp in stamps.under_headline() if stamp.own]
    shown = (read_time(stamp.text, order=asked.order) for stamp in near if len(stamp.text) <= EDGED)
    if exact := next((time for time in shown if isinstance(time, datetime) and abs(time - instant) < MINUTE), None):
        return exact
    days = (day for stamp in near if (day := bare_day(stamp, asked.order)) and not isinstance(day, datetime))
    return _on_day(instant, address_day(asked.page) or next(days, None))


def _on_day(instant: datetime, day: date | None) -> datetime:
    """The same instant in the nearest zone in which it is on this day.

    Publishing systems write the day of the newsroom's clock into addresses and pages, and the time in UTC to machines.
    """
    apart = (day - instant.date()).days if day and not isinstance(day, datetime) else 0
    if abs(apart) != 1:
        return instant
    hours = -(instant.hour + 1) if apart < 0 else 24 - instant.hour
    return instant.astimezone(timezone(timedelta(hours=hours))) if abs(hours) <= MOST_OFFSET else instant


def _is_event(asked: Asked, day: date) -> bool:
    """Whether a date that only its place explains is that of an event: the page is about one, or says when it is."""
    starts = (str(thing.get(name) or "") for thing in asked.page.things for name in ("startDate", "endDate"))
    if any(_day_of(day) == _day_of(start) for text in starts if text and (start := read_time(text))):
        return True
    path = taken_apart(asked.page.url or asked.page.canonical)[1].lower()
    return not asked.labelled and _EVENT_PATH.search(path) is not None


class _Stamps:
    """The dates of the page's tree; looked for once, and only if somebody asks."""

    def __init__(self, asked: Asked) -> None:
        self._asked = asked
        self._found: list[Stamp] | None = None

    def __iter__(self) -> Iterator[Stamp]:
        """Those at the headline first: under it, then over it, the nearest first; then those under the text."""
        if self._found is None:
            result = self._find(None)
            over = [stamp for stamp in reversed(result) if stamp.prose < 0][:OVER]
            under = [stamp for stamp in result if 0 <= stamp.prose <= UNDER_A_DEK]
            self._found = [*under, *over, *(stamp for stamp in result if stamp.prose > UNDER_A_DEK)]
        return iter(self._found)

    def under_headline(self) -> list[Stamp]:
        """Those under the headline, where what stands under the text need not be read for them."""
        stamps = self._find(UNDER_A_DEK) if self._found is None else self._found
        return [stamp for stamp in stamps if 0 <= stamp.prose <= UNDER_A_DEK]

    def _find(self, until: int | None) -> list[Stamp]:
        year, _ = address_month(self._asked.page) or ("", 0)
        return find_stamps(self._asked.page, self._asked.headline, year, until=until)


def _first_version(asked: Asked, stamps: _Stamps) -> date | None:
    """An earlier day that the page shows alone at the headline, where its head knows one day for all versions, or an
    update before the publication.

    Some systems promise the day of the last change as that of the publication too, and no time of day.
    """
    promised, changed = (read_time(asked.page.json_ld(name), order=asked.order) for name in _VERSIONS)
    if promised is None or changed is None or isinstance(promised, datetime) or promised < _day_of(changed):
        return None
    shown = (bare_day(stamp, asked.order) for stamp in stamps if stamp.own and 0 <= stamp.prose <= UNDER_A_DEK)
    return next((day for day in shown if day and not isinstance(day, datetime) and day < promised), None)


def _day_of(moment: date) -> date:
    return moment.date() if isinstance(moment, datetime) else moment


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
    if asked.made:
        yield "address", address_day(asked.page)
        yield "document", asked.made


def _first(asked: Asked, *, zone: str | None = None, rule: str | None = None) -> date | None:
    texts = (line.text for line in asked.lines if (zone and line.zone == zone) or (rule and line.rule == rule))
    return next((day for text in texts if (day := find_date(text, order=asked.order))), None)


def _searched(asked: Asked, stamps: _Stamps) -> Iterator[tuple[str, date | None]]:
    """Each source of a page that no layout knows, the surest first."""
    yield "byline", _first_version(asked, stamps)
    yield from _machine(asked)
    yield from (("microdata", stamp_day(stamp, asked.order)) for stamp in stamps if stamp.value and stamp.sure)
    if asked.labelled:
        yield "byline", asked.visible
    near = [stamp for stamp in stamps if stamp.prose <= UNDER_A_DEK]
    far = [stamp for stamp in stamps if stamp.prose > UNDER_A_DEK]
    yield from (("label", labelled_day(stamp, asked.order)) for stamp in near)
    yield "address", address_day(asked.page)
    yield from (("time", stamp_day(stamp, asked.order)) for stamp in near if stamp.value and stamp.role == "published")
    yield "meta", _doubtful(asked)
    yield from (("byline", bare_day(stamp, asked.order)) for stamp in near if stamp.prose >= 0 or stamp.own)
    yield "dateline", opening_day(asked.lines, asked.order)
    yield "dateline", _first(asked, rule="dateline")
    yield from (("label", labelled_day(stamp, asked.order)) for stamp in far)
    yield from (("byline", bare_day(stamp, asked.order)) for stamp in near)
    yield from (("byline", edge_day(stamp, asked.order)) for stamp in near)
    yield "byline", asked.visible
    yield from (("time", stamp_day(stamp, asked.order)) for stamp in far if stamp.role == "published")
    yield "time", _only(bare_day(stamp, asked.order) for stamp in far if stamp.marked)
    yield "byline", _only(edge_day(stamp, asked.order) for stamp in far if stamp.last and is_signature(stamp.text))
    yield "byline", _only(bare_day(stamp, asked.order) for stamp in far if stamp.last)
    yield "json-ld", _of_video(asked)
    yield "script", _only(map(read_time, promised_in_scripts(asked.page)))
    yield "headline", find_date(asked.headline, order=asked.order)
    yield "headline", part_day(asked.page.title, asked.order)
    # Some systems call the only date that they print "updated", as the hAtom format once demanded.
    yield from (("time", stamp_day(stamp, asked.order)) for stamp in near if not stamp.sure and is_date(stamp.text))


def _only(days: Iterable[date | None]) -> date | None:
    """The day, if there is but one: several are other articles'."""
    distinct = {day.date() if isinstance(day, datetime) else day: day for day in days if day}
    return next(iter(distinct.values())) if len(distinct) == 1 else None


def _of_video(asked: Asked) -> date | None:
    """When the video was put up that is the page's subject: it is called as the page is."""
    key = fold(asked.headline)
    videos = (thing for thing in asked.page.things if "VideoObject" in types(thing))
    texts = (video.get("uploadDate") for video in videos if key and fold(str(video.get("name") or "")) == key)
    return next((day for text in texts if (day := read_time(str(text or ""), order=asked.order))), None)


def _doubtful(asked: Asked) -> date | None:
    text = asked.page.meta(*_META["doubtful"])
    return read_time(text, order=asked.order) if text else None


def _updated(asked: Asked, stamps: _Stamps) -> date | None:
    """When the publisher says it was last changed."""
    page = asked.page
    text = page.json_ld("dateModified") or page.meta(*_META["updated"])
    days = [read_time(text, order=asked.order) if text else None, asked.updated]
    if not (asked.trusted or days[0] or days[1]):
        days += [update_day(stamp, asked.order) for stamp in stamps]
    return next((day for day in days if day and _is_past(day, asked.now)), None)


def _is_past(day: date, now: datetime | None) -> bool:
    """Whether it is not later than two days after the capture."""
    if now is None:
        return True
    latest = (now if now.tzinfo else now.replace(tzinfo=UTC)) + GRACE
    return day <= latest if isinstance(day, datetime) else day <= latest.date()
