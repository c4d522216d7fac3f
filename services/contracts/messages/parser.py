"""Messages to the parser: read articles out of captures, and learn site profiles."""

from datetime import datetime

from services.contracts.article import Contract, RejectionReason
from services.contracts.messages.message import Message
from services.contracts.messages.origin import Origin
from services.contracts.subject import Subject


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


class CheckProfiles(Message):
    """See which hosts have so many new pages that a site profile should be learned from them."""


class BuildProfile(Message):
    """Learn the site profile of a host from its own captures, a few at a time."""

    host: str

    def subject(self) -> Subject:
        return Subject(host=self.host)
