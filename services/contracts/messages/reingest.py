"""Messages to re-ingestion: walk an order step by step, and what a dry run found on a page."""

from services.contracts.article import ArticleKind, Contract, RejectionReason, When
from services.contracts.messages.message import Message
from services.contracts.messages.origin import Origin
from services.contracts.messages.parser import Rejection
from services.contracts.messages.store import SaveArticle
from services.contracts.subject import Subject


class Scope(Contract):
    """What an operator wants ingested again: `all`, or the pages of which each of the others that is given holds."""

    all: bool = False
    source: str | None = None
    urls: tuple[str, ...] = ()
    articles: tuple[str, ...] = ()
    kind: ArticleKind | None = None
    published_from: When | None = None
    published_until: When | None = None
    """Exclusive; a bare date is its midnight UTC, as in every list of articles."""
    layout: str | None = None
    layout_before: str | None = None
    """Only what no version of its layout with this number, or a later one, has read; each layout counts its own."""
    parser_before: str | None = None
    """Only what no parser of this version, or a later one, has read."""
    host: str | None = None
    """Only pages that were read with the site profile of this host, or that would be if it had one."""
    not_profile: str | None = None
    """Of these, only what was not read with the profile of this digest."""
    text: str | None = None
    """Words of the headline or of one paragraph, in any case."""
    rejected: RejectionReason | None = None
    dead_lettered: str | None = None
    """A part of the reason for which a message about the page was dead-lettered."""

    def asks_the_store(self) -> bool:
        """Whether it takes the articles, and not only their pages, to tell what is meant."""
        return any((self.kind, self.published_from, self.published_until, self.text))


class ProposeProfile(Message):
    """Order a dry run of what a host's new site profile would change of the stored articles."""

    host: str
    profile: str
    """Its digest."""
    promote_removals: bool = False
    """Whether what is found is done without a person, if it takes lines out and changes nothing else."""

    def subject(self) -> Subject:
        return Subject(host=self.host)

    @property
    def dedupe(self) -> str:
        return f"{self.host} {self.profile}"


class Difference(Contract):
    """One field of an article as it stands and as it would read; None where there is nothing. Excerpts, if long."""

    field: str
    before: str | None = None
    after: str | None = None


class Preview(Contract):
    """What a dry run found on one page: everything that is needed to judge it, and to do it."""

    article: str | None = None
    layout: str | None = None
    headline: str | None = None
    announced: bool = False
    differences: tuple[Difference, ...] = ()
    origin: Origin
    proposal: SaveArticle | Rejection | None = None
    only_removes: bool = False
    """Whether the article loses lines of its body by it, and nothing else of it changes."""


class Reingest(Message):
    """Take the next step of a re-ingestion, of its promotion or of its end; its order's row says which."""

    reingestion: int

    def subject(self) -> Subject:
        return Subject(reingestion=self.reingestion)
