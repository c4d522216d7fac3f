"""What a document of a channel lists: its entries, and where more of them are."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace

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
    guid: str | None = None
    """What the feed calls the entry, whatever its address: a guid or an id that no other entry of it has."""


@dataclass(frozen=True)
class Discovered:
    """What could be read; `parts` are further documents of the same channel, `note` says what was wrong with it."""

    listed: tuple[Listed, ...]
    parts: tuple[str, ...] = ()
    note: str | None = None
    changed: Mapping[str, str] = field(default_factory=dict)
    """When each part changed last, as the document writes it."""


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
            guid = words(entry.guid) or (first.guid if first else None)
            fields[url] = Listed(url, words(entry.title), words(entry.published), words(entry.updated), guid=guid)
    return Discovered(_told_apart(fields.values()), note=note)


def nameless(entries: int, listed: int) -> str | None:
    """One sentence when some of the entries lead nowhere: news may stand there that nobody can look at."""
    return f"{entries - listed:,} of its {entries:,} entries name no address." if listed < entries else None


def _told_apart(listed: Collection[Listed]) -> tuple[Listed, ...]:
    """Without what several entries are called alike: that is no name of any of them."""
    names = Counter(entry.guid for entry in listed)
    return tuple(replace(entry, guid=None) if entry.guid and names[entry.guid] > 1 else entry for entry in listed)
