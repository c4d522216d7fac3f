"""What people are told of events: one plain model, from which every channel makes its own text.

All of it is outside text. What is in here is on one line, without anything that acts on a screen; an address is one
of the web, or none.
"""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from services.contracts.addresses import web_address
from services.contracts.changes import Fate
from services.contracts.troubles import SERVICE_PREFIX
from services.webhooks.attempt import Address, Parcel
from services.webhooks.filters import is_about_source
from services.webhooks.people.wording import happened, remarks

HEADLINE, LEAD, PIECE, SUBJECT = 300, 400, 600, 150
"""Characters of a headline, of a lead, of one piece of a change, and of a subject."""
CHANGED = 10
"""Texts that an entry shows the change of."""
ENTRIES = 50
"""Entries that a digest shows; it counts the others."""
# C0 and C1, marks of direction, separators, the BOM and lone halves of characters: what acts on a screen or a mail.
_ACTING = re.compile("[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff\ud800-\udfff]+")


@dataclass(frozen=True)
class Stretch:
    """Some words, and what became of them."""

    fate: Fate
    text: str


@dataclass(frozen=True)
class Changed:
    """A text of an article that changed, word by word."""

    field: str
    pieces: tuple[Stretch, ...]


@dataclass(frozen=True)
class Entry:
    """One event, for people."""

    label: str
    """What happened, in a word or two: `New`, `Changed`, `Taken down`."""
    headline: str
    at: str
    """When it happened, with the time zone."""
    source: str = ""
    lead: str = ""
    sentences: tuple[str, ...] = ()
    """What else there is to say of it."""
    changed: tuple[Changed, ...] = ()
    page: str | None = None
    """The address of the page."""
    desk: str | None = None
    """Where the desk shows it."""

    @property
    def title(self) -> str:
        """What happened, and to what."""
        return f"{self.label}: {self.headline}" if self.headline else self.label


@dataclass(frozen=True)
class Notification:
    """What is sent at one go: an event, or a digest of several."""

    subject: str
    entries: tuple[Entry, ...]
    more: int = 0
    """How many further events it is about that it does not show."""
    desk: str | None = None
    """Where the desk shows the rest."""


def notification(to: Address, parcels: Sequence[Parcel], base: str) -> Notification:
    """What these deliveries say; `base` is where people reach the web app, empty where nobody said so."""
    entries = tuple(_entry(json.loads(parcel.body), to.zone, base) for parcel in parcels[:ENTRIES])
    return Notification(_subject(entries, len(parcels)), entries, len(parcels) - len(entries), _link(base, "/articles"))


def one_line(text: object, most: int = HEADLINE) -> str:
    """The text on one line, without what acts on a screen, and cut to so many characters."""
    line = " ".join(_ACTING.sub(" ", str(text or "")).split())
    return line if len(line) <= most else line[: most - 1].rstrip() + "…"


def _subject(entries: Sequence[Entry], number: int) -> str:
    title = entries[0].title
    return one_line(title if number == 1 else f"{number} events: {title}", SUBJECT)


def _entry(event: Mapping[str, Any], zone: str, base: str) -> Entry:
    kind, data = str(event["type"]), event["data"]
    at = _time(event["timestamp"], zone)
    article = data.get("article")
    if article is not None:
        return _of_article(event, article, at, base)
    if is_about_source(kind):
        sentence, link = one_line(data.get("sentence"), LEAD), _link(base, "/sources")
        return Entry(happened(event), one_line(data.get("source")), at, sentences=(sentence,), desk=link)
    sentences = tuple(one_line(remark, LEAD) for remark in remarks(event))
    if kind.startswith(SERVICE_PREFIX):
        about = one_line(data["trouble"]["kind"]).replace("_", " ")
        return Entry(happened(event), about, at, sentences=sentences, desk=_link(base, "/troubles"))
    place = "/webhooks" if kind.startswith("endpoint.") else "/"
    return Entry(happened(event), "", at, sentences=sentences, desk=_link(base, place))


def _of_article(event: Mapping[str, Any], article: Mapping[str, Any], at: str, base: str) -> Entry:
    changed = _changed((event["data"].get("change") or {}).get("diff") or ())
    return Entry(
        label=happened(event),
        headline=one_line(article.get("headline")),
        at=at,
        source=one_line(article.get("source")),
        lead="" if changed else one_line(article.get("dek") or _first(article), LEAD),
        sentences=tuple(one_line(sentence, LEAD) for sentence in remarks(event)),
        changed=changed,
        page=web_address(article.get("url")),
        desk=_link(base, f"/articles/{article.get('id', '')}"),
    )


def _first(article: Mapping[str, Any]) -> str:
    return next((block["text"] for block in article.get("body") or () if block.get("text")), "")


def _changed(diff: Sequence[Mapping[str, Any]]) -> tuple[Changed, ...]:
    return tuple(
        Changed(one_line(text["field"]).replace("_", " "), tuple(map(_stretch, text["pieces"])))
        for text in diff[:CHANGED]
    )


def _stretch(piece: Mapping[str, Any]) -> Stretch:
    text = _ACTING.sub(" ", piece["text"])
    return Stretch(piece["fate"], text if len(text) <= PIECE else text[: PIECE - 1] + "…")


def _time(timestamp: str, zone: str) -> str:
    return f"{datetime.fromisoformat(timestamp).astimezone(ZoneInfo(zone)):%Y-%m-%d %H:%M %Z}"


def _link(base: str, path: str) -> str | None:
    return web_address(f"{base}/desk{path}") if base else None
