"""What `dateline audit` asks of the event log: how long it is, and that it has no gap."""

from sqlalchemy import func, select
from sqlmodel import Session

from services.contracts.checks import Check
from services.runtime.events.follow import forgotten, last_sequence
from services.runtime.events.tables import events

_PUBLIC = events.c.sequence.is_not(None)


def counts(session: Session) -> dict[str, int]:
    """How many events there are, private ones aside."""
    return {"events": int(session.execute(select(func.count()).where(_PUBLIC)).scalar_one())}


def check(session: Session) -> Check:
    """Whether the sequence goes from 1, or from the first that is kept, to the last number given, without a gap."""
    last, gone = last_sequence(session), forgotten(session)
    number, first, highest = session.execute(
        select(func.count(), func.min(events.c.sequence), func.max(events.c.sequence)).where(_PUBLIC)
    ).one()
    holds = (number, first or gone + 1, highest or gone) == (last - gone, gone + 1, last)
    before = f" Those up to {gone} were forgotten." if gone else ""
    sentence = f"{number} events are there, and the last number given is {last}.{before}"
    return Check("gapless events", holds=holds, sentence=sentence)
