"""What every event says first: its type, its time, and its number in the sequence."""

from datetime import datetime

from pydantic import BaseModel


class EventEnvelope(BaseModel):
    """What every event says first; `sequence` numbers the events of an installation without a gap."""

    type: str
    timestamp: datetime
    sequence: int
