"""Messages to the webhooks: announce events, deliver them, and look after the service."""

from services.contracts.messages.message import Message
from services.contracts.subject import Subject


class Announce(Message):
    """Owe an event of the log to every interested endpoint.

    Of one article, or one source, that with the lower `sequence` goes first. An event outside the sequence has neither.
    """

    event: str
    article: str | None = None
    sequence: int | None = None

    def subject(self) -> Subject:
        return Subject(article=self.article, sequence=self.sequence)

    @property
    def dedupe(self) -> str:
        return self.event


class Deliver(Message):
    """Bring an endpoint what is owed to it and due."""

    endpoint: int

    def subject(self) -> Subject:
        return Subject(endpoint=self.endpoint)


class ForgetDeliveries(Message):
    """Delete what the delivery log need not remember any longer."""


class CheckTroubles(Message):
    """Look at what is wrong with the service itself, and tell operators what has begun and what is over."""


class MakeCheckpoint(Message):
    """Sign how the transparency log stands, if there is something new in it."""
