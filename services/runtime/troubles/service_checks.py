"""How the audit and the backups went, written down by whoever made them, for those who look after the service."""

from contextlib import suppress
from datetime import datetime

import structlog
from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import Session, select

from services.runtime.database import unpooled
from services.runtime.troubles.tables import ServiceCheck

log = structlog.get_logger()

AUDIT, BACKUP = "audit", "backup"


def note_check(name: str, now: datetime, sentence: str, *, holds: bool, due_by: datetime | None = None) -> None:
    """Writes down how a check went; a database that cannot be written is trouble enough, and raises nothing here."""
    with suppress(SQLAlchemyError), unpooled() as session:
        row = session.get(ServiceCheck, name) or ServiceCheck(name=name, at=now, holds=holds, sentence=sentence)
        row.since = None if holds else row.since or now
        row.at, row.holds, row.sentence = now, holds, sentence
        row.due_by = due_by if holds else row.due_by
        session.add(row)


def service_checks(session: Session) -> dict[str, ServiceCheck]:
    """How each check went the last time, by its name."""
    return {row.name: row for row in session.exec(select(ServiceCheck))}
