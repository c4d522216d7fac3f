"""How far each mailbox was read, and the mails that were taken."""

from datetime import datetime

from sqlalchemy import Index, Text
from sqlmodel import Field

from services.runtime.database import Table, UtcDateTime


class MailboxProgress(Table, table=True):
    """Up to which mail a folder was read; another `uidvalidity` means that its numbers begin anew."""

    __tablename__ = "mailbox_progress"

    channel: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    uidvalidity: int = 0
    uid: int = 0


class Mail(Table, table=True):
    """A mail of a sender that is allowed: it is taken once, whatever number it has."""

    __tablename__ = "mails"
    __table_args__ = (Index("mails_each_once", "channel", "digest", unique=True),)

    id: int | None = Field(default=None, primary_key=True)
    channel: int
    digest: str
    """SHA-256 of the mail as it was received."""
    sender: str = ""
    subject: str = Field(default="", sa_type=Text)
    capture: str
    found_at: datetime = Field(sa_type=UtcDateTime)
    links: int = 0
    """Pages in scope that it leads to."""
    page_key: str | None = Field(default=None, index=True)
    """The page that it is about: where it leads to one alone, and its sender is proved."""
    read_for: int | None = None
    """The page for which its text was read, because that one was blocked."""
