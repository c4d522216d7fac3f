"""Stand-in until the base is there."""

from dataclasses import dataclass
from typing import Literal

Fate = Literal["same", "deleted", "inserted"]


@dataclass(frozen=True)
class ChangedPiece:
    """Some words, and what became of them."""

    fate: Fate
    text: str


@dataclass(frozen=True)
class Changed:
    """A text of an article that changed, word by word."""

    field: str
    pieces: tuple[ChangedPiece, ...]


@dataclass(frozen=True)
class Entry:
    """One event, for people."""

    label: str
    headline: str
    at: str
    source: str = ""
    lead: str = ""
    sentences: tuple[str, ...] = ()
    changed: tuple[Changed, ...] = ()
    page: str | None = None
    desk: str | None = None


@dataclass(frozen=True)
class PeopleMessage:
    """What is sent at one go: an event, or a digest of several."""

    subject: str
    entries: tuple[Entry, ...]
    more: int = 0
    desk: str | None = None
