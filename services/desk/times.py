"""Times as people read them: in the zone that they chose, else in their browser's, else in UTC.

Every time on every page goes through `when` or `ago`, and says its zone.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, date, datetime, tzinfo
from functools import cache
from zoneinfo import ZoneInfo, available_timezones

from markupsafe import Markup

from services.runtime.database import utcnow

CHOSEN = "dateline_zone"
"""The cookie with the zone that somebody chose."""
BROWSER = "dateline_browser_zone"
"""The cookie with the zone that our script read from the browser."""

_zone: ContextVar[tzinfo] = ContextVar("zone", default=UTC)


@cache
def zones() -> frozenset[str]:
    """The names of all zones that this machine knows, as the IANA database has them."""
    return frozenset(available_timezones() | {"UTC"})


def zone_of(cookies: Mapping[str, str]) -> tzinfo:
    """The zone of a browser with these cookies; a name that is none counts for nothing."""
    name = next((cookies[cookie] for cookie in (CHOSEN, BROWSER) if cookies.get(cookie) in zones()), "UTC")
    return UTC if name == "UTC" else ZoneInfo(name)


@contextmanager
def shown_in(zone: tzinfo) -> Iterator[None]:
    """Inside, times are shown in this zone."""
    before = _zone.set(zone)
    try:
        yield
    finally:
        _zone.reset(before)


def zone_name() -> str:
    """The zone in which times are shown."""
    return str(_zone.get())


def when(moment: str | datetime | None) -> Markup:
    """A time as people read it, with the exact one for machines; a bare date stays a date."""
    if not moment:
        return Markup('<span class="none">–</span>')
    exact = _moment(moment)
    if not isinstance(exact, datetime):
        return Markup('<time datetime="{0}">{1}</time>').format(exact.isoformat(), f"{exact:%-d %b %Y}")
    return _time(exact, f"{exact.astimezone(_zone.get()):%-d %b %Y, %H:%M %Z}")


def exact(moment: str | datetime | None) -> Markup:
    """A time to the second, where the order of two looks matters."""
    if not moment or not isinstance(known := _moment(moment), datetime):
        return when(moment)
    return _time(known, f"{known.astimezone(_zone.get()):%-d %b %Y, %H:%M:%S %Z}")


def ago(moment: str | datetime | None) -> Markup:
    """How long ago, or in how long, in one unit."""
    if not moment:
        return Markup('<span class="none">never</span>')
    exact = _moment(moment)
    if not isinstance(exact, datetime):
        return when(moment)
    seconds = (utcnow() - exact).total_seconds()
    return _time(exact, f"{duration(seconds)} ago" if seconds >= 0 else f"in {duration(-seconds)}")


def next_time(moment: str | datetime | None) -> Markup:
    """In how long something is done next; what is past waits for its turn."""
    if moment and isinstance(exact := _moment(moment), datetime) and exact <= utcnow():
        return _time(exact, "due now")
    return ago(moment) if moment else when(moment)


def clock(moment: datetime, pattern: str = "%H:%M") -> str:
    """A time in the zone of the page, as bare text for a chart's axis."""
    return moment.astimezone(_zone.get()).strftime(pattern)


def duration(seconds: float | None) -> str:
    """A length of time in one unit, as coarse as it may be."""
    if seconds is None:
        return "–"
    for unit, length in (("d", 86_400), ("h", 3_600), ("min", 60)):
        if seconds >= 2 * length:
            return f"{seconds / length:.0f} {unit}"
    return f"{seconds:.0f} s" if seconds >= 10 else f"{seconds:.1f} s"


def _time(exact: datetime, text: str) -> Markup:
    here = exact.astimezone(_zone.get())
    return Markup('<time datetime="{0}" title="{1}">{2}</time>').format(
        exact.astimezone(UTC).isoformat(), f"{here:%Y-%m-%d %H:%M:%S %Z}", text
    )


def _moment(moment: str | date) -> date:
    if isinstance(moment, date):
        return moment
    return date.fromisoformat(moment) if len(moment) == len("2024-12-02") else datetime.fromisoformat(moment)
