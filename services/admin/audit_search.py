"""Finding entries of the audit log: by who, what, on what and when, and by words."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Mapped
from sqlmodel import Session, col

from services.runtime.audit_log import AuditEntry

CHOICES = 200
"""The most actors, and the most actions, that are offered."""
_WORDS = col(AuditEntry.subject), col(AuditEntry.reason), col(AuditEntry.result), col(AuditEntry.action)


@dataclass(frozen=True)
class AuditQuery:
    """Which entries: all that is named must hold."""

    actor: str | None = None
    """The name of a key, or its number."""
    action: str | None = None
    """Such as `source.paused`, or what it begins with: `source`."""
    subject: str | None = None
    """What it begins with: `source navy`, `endpoint 3`."""
    since: datetime | None = None
    until: datetime | None = None
    q: str | None = None
    """Words that stand in what was ordered, on what, why, or with what result."""

    def conditions(self) -> list[ColumnElement[bool]]:
        """The same for the database."""
        action, subject = col(AuditEntry.action), col(AuditEntry.subject)
        chosen: list[ColumnElement[bool]] = []
        if self.actor:
            chosen.append(self._by_actor(self.actor))
        if self.action:
            chosen.append(or_(action == self.action, action.startswith(f"{self.action}.", autoescape=True)))
        if self.subject:
            chosen.append(subject.startswith(self.subject, autoescape=True))
        if self.q:
            chosen.append(or_(*(column.icontains(self.q, autoescape=True) for column in _WORDS)))
        chosen += [col(AuditEntry.at) >= self.since] if self.since else []
        return chosen + ([col(AuditEntry.at) < self.until] if self.until else [])

    @staticmethod
    def _by_actor(actor: str) -> ColumnElement[bool]:
        number = [col(AuditEntry.key) == int(actor)] if actor.isascii() and actor.isdigit() else []
        return or_(col(AuditEntry.key_name) == actor, *number)


def choices(session: Session, column: Mapped[str]) -> Sequence[str]:
    """The different values of this column of the log, in order."""
    return session.scalars(select(column).distinct().order_by(column).limit(CHOICES)).all()
