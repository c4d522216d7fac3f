"""The places of the desk, in groups, as its navigation shows them."""

from collections.abc import Iterator
from typing import NamedTuple

from services.contracts.caller import Caller, Permission


class Destination(NamedTuple):
    """A page that one can go to: its address, title, the permission it takes, and the key that follows `g`."""

    path: str
    title: str
    permission: Permission
    key: str


GROUPS: tuple[tuple[str, tuple[Destination, ...]], ...] = (
    (
        "News",
        (
            Destination("", "Now", "read", "n"),
            Destination("/articles", "Articles", "read", "a"),
            Destination("/taken-down", "Taken down", "read", "t"),
            Destination("/record", "Record", "read", "c"),
        ),
    ),
    (
        "Watch",
        (
            Destination("/sources", "Sources", "read", "s"),
            Destination("/pages", "Pages", "read", "p"),
            Destination("/gaps", "Gaps", "read", "g"),
            Destination("/quarantine", "Quarantine", "read", "q"),
            Destination("/profiles", "Site profiles", "read", "f"),
        ),
    ),
    (
        "Send",
        (
            Destination("/webhooks", "Webhooks", "subscribe", "w"),
            Destination("/notifications", "Notifications", "subscribe", "m"),
        ),
    ),
    (
        "House",
        (
            Destination("/troubles", "Troubles", "operate", "o"),
            Destination("/dead-letters", "Dead letters", "admin", "d"),
            Destination("/reingestions", "Re-ingestions", "admin", "r"),
            Destination("/keys", "Keys", "admin", "k"),
            Destination("/log", "Audit log", "admin", "l"),
            Destination("/about", "About", "read", "b"),
        ),
    ),
)


class Group(NamedTuple):
    """A part of the navigation: its title, and its places, each with whether one is there."""

    title: str
    places: list[tuple[Destination, bool]]


def navigation(caller: Caller, here: str) -> Iterator[Group]:
    """What this caller may open; `here` is the address of the page within the desk."""
    for title, places in GROUPS:
        if allowed := [(place, _is_at(place, here)) for place in places if caller.may(place.permission)]:
            yield Group(title, allowed)


def _is_at(place: Destination, here: str) -> bool:
    return here == place.path or bool(place.path and here.startswith(f"{place.path}/"))
