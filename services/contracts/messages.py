"""Every message of the system: commands in the imperative, events in the past tense.

A message is a row of the ledger until it has been handled. Readers are tolerant: unknown fields are ignored, and a
field is added with a default, so that services of different ages work side by side.
"""

from datetime import datetime
from enum import IntEnum
from typing import Literal
from urllib.parse import urlsplit

from pydantic import Field

from services.contracts.article import (
    Article,
    ArticleKind,
    ArticleStatus,
    Contract,
    Evidence,
    RejectionReason,
    When,
)
from services.contracts.files import FileRef, FilesRule
from services.contracts.subject import Subject

Cause = Literal["live", "backlog", "import", "reparse", "refetch", "move"]
Mode = Literal["reparse", "refetch"]
Lane = Literal["live", "bulk"]
Why = Literal["new", "revisit", "claimed"]
"""Why a page is looked at: nobody has seen it, by plan or news of it, or because only a sitemap says it changed."""


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
        return ":".join(str(part) for part in parts if part is not None) or "all"

    def rank(self, lane: Lane) -> Rank | None:
        """When its turn comes at its host; None for what takes no turns."""
        del lane
        return None


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


class Redirect(Contract):
    """Where a channel is to be looked at, because its own address sent us to another host."""

    source: str
    """The address that the channel is known under; of another one this says nothing."""
    target: str
    hops: int = 1
    """Hosts that have sent us on so far."""


class PollChannel(Message):
    """Look at a channel for pages."""

    channel: int
    host: str | None = None
    """Whose turn it takes, as in the address; None where that is not known."""
    redirect: Redirect | None = None

    def subject(self) -> Subject:
        return Subject(channel=self.channel, host=self.host)

    def rank(self, lane: Lane) -> Rank:
        del lane
        return Rank.CHANNEL


class FetchPage(Message):
    """Look at a page: a visit by plan, or for a re-ingestion."""

    page: int
    reingestion: Reingestion | None = None
    host: str | None = None
    """Whose turn it takes, as in the address; None where that is not known."""
    why: Why = "revisit"

    def rank(self, lane: Lane) -> Rank:
        return Rank.BACKLOG if lane == "bulk" else _RANKS[self.why]

    def subject(self) -> Subject:
        return Subject(page=self.page, reingestion=self.reingestion.id if self.reingestion else None, host=self.host)


_RANKS = {"new": Rank.NEW, "revisit": Rank.REVISIT, "claimed": Rank.CLAIMED}


class WalkChannel(Message):
    """Look at the next document of a walk through all that a channel lists."""

    channel: int
    host: str | None = None
    """Whose turn it takes, as in the address; None where that is not known."""

    def subject(self) -> Subject:
        return Subject(channel=self.channel, host=self.host)

    def rank(self, lane: Lane) -> Rank:
        del lane
        return Rank.BACKLOG


class WalkBackfill(Message):
    """Look at the next document of a backfill; or, when there is none, whether it is over."""

    backfill: int
    host: str | None = None
    """Whose turn it takes, as in the address; None where that is not known."""

    def subject(self) -> Subject:
        return Subject(host=self.host)

    @property
    def dedupe(self) -> str:
        return str(self.backfill)

    def rank(self, lane: Lane) -> Rank:
        del lane
        return Rank.BACKLOG


class MovePages(Message):
    """Let the pages of a site follow it to its new host; those above `after` are still to be done."""

    old: str
    new: str
    announce: bool = False
    after: int = 0

    @property
    def dedupe(self) -> str:
        return f"{self.old} {self.new}"


class MoveArticles(Message):
    """Articles are at another address, because their site moved: the number of each page, and where that is now."""

    moves: tuple[tuple[int, str], ...]
    old: str
    new: str
    announce: bool = False

    @property
    def dedupe(self) -> str:
        return f"{self.old} {self.new} {self.moves[0][0] if self.moves else 0}"


class SamePage(Message):
    """A page shows the very article that another one gave: they are one page, shown at another address."""

    page: int
    known: int
    """The page that gave the article first."""

    def subject(self) -> Subject:
        return Subject(page=self.page)


class SubscribeToHub(Message):
    """See to the subscription of a channel at its WebSub hub: ask for it, renew it, or end it."""

    channel: int

    def subject(self) -> Subject:
        return Subject(channel=self.channel)


class ReadPush(Message):
    """Read what a hub has pushed."""

    push: int
    channel: int

    def subject(self) -> Subject:
        return Subject(channel=self.channel)

    @property
    def dedupe(self) -> str:
        return f"push:{self.push}"


class HostRecovered(Message):
    """A host that left request after request unserved has answered one; the name is as in an address."""

    host: str

    def subject(self) -> Subject:
        return Subject(host=self.host)

    @property
    def dedupe(self) -> str:
        return self.host


class ReconcileChannels(Message):
    """Compare what sources showed with what is stored: gaps open, get a cause, and close."""


class ReviewRemovals(Message):
    """Decide which of a source's missing pages were taken down."""

    source: str

    @property
    def dedupe(self) -> str:
        return self.source


class CheckRhythms(Message):
    """Look at the rhythm of sources: some fall silent, some speak again."""


class CaptureRef(Contract):
    """A capture in the archive, by name, and when it was fetched."""

    capture: str
    fetched_at: datetime


class Rejection(CaptureRef):
    """Why a capture gave no article, and which parser says so."""

    parser: str
    reason: RejectionReason
    detail: str


def about_capture(page: int, capture: str, reingestion: int | None) -> str:
    """The key of what is said about one capture of a page, to be compared as a whole."""
    return f"{page}:{capture}:{reingestion or ''}"


class ParsePage(Message):
    """Read an article out of a capture."""

    origin: Origin
    capture: str
    fetched_at: datetime
    content_type: str | None = None
    title: str | None = None
    """What the channel that listed the page calls it; documents often do not say it themselves."""
    profile: str | None = None
    """Digest of the site profile to read it with: that of its host when this was said."""

    def subject(self) -> Subject:
        return Subject(page=self.origin.page, reingestion=self.origin.reingestion, host=self.origin.host)

    @property
    def dedupe(self) -> str:
        return about_capture(self.origin.page, self.capture, self.origin.reingestion)


class EarlierReading(CaptureRef):
    """What an earlier capture says, read by the versions that read the later one."""

    article: Article


class SaveArticle(Message):
    """Keep this wording, if it is news to us."""

    origin: Origin
    capture: str
    fetched_at: datetime
    parser: str
    article: Article
    layout_version: str | None = None
    """Of the article's layout."""
    digest: str = ""
    """Of the whole reading, as the parser gave it; empty where it is not known."""
    profile: str | None = None
    """Digest of the site profile that it was read with, if it was with one."""
    host: str | None = None
    """The host whose site profile such a page is read with; None where its layout needs none."""
    before: EarlierReading | None = None
    """Of the capture that other versions of the reader read last: what differs from it, the page has changed."""
    expects: str | None = None
    """How the article stood when this was previewed; it is kept only if the article still stands so."""
    released: Literal["announced", "silent"] | None = None
    """A person has looked at what the page says otherwise and keeps it; whether endpoints are told."""

    def subject(self) -> Subject:
        return Subject(page=self.origin.page, reingestion=self.origin.reingestion, host=self.origin.host)

    @property
    def dedupe(self) -> str:
        about = about_capture(self.origin.page, self.capture, self.origin.reingestion)
        return f"{about}:released" if self.released else about


class NoteSources(Message):
    """A further source has shown this page: its article, if there is one, belongs to that source, too."""

    page: int
    announce: bool = True
    """Whether it is news: not what was there before the source was watched."""

    def subject(self) -> Subject:
        return Subject(page=self.page)


class SetStatus(Message):
    """What became of an article's page, as of one look at it; or what an operator decided, `by_operator`.

    Of one article the later `at` wins, in whatever order they arrive. Only an operator changes what was withdrawn.
    """

    article: str
    page: int | None = None
    status: ArticleStatus
    at: datetime
    """When it was seen, or decided."""
    since: datetime
    """When it began: of a missing page, the first look that did not find it."""
    looks: int = 0
    """How many looks in a row have shown it."""
    evidence: tuple[Evidence, ...] = ()
    by_operator: bool = False
    reason: str | None = None
    """Why an operator withdraws it."""

    def subject(self) -> Subject:
        return Subject(page=self.page, article=self.article)

    @property
    def dedupe(self) -> str:
        return f"{self.article}:{self.status}:{self.at.isoformat()}"


class Announce(Message):
    """Owe an event of the log to every interested endpoint.

    Of one article, or one source, that with the lower `sequence` goes first. An event outside the sequence has neither.
    """

    event: str
    article: str | None = None
    sequence: int | None = None

    def subject(self) -> Subject:
        return Subject(article=self.article, sequence=self.sequence)

    @property
    def dedupe(self) -> str:
        return self.event


class Deliver(Message):
    """Bring an endpoint what is owed to it and due."""

    endpoint: int

    def subject(self) -> Subject:
        return Subject(endpoint=self.endpoint)


class CheckProfiles(Message):
    """See which hosts have so many new pages that a site profile should be learned from them."""


class BuildProfile(Message):
    """Learn the site profile of a host from its own captures, a few at a time."""

    host: str

    def subject(self) -> Subject:
        return Subject(host=self.host)

    @property
    def dedupe(self) -> str:
        return self.host


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


class ForgetDeliveries(Message):
    """Delete what the delivery log need not remember any longer."""


class CheckTroubles(Message):
    """Look at what is wrong with the service itself, and tell operators what has begun and what is over."""


class PackCaptures(Message):
    """Move what the archive holds in files of their own into segments."""


class TakeBackup(Message):
    """Begin a backup, if a schedule is set and it is time."""


class Difference(Contract):
    """One field of an article as it stands and as it would read; None where there is nothing. Excerpts, if long."""

    field: str
    before: str | None = None
    after: str | None = None


class EraseCaptures(Message):
    """Erase these captures from the archive, and what pages say of an article that was erased.

    It is done twice, the second time (`again`) when whoever was packing at that moment is certainly through.
    """

    article: str
    pages: tuple[int, ...] = ()
    captures: tuple[str, ...] = ()
    again: bool = False

    def subject(self) -> Subject:
        return Subject(article=self.article)

    @property
    def dedupe(self) -> str:
        return f"{self.article}:{':'.join(self.captures[:1])}:{self.again}"


class AttachFiles(Message):
    """Keep the files that an article names."""

    article: str
    capture: str
    """That names them."""
    source: str
    files: tuple[FileRef, ...]

    def subject(self) -> Subject:
        return Subject(article=self.article)

    @property
    def dedupe(self) -> str:
        return f"{self.article}:{self.capture}"


class FetchFile(Message):
    """Look at a file of an article: for the first time, or whether it was replaced."""

    file: int
    host: str | None = None
    """Whose turn it takes."""

    def rank(self, lane: Lane) -> Rank:
        del lane
        return Rank.BACKLOG

    def subject(self) -> Subject:
        return Subject(host=self.host)

    @property
    def dedupe(self) -> str:
        return str(self.file)


class NoteFile(FileRef, Message):
    """A file of an article was kept: for the first time, or because its bytes are others than before."""

    article: str
    digest: str
    previous_digest: str | None = None
    capture: str
    fetched_at: datetime
    announce: bool = True

    def subject(self) -> Subject:
        return Subject(article=self.article)

    @property
    def dedupe(self) -> str:
        return f"{self.article}:{self.capture}"


class AskPublicArchive(Message):
    """Ask a public archive to save the page of a revision, with the form that is at this address."""

    article: str
    revision: int
    url: str
    form: str
    host: str | None = None
    """Of the archive, whose turn it takes."""
    tries: int = 0
    """How often it was asked before."""

    def rank(self, lane: Lane) -> Rank:
        del lane
        return Rank.BACKLOG

    def subject(self) -> Subject:
        return Subject(article=self.article, host=self.host)

    @property
    def dedupe(self) -> str:
        return f"{self.article}:{self.revision}"


class MakeCheckpoint(Message):
    """Sign how the transparency log stands, if there is something new in it."""


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
