"""Every message of the system: commands in the imperative, events in the past tense.

A message is a row of the ledger until it has been handled. Readers are tolerant: unknown fields are ignored, and a
field is added with a default, so that services of different ages work side by side.
"""

from datetime import datetime
from typing import Literal

from services.contracts.article import Article, RejectionReason, Words

Cause = Literal["live", "backlog", "import", "reparse", "refetch"]
Mode = Literal["reparse", "refetch"]
Lane = Literal["live", "bulk"]


class Message(Words):
    """Something that must be handled, once it is said."""


class Origin(Words):
    """Which page the news comes from and why we looked: it travels with the page from fetch to store."""

    page: int
    key: str
    url: str | None
    source: str
    cause: Cause = "live"
    reingestion: int | None = None
    dry_run: bool = False


class Reingestion(Words):
    """Under which order of an operator something is done again."""

    id: int
    mode: Mode
    dry_run: bool = False


class Scope(Words):
    """What an operator wants ingested again: exactly one of these."""

    all: bool = False
    source: str | None = None
    urls: tuple[str, ...] = ()
    articles: tuple[str, ...] = ()


class PollChannel(Message):
    """Look at a channel for pages."""

    channel: int


class FetchPage(Message):
    """Look at a page: a visit by plan, or for a re-ingestion."""

    page: int
    reingestion: Reingestion | None = None


class ParsePage(Message):
    """Read an article out of a capture."""

    origin: Origin
    capture: str
    fetched_at: datetime
    content_type: str | None = None


class SaveArticle(Message):
    """Keep this wording, if it is news to us."""

    origin: Origin
    capture: str
    fetched_at: datetime
    parser: str
    article: Article


class PageStored(Message):
    """The page gave an article."""

    page: int
    article: str


class PageRejected(Message):
    """The page gave no article, and why."""

    page: int
    capture: str
    reason: RejectionReason
    detail: str


class Announce(Message):
    """Tell every interested endpoint of an event; `body` holds the bytes that are signed and sent, frozen."""

    event: str
    sequence: int
    type: str
    source: str
    occurred_at: datetime
    body: str


class Deliver(Message):
    """Try to bring one event to one endpoint."""

    delivery: int


class Reingest(Message):
    """Say again what the scope holds, a batch at a time: pages after `after`."""

    reingestion: Reingestion
    scope: Scope
    after: int = 0


class ReingestionPlanned(Message):
    """So many more pages belong to the re-ingestion; `complete` with the last of them."""

    reingestion: int
    pages: int
    complete: bool = False


class PageReingested(Message):
    """One page of a re-ingestion is through, how it ended and which fields of the article differ."""

    reingestion: int
    page: int
    outcome: Literal["created", "updated", "unchanged", "rejected", "unavailable"]
    changed: tuple[str, ...] = ()
