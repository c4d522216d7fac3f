"""The places of the desk, in groups, as its navigation shows them."""

from collections.abc import Iterator
from typing import NamedTuple

from services.contracts.caller import Caller, Permission


class Place(NamedTuple):
    """A page that one can go to: its address, title, the permission it takes, and the key that follows `g`."""

    path: str
    title: str
    permission: Permission
    key: str


GROUPS: tuple[tuple[str, tuple[Place, ...]], ...] = (
    (
        "News",
        (
            Place("", "Now", "read", "n"),
            Place("/articles", "Articles", "read", "a"),
            Place("/taken-down", "Taken down", "read", "t"),
        ),
    ),
    (
        "Watch",
        (
            Place("/sources", "Sources", "read", "s"),
            Place("/pages", "Pages", "read", "p"),
            Place("/gaps", "Gaps", "read", "g"),
            Place("/quarantine", "Quarantine", "read", "q"),
        ),
    ),
    ("Send", (Place("/webhooks", "Webhooks", "subscribe", "w"),)),
    (
        "House",
        (
            Place("/dead-letters", "Dead letters", "admin", "d"),
            Place("/reingestions", "Re-ingestions", "admin", "r"),
            Place("/keys", "Keys", "admin", "k"),
            Place("/log", "Log", "admin", "l"),
            Place("/about", "About", "read", "b"),
        ),
    ),
)


class Group(NamedTuple):
    """A part of the navigation: its title, and its places, each with whether one is there."""

    title: str
    places: list[tuple[Place, bool]]


def navigation(caller: Caller, here: str) -> Iterator[Group]:
    """What this caller may open; `here` is the address of the page within the desk."""
    for title, places in GROUPS:
        if allowed := [(place, _is_at(place, here)) for place in places if caller.may(place.permission)]:
            yield Group(title, allowed)


def _is_at(place: Place, here: str) -> bool:
    return here == place.path or bool(place.path and here.startswith(f"{place.path}/"))
