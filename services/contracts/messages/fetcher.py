"""Messages to the fetcher: look at channels, pages and files, and keep what came."""

from typing import Literal

from services.contracts.article import Contract
from services.contracts.files import FileRef
from services.contracts.messages.message import Lane, Message, Rank
from services.contracts.messages.origin import Reingestion
from services.contracts.subject import Subject

Why = Literal["new", "revisit", "claimed"]
"""Why a page is looked at: nobody has seen it, by plan or news of it, or because only a sitemap says it changed."""


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


class SamePage(Message):
    """A page shows the very article that another one gave: they are one page, shown at another address."""

    page: int
    known: int
    """The page that gave the article first."""

    def subject(self) -> Subject:
        return Subject(page=self.page)


class LookAtPages(Message):
    """Look at these pages soon: a change was seen on two others, and may have come to all of their host."""

    pages: tuple[int, ...]
    anew: bool = False
    """Whether what comes is read even if it is the same, and what was known of their absence is forgotten: an operator
    shows their article again."""

    @property
    def dedupe(self) -> str:
        return " ".join(map(str, self.pages)) + " anew" * self.anew


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


class PackCaptures(Message):
    """Move what the archive holds in files of their own into segments."""


class ThinCaptures(Message):
    """Begin to take out old captures that nothing names, if a setting says how old."""


class TakeBackup(Message):
    """Begin a backup, if a schedule is set and it is time."""


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
