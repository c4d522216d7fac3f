"""The documents of a backfill that are still to be looked at: each address once, in the order in which they came."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import Table as Relation
from sqlalchemy import func
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session, SQLModel, col, select

from services.fetcher.backfill.models import TO_LOOK_AT, Backfill, BackfillDocument
from services.fetcher.models import Channel, Source
from services.runtime.database import is_sqlite

MOST = 20_000
"""Documents of one backfill."""


@dataclass(frozen=True)
class DocumentSeed:
    """One to look at: of which channel, read as which kind, and where in its trail it stands."""

    url: str
    channel: int
    kind: str
    trail: int = 0
    place: int = 1
    barren: int = 0
    shown_before: str = ""


def add_documents(session: Session, backfill: Backfill, documents: Iterable[DocumentSeed]) -> None:
    """Those that this backfill has not had yet are looked at, too, as far as there is room."""
    seeds = list(documents)
    count = select(func.count()).where(BackfillDocument.backfill == backfill.id)
    room = MOST - session.exec(count).one() if seeds else 0
    if len(seeds) > room:
        backfill.cut = f"It came to more than {MOST:,} documents; those after them were not looked at."
    if not (rows := [_row(backfill.id or 0, document) for document in seeds[:room]]):
        return
    insert = sqlite.insert(_DOCUMENTS) if is_sqlite(session) else postgresql.insert(_DOCUMENTS)
    session.execute(insert.on_conflict_do_nothing(index_elements=["backfill", "key"]), rows)


def oldest_open(session: Session, backfill: int) -> BackfillDocument | None:
    """The one that waits for longest."""
    waiting = select(BackfillDocument).where(BackfillDocument.backfill == backfill, TO_LOOK_AT)
    return session.exec(waiting.order_by(col(BackfillDocument.id)).limit(1)).first()


def channel_of(session: Session, source: Source, document: BackfillDocument) -> Channel:
    """The channel of a document; one that is watched no longer is as it was, as far as a backfill asks."""
    known = session.get(Channel, document.channel)
    return known or Channel(id=document.channel, source_id=source.id or 0, kind=document.kind, url=document.url)


def _row(backfill: int, document: DocumentSeed) -> dict[str, object]:
    key = hashlib.sha256(document.url.encode()).hexdigest()[:32]
    return {"backfill": backfill, "key": key, "state": "open", "failures": 0} | vars(document)


_DOCUMENTS: Relation = SQLModel.metadata.tables[str(BackfillDocument.__tablename__)]
