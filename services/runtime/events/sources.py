"""Appending what happened to a source itself; only keys with the scope `sources` learn of it."""

from datetime import datetime

from sqlmodel import Session

from services.contracts.messages import Announce
from services.contracts.source_events import SourceFacts
from services.runtime.events.append import NewEvent, append, id_of_event
from services.runtime.ledger.jobs import enqueue


def append_source_event(session: Session, facts: SourceFacts, now: datetime) -> int:
    """Appends the `source.*` event of these facts, to be announced; returns its sequence number.

    Call it in the transaction that makes it true, after pages and hosts are locked and before endpoints are.
    """
    subject = subject_of(facts.source)
    name = id_of_event(f"{facts.type}:{now.isoformat()}:{facts.model_dump_json()}")
    event = NewEvent(name, facts.type, subject, now, data=facts.model_dump(mode="json"), source=facts.source)
    sequence = append(session, event)
    enqueue(session, Announce(event=name, article=subject, sequence=sequence))
    return sequence


def subject_of(source: str) -> str:
    """What an event about this source is about: events of one subject are announced and delivered in their order."""
    return f"source/{source}"
