"""Looks that brought nothing new (304, or the same bytes): rows first, and then `revisit` records of a segment."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Row, Text, delete, insert, select
from sqlalchemy import Table as Relation
from sqlmodel import Field, Session, SQLModel
from warcio.statusandheaders import StatusAndHeaders

from services.runtime.archive.capture import warc_date
from services.runtime.archive.records import packed_record, record_writer
from services.runtime.database import Table, UtcDateTime, reading

NOT_MODIFIED = "http://netpreserve.org/warc/1.1/revisit/server-not-modified"
SAME_PAYLOAD = "http://netpreserve.org/warc/1.1/revisit/identical-payload-digest"


class UnchangedLook(Table, table=True):
    """A look at a page that brought nothing new, until the packer has written it into a segment."""

    __tablename__ = "unchanged_looks"

    id: int | None = Field(default=None, primary_key=True)
    url: str = Field(sa_type=Text)
    looked_at: datetime = Field(sa_type=UtcDateTime)
    status: int
    """304, or that of an answer with the bytes that we have."""
    capture: str
    """What it says is still so, when that was received, and the SHA-256 of its body."""
    captured_at: datetime = Field(sa_type=UtcDateTime)
    payload: str


unchanged_looks: Relation = SQLModel.metadata.tables["unchanged_looks"]


def note_unchanged(session: Session, looks: Iterable[UnchangedLook]) -> None:
    """Writes the looks down, in the caller's transaction."""
    if rows := [look.model_dump(exclude={"id"}) for look in looks]:
        session.execute(insert(unchanged_looks), rows)


def oldest_looks(before: datetime, after: int, limit: int) -> Sequence[Row[Any]]:
    """The first of the looks from before then, with ids above `after`, that are not in a segment."""
    query = select(unchanged_looks).where(unchanged_looks.c.id > after, unchanged_looks.c.looked_at < before)
    with reading() as session:
        return session.execute(query.order_by(unchanged_looks.c.id).limit(limit)).all()


def forget_looks(session: Session, ids: Sequence[int]) -> None:
    """Deletes the rows of looks that are in a segment."""
    session.execute(delete(unchanged_looks).where(unchanged_looks.c.id.in_(ids)))


def as_revisit(look: Row[Any]) -> bytes:
    """The gzip member of a `revisit` record (WARC 1.1, 6.7); it names the capture as well as its address and time."""
    writer = record_writer()
    headers = {
        "WARC-Date": warc_date(look.looked_at),
        "WARC-Profile": NOT_MODIFIED if look.status == 304 else SAME_PAYLOAD,
        "WARC-Payload-Digest": f"sha256:{look.payload}",
        "Dateline-Capture": look.capture,
    }
    status = StatusAndHeaders(f"{look.status} -", [], "HTTP/1.1")
    record = writer.create_revisit_record(
        look.url,
        f"sha256:{look.payload}",
        look.url,
        warc_date(look.captured_at),
        http_headers=status,
        warc_headers_dict=headers,
    )
    return packed_record(writer, record)
