"""What a channel gave."""

from collections.abc import Iterable
from dataclasses import dataclass

from services.contracts.urls import BadAddress, canonical_url

MAX_LISTED = 5_000
"""Addresses taken from one document."""


@dataclass(frozen=True)
class Listed:
    """One address and what the channel says of it; the times as it writes them, to notice that they changed."""

    url: str
    title: str | None = None
    published: str | None = None
    updated: str | None = None


@dataclass(frozen=True)
class Found:
    """What could be read; `parts` are further documents of the same channel, `note` says what was wrong with it."""

    listed: tuple[Listed, ...]
    parts: tuple[str, ...] = ()
    note: str | None = None


@dataclass(frozen=True)
class Unreadable:
    """It is no such channel: one sentence."""

    detail: str


def each_once(listed: Iterable[Listed], base: str) -> tuple[Listed, ...]:
    """Canonical addresses, each once, at most `MAX_LISTED`; what is no web address is left out.

    Of several mentions the first counts, with the first title that any of them has.
    """
    found: dict[str, Listed] = {}
    for one in listed:
        try:
            url = canonical_url(one.url, base=base)
        except BadAddress:
            continue
        first = found.get(url)
        if first is None and len(found) == MAX_LISTED:
            break
        if first is None or not first.title:
            found[url] = Listed(url, words(one.title), words(one.published), words(one.updated))
    return tuple(found.values())


def words(text: str | None) -> str | None:
    """The text on one line, at most 500 characters, without NUL; None when nothing is left."""
    return " ".join((text or "").replace("\x00", " ").split())[:500] or None
