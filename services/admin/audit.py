"""Who did what, why and when."""

from datetime import datetime

from sqlmodel import Session

from services.admin.models import AuditEntry
from services.contracts.caller import Caller


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
