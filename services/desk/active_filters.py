"""The filters of a list that are set, each with the address of the list without it: what the macro `chips` shows."""

from collections.abc import Mapping
from urllib.parse import urlencode

Chip = tuple[str, str, str]
"""The name of a filter, its value, and the address of the list without it."""


def chips_of(
    place: str, query: Mapping[str, str], *, always: Mapping[str, str] | None = None, fragment: str = ""
) -> list[Chip]:
    """The filters of the list at this place; what is `always` asked for stays in each address and is no filter."""
    active = {name: value for name, value in query.items() if value}
    without = {name: {key: value for key, value in active.items() if key != name} for name in active}
    return [
        (name, value, f"{place}?{urlencode({**(always or {}), **without[name]})}{fragment}")
        for name, value in active.items()
    ]
