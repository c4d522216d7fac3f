"""What a subscriber has got, in one line for each event: `article.updated story-1 (facts: figures)`."""

from collections.abc import Iterable, Sequence
from itertools import groupby
from typing import Any

SINGLY = 3
"""Events in a row that are about so many articles are a line each; of more articles, one line with their number."""
SITE = 5
"""Pages of a host from which on a change is one of the site."""
Event = dict[str, Any]


def notices(events: Iterable[Event]) -> list[str]:
    """One line for each event, or for many of one type in a row, in the order of their sequence."""
    ordered = sorted(events, key=lambda event: event["sequence"])
    grouped = groupby(ordered, lambda event: str(event["type"]))
    return [line for kind, group in grouped for line in _lines(kind, [*group])]


def slug_of(url: str) -> str:
    """The last part of an address."""
    return url.rstrip("/").rpartition("/")[2]


def _lines(kind: str, events: Sequence[Event]) -> list[str]:
    if len({_about(event).partition(" ")[0] for event in events}) > SINGLY:
        return [f"{kind} × {len(events)}"]
    return [f"{kind} {_about(event)}".rstrip() for event in events]


def _about(event: Event) -> str:
    data = event["data"]
    if "article" not in data:
        return _about_source(data)
    slug, change = slug_of(data["article"]["url"]), data.get("change")
    return f"{slug} ({_weight(change)})" if change else slug


def _weight(change: Event) -> str:
    facts = f": {', '.join(change['facts'])}" if change["facts"] else ""
    returns = f", returns to {change['returns_to']}" if change["returns_to"] else ""
    return f"{change['grade']}{facts}{returns}"


def _about_source(data: Event) -> str:
    """The detail that tells events of one type apart, and about how many pages they are."""
    details = data["details"]
    causes = ", ".join(sorted(details.get("causes", {}))) or details.get("cause") or details.get("ended") or ""
    pages = _pages(data["number"], exact="fields" not in details)
    return causes if not data["number"] else f"{causes}: {pages}" if causes else pages


def _pages(number: int, *, exact: bool) -> str:
    """How many pages a notice is about. One of drift goes out as soon as there are five, and may hold some more."""
    if not exact and number >= SITE:
        return f"{SITE} pages or more"
    return "1 page" if number == 1 else f"{number} pages"
