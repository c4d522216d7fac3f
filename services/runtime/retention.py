"""What is kept for so long and no longer, where the operator sets a time; without one, everything is kept.

The service that keeps a timer calls these, a batch at a time. The event log is forgotten from its beginning on, so that
what is left is gapless.
"""

from datetime import datetime, timedelta

from sqlalchemy import delete, or_, select, update
from sqlmodel import Session, col

from services.contracts.messages import HostRecovered, ParsePage, SaveArticle
from services.runtime.audit_log import AuditEntry
from services.runtime.events.tables import counter, event_sources, events
from services.runtime.ledger.ledger_table import ledger
from services.runtime.provenance.verdicts import verdicts
from services.runtime.settings import retention_settings

AT_ONCE = 500
"""Rows that one transaction forgets of each sort."""


def forget(session: Session, now: datetime) -> bool:
    """Forgets a batch of old entries of the audit log and of old dead letters; whether there may be more."""
    keep = retention_settings()
    entries = _forget_entries(session, now - timedelta(days=keep.audit_log)) if keep.audit_log else 0
    letters = _forget_dead_letters(session, now - timedelta(days=keep.dead_letters)) if keep.dead_letters else 0
    return AT_ONCE in {entries, letters}


def forget_events(session: Session, before: datetime, needed: set[str]) -> bool:
    """Forgets the first events, as far as they are from before then, were announced, and are not among the `needed`.

    Whether there may be more of them.
    """
    old = []
    for event in session.execute(_FIRST):
        if event.occurred_at >= before or event.id in needed or (event.announced and event.announced_at is None):
            break
        old.append(event.sequence)
    if old:
        session.execute(delete(event_sources).where(event_sources.c.sequence <= old[-1]))
        session.execute(delete(events).where(events.c.sequence <= old[-1]))
        session.execute(update(counter).values(forgotten=old[-1]))
    return len(old) == AT_ONCE


def first_events(session: Session) -> list[str]:
    """The ids of the events that would be forgotten next, whatever their age."""
    return [event.id for event in session.execute(_FIRST)]


def _forget_entries(session: Session, before: datetime) -> int:
    entry = (col(AuditEntry.id), col(AuditEntry.at))
    # The first ones are the oldest: where none of these is old, no other is looked at.
    first = session.execute(select(*entry).order_by(entry[0]).limit(AT_ONCE)).all()
    old = [row.id for row in first if row.at < before]
    session.execute(delete(AuditEntry).where(col(AuditEntry.id).in_(old)))
    return len(old)


def _forget_dead_letters(session: Session, before: datetime) -> int:
    """Only those by which nothing is accounted for: another capture of the page was read, or there is no page."""
    later = select(verdicts.c.page).where(
        verdicts.c.page == ledger.c.page,
        or_(
            verdicts.c.read_fetched_at > ledger.c.dead_lettered_at,
            verdicts.c.rejected_fetched_at > ledger.c.dead_lettered_at,
        ),
    )
    overtaken = ledger.c.kind.in_((ParsePage.__name__, SaveArticle.__name__)) & later.exists()
    settled = or_(ledger.c.kind == HostRecovered.__name__, overtaken)
    old = (
        select(ledger.c.id)
        .where(ledger.c.dead_lettered_at < before, ledger.c.reingestion.is_(None), settled)
        .limit(AT_ONCE)
    )
    rows = session.execute(old).scalars().all()
    session.execute(delete(ledger).where(ledger.c.id.in_(rows)))
    return len(rows)


_FIRST = (
    select(events.c.id, events.c.sequence, events.c.occurred_at, events.c.announced, events.c.announced_at)
    .where(events.c.sequence.is_not(None))
    .order_by(events.c.sequence)
    .limit(AT_ONCE)
)
