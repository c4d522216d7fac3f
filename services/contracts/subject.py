"""What a message is about: the ledger keeps it in columns, so that it can be asked about by any of them."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Subject:
    """The things that a message is about; None where it is about no such thing.

    `article` is the id of an article, `host` a name with its port as in an address, the others are numbers of rows.
    Of several events of an article the one with the lower `sequence` goes first.
    """

    page: int | None = None
    article: str | None = None
    sequence: int | None = None
    endpoint: int | None = None
    reingestion: int | None = None
    channel: int | None = None
    host: str | None = None
