"""Who ordered what, why and when, whichever service took the order."""

from datetime import datetime

from sqlalchemy import Index, Text
from sqlmodel import Field, Session

from services.contracts.caller import Caller
from services.runtime.database import Table, UtcDateTime


class AuditEntry(Table, table=True):
    """One thing that somebody ordered; written in the transaction that did it."""

    __tablename__ = "audit_log"
    __table_args__ = (
        Index("audit_log_by_actor", "key_name", "id"),
        Index("audit_log_by_action", "action", "id"),
        Index("audit_log_by_time", "at"),
    )

    id: int | None = Field(default=None, primary_key=True)
    at: datetime = Field(sa_type=UtcDateTime)
    key: int
    key_name: str
    action: str
    subject: str
    reason: str | None = Field(default=None, sa_type=Text)
    result: str | None = Field(default=None, sa_type=Text)
    """How it ended, in an entry about an end."""


def note(
    session: Session,
    caller: Caller,
    action: str,
    subject: str,
    now: datetime,
    *,
    reason: str | None = None,
    result: str | None = None,
) -> None:
    """Writes it down in the transaction that does it."""
    entry = AuditEntry(at=now, key=caller.key, key_name=caller.name, action=action, subject=subject)
    entry.reason, entry.result = reason, result
    session.add(entry)
