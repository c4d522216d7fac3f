"""The addresses around a list of articles: without one of its filters, in another order, on its other pages. Pure."""

from collections.abc import Mapping, Sequence
from urllib.parse import urlencode

LABELS = {
    "source": "Source",
    "kind": "Kind",
    "status": "Its page is",
    "since": "From",
    "until": "Before",
    "tag": "Tag",
    "virin": "VIRIN",
    "min_grade": "Changed, at least by",
}
"""Filters that are shown as chips; the words of the search stand in their field."""
DEFAULTS = {"by": "published", "order": "newest"}
ORDERS: tuple[tuple[str, dict[str, str]], ...] = (
    ("Newest", {}),
    ("Oldest", {"order": "oldest"}),
    ("First seen", {"by": "seen"}),
    ("Changed", {"by": "updated"}),
)
"""How a list can be sorted: its title, and what is asked for."""
FILTERS = {"source": "sources", "kind": "kinds", "tag": "tags", "words": "words", "title": "words"}
FILTERS |= {f"not_{name}": f"not_{field}" for name, field in FILTERS.items()} | {"min_grade": "min_grade"}
"""Of a search, what a subscription can filter by too, and its name there."""


def chips(base: str, query: Mapping[str, str]) -> list[tuple[str, str, str]]:
    """Of each filter that is set: its title, its value, and the address of the list without it."""
    return [
        (title, query[name].replace("_", " "), _address(base, {key: query[key] for key in query if key != name}))
        for name, title in LABELS.items()
        if name in query
    ]


def orders(base: str, query: Mapping[str, str]) -> list[tuple[str, str, bool]]:
    """Each way to sort the list: its title, its address, and whether it is the present one."""
    filters = {name: value for name, value in query.items() if name not in DEFAULTS}
    present = {name: value for name, value in query.items() if name in DEFAULTS}
    return [(title, _address(base, filters | order), order == present) for title, order in ORDERS]


def list_addresses(base: str, query: Mapping[str, str], previous: str | None, following: str | None) -> dict[str, str]:
    """The pages of the list around this one: `first`, `newer`, `older`, empty where there is none."""
    return {
        "first": _address(base, query) if previous else "",
        "newer": _address(base, {**query, "before": previous}) if previous else "",
        "older": _address(base, {**query, "after": following}) if following else "",
    }


def subscription(search: Mapping[str, Sequence[str]]) -> str:
    """The filter of a subscription to this search, as the query of the form that makes one; empty for everything."""
    fields = [(FILTERS[name], value) for name, values in search.items() if name in FILTERS for value in values]
    return urlencode(fields)


def _address(base: str, fields: Mapping[str, str]) -> str:
    return f"{base}/articles?{urlencode(fields)}" if fields else f"{base}/articles"
