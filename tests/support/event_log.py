"""A look into the event log."""

from sqlalchemy import select

from services.runtime.database import reading
from services.runtime.events.tables import events


def body_of(event: str) -> str:
    """The frozen body of the event with this id, as the log keeps it."""
    with reading() as session:
        return session.execute(select(events.c.body).where(events.c.id == event)).scalar_one()
