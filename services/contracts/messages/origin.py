"""Where the news comes from: which page, and why we looked."""

from typing import Literal
from urllib.parse import urlsplit

from pydantic import Field

from services.contracts.article import Contract, RejectionReason
from services.contracts.files import FilesRule

Cause = Literal["live", "backlog", "import", "reparse", "refetch", "move"]
Mode = Literal["reparse", "refetch"]


class Origin(Contract):
    """Which page the news comes from and why we looked: it travels with the page from fetch to store."""

    page: int
    key: str
    url: str | None
    source: str
    cause: Cause = "live"
    reingestion: int | None = None
    dry_run: bool = False
    announce: bool = False
    """Endpoints are told of what changes, although nobody would call them for this cause."""
    files: FilesRule = "none"
    """What is kept of the article besides its page, by the rule of its source."""
    public_archive: str | None = None
    """The form of a public archive that is asked to save the page as well, by its address."""
    newest: str | None = None
    """The page's newest capture when we looked for a re-ingestion, and why its reading was rejected then."""
    was_rejected: RejectionReason | None = None
    published: str | None = Field(default=None, exclude_if=lambda text: text is None)
    published_in: int | None = Field(default=None, exclude_if=lambda channel: channel is None)
    """When it was published, as a channel of its source writes it, and the number of that channel."""

    @property
    def host(self) -> str | None:
        """The page's host with its port, as hosts are called in the ledger; None for a page without an address."""
        return urlsplit(self.url).netloc if self.url else None


class Reingestion(Contract):
    """Under which order of an operator something is done again."""

    id: int
    mode: Mode
    dry_run: bool = False
    forced: bool = False
    """A refetch without validators: a site whose "not modified" is not believed is asked for the whole page."""
    announce: bool = False
