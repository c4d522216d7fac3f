"""What a channel gave."""

from collections.abc import Iterable
from dataclasses import dataclass

from services.contracts.urls import BadAddress, canonical_url
from services.fetcher.discover.text import words

MAX_LISTED = 5_000
"""Addresses taken from one document."""
MAX_MENTIONS = 50_000
"""Links looked at in one document, repeated ones and those that lead nowhere included; a sitemap may have as many."""


@dataclass(frozen=True)
class Listed:
    """One address and what the channel says of it; the times as it writes them, to notice that they changed."""

    url: str
    title: str | None = None
    published: str | None = None
    updated: str | None = None
    position: int | None = None
    """Its place in the document, from 1."""


@dataclass(frozen=True)
class Discovered:
    """What could be read; `parts` are further documents of the same channel, `note` says what was wrong with it."""

    listed: tuple[Listed, ...]
    parts: tuple[str, ...] = ()
    note: str | None = None


@dataclass(frozen=True)
class Unreadable:
    """It is no such channel: one sentence."""

    detail: str


def each_once(listed: Iterable[Listed], base: str, note: str | None = None) -> Discovered:
    """Canonical addresses, each once, at most `MAX_LISTED`; what is no web address is left out.

    Of several mentions the first counts, with the first title that any of them has. When there was more than is looked
    at, the note says so, unless there is one already.
    """
    fields: dict[str, Listed] = {}
    for number, entry in enumerate(listed):
        if number == MAX_MENTIONS:
            note = note or f"It holds more than {MAX_MENTIONS:,} links; what comes after them was not looked at."
            break
        try:
            url = canonical_url(entry.url, base=base)
        except BadAddress:
            continue
        first = fields.get(url)
        if first is None and len(fields) == MAX_LISTED:
            note = note or f"It lists more than {MAX_LISTED:,} addresses; those after them were not taken."
            break
        if first is None or not first.title:
            fields[url] = Listed(url, words(entry.title), words(entry.published), words(entry.updated))
    return Discovered(tuple(fields.values()), note=note)
