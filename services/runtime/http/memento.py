"""Memento (RFC 7089): what was at an address, and when. The headers of mementos, and the places of gate and map."""

from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime
from urllib.parse import quote

LINKS = "application/link-format"
TIMEGATE, TIMEMAP = "memento/timegate", "memento/timemap"


def http_date(instant: datetime) -> str:
    """An instant as HTTP writes it, to the second."""
    return format_datetime(instant.astimezone(UTC), usegmt=True)


def asked_instant(header: str | None) -> datetime | None:
    """The instant of `Accept-Datetime`; None without one. ValueError when it is no date."""
    if header is None:
        return None
    try:
        instant = parsedate_to_datetime(header)
        return instant.astimezone(UTC) if instant.tzinfo else instant.replace(tzinfo=UTC)
    except (OverflowError, TypeError) as trouble:
        raise ValueError(header[:100]) from trouble


def memento_places(base: str, url: str) -> str:
    """The links of whatever has to do with this address: the original, its gate and its map."""
    return f'{_original_and_gate(base, url)}, <{_map(base, url)}>; rel="timemap"; type="{LINKS}"'


def map_places(base: str, url: str, first: datetime, last: datetime) -> str:
    """The same as the map itself gives them, which is of this time."""
    span = f'from="{http_date(first)}"; until="{http_date(last)}"'
    return f'<{_map(base, url)}>; rel="self"; type="{LINKS}"; {span},\n{_original_and_gate(base, url)}'


def _original_and_gate(base: str, url: str) -> str:
    return f'<{_target(url)}>; rel="original", <{base}{TIMEGATE}?url={quote(url, safe="")}>; rel="timegate"'


def _map(base: str, url: str) -> str:
    return f"{base}{TIMEMAP}?url={quote(url, safe='')}"


def memento_headers(base: str, url: str, at: datetime) -> dict[str, str]:
    """The headers of an answer that shows an address as it was."""
    return {"Memento-Datetime": http_date(at), "Link": memento_places(base, url)}


def memento_link(base: str, capture: str, at: datetime, relation: str = "memento") -> str:
    """The link to a capture, as a memento."""
    return f'<{base}captures/{capture}/body>; rel="{relation}"; datetime="{http_date(at)}"'


def _target(url: str) -> str:
    # An address that came as a file holds whatever it held there: nothing of it ends the link, or the header.
    return quote(url, safe="%/:=&?~#+!$,;'@()*[]-._")
