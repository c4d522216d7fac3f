"""Memento (RFC 7089): what was at an address, and when. The headers of mementos, and the places of gate and map."""

from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime
from urllib.parse import quote

TIMEGATE, TIMEMAP = "memento/timegate", "memento/timemap"


def http_date(instant: datetime) -> str:
    """An instant as HTTP writes it, to the second."""
    return format_datetime(instant.astimezone(UTC), usegmt=True)


def asked_instant(header: str | None) -> datetime | None:
    """The instant of `Accept-Datetime`; None without one. ValueError when it is no date."""
    if header is None:
        return None
    instant = parsedate_to_datetime(header)
    return instant if instant.tzinfo else instant.replace(tzinfo=UTC)


def memento_places(base: str, url: str) -> str:
    """The links of whatever has to do with this address: the original, its gate and its map."""
    return (
        f'<{_target(url)}>; rel="original", '
        f'<{base}{TIMEGATE}?url={quote(url, safe="")}>; rel="timegate", '
        f'<{base}{TIMEMAP}?url={quote(url, safe="")}>; rel="timemap"; type="application/link-format"'
    )


def memento_headers(base: str, url: str, at: datetime) -> dict[str, str]:
    """The headers of an answer that shows an address as it was."""
    return {"Memento-Datetime": http_date(at), "Link": memento_places(base, url)}


def memento_link(base: str, capture: str, at: datetime, relation: str = "memento") -> str:
    """The link to a capture, as a memento."""
    return f'<{base}captures/{capture}/body>; rel="{relation}"; datetime="{http_date(at)}"'


def _target(url: str) -> str:
    # An address that came as a file holds whatever it held there: nothing of it ends the link, or the header.
    return quote(url, safe="%/:=&?~#+!$,;'@()*[]-._")
