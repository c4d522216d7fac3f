"""What every message has: its subject, its key in the ledger, and its rank at its host."""

from enum import IntEnum
from typing import Literal

from services.contracts.article import Contract
from services.contracts.subject import Subject

Lane = Literal["live", "bulk"]


class Rank(IntEnum):
    """Of what is due at one host, what goes first."""

    CHANNEL = 0
    NEW = 1
    """A page that nobody has seen."""
    REVISIT = 2
    CLAIMED = 3
    """A page of which only a sitemap says that it changed."""
    BACKLOG = 4
    """The bulk lane."""
    LAST = 5
    """What cost a worker its life, again."""


class Message(Contract):
    """Something that must be handled, once it is said."""

    def subject(self) -> Subject:
        """What it is about, as the ledger keeps it in columns."""
        return Subject()

    @property
    def dedupe(self) -> str:
        """Of the open messages of a kind, those with the same are one. Opaque: nobody reads anything out of it."""
        about = self.subject()
        parts = (about.page, about.channel, about.endpoint, about.reingestion)
        return ":".join(str(part) for part in parts if part is not None) or about.host or "all"

    def rank(self, lane: Lane) -> Rank | None:
        """When its turn comes at its host; None for what takes no turns."""
        del lane
        return None
