"""Messages to the store: save what was read, and note what became of pages and files."""

from datetime import datetime
from typing import Literal

from services.contracts.article import Article, ArticleStatus, Evidence
from services.contracts.files import FileRef
from services.contracts.messages.message import Message
from services.contracts.messages.origin import Origin
from services.contracts.messages.parser import CaptureRef, about_capture
from services.contracts.subject import Subject


class MoveArticles(Message):
    """Articles are at another address, because their site moved: the number of each page, and where that is now."""

    moves: tuple[tuple[int, str], ...]
    old: str
    new: str
    announce: bool = False

    @property
    def dedupe(self) -> str:
        return f"{self.old} {self.new} {self.moves[0][0] if self.moves else 0}"


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


class CompareArticles(Message):
    """A page leads to another one, and each gave an article of its own: find out whether the two are one."""

    page: int
    article: str
    other_page: int
    other: str

    def subject(self) -> Subject:
        return Subject(page=self.page)
