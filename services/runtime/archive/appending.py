"""Appending to the open segment: bytes first, which wait for the disk; then the rows that make them count."""

import hashlib
import os
import secrets
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import structlog
from sqlalchemy import Row, insert, select, update

from services import __version__
from services.contracts.errors import DatelineError
from services.runtime.archive.loose import make_folder, read_loose, sync_folder
from services.runtime.archive.records import packed_record, record_writer
from services.runtime.archive.reindex import rewrite_index, segment_digest
from services.runtime.archive.segments import file_of, folder, index_captures, read_range, segments
from services.runtime.archive.unchanged import forget_looks
from services.runtime.database import reading, transaction
from services.runtime.fault_points import fault_point

log = structlog.get_logger()

SEALED_AT = 1_000_000_000
"""Bytes from which on nothing is appended to a segment: the size that the standard recommends (WARC 1.1, annex C)."""


class SegmentChanged(DatelineError):  # noqa: N818 - named for what happened
    """Somebody else has written to the segment meanwhile, so nothing of this append counts."""


@dataclass(frozen=True)
class Member:
    """What is to be appended: the records of a capture, or the record of a look that brought nothing new."""

    data: bytes
    capture: str | None = None
    look: int | None = None


@dataclass(frozen=True)
class OpenSegment:
    """The segment that is appended to, and how far it is indexed."""

    id: int
    name: str
    bytes: int


@dataclass(frozen=True)
class PackResult:
    """What one step packed; `more` when there is more to do now, `busy` when somebody else is at it."""

    captures: int = 0
    looks: int = 0
    bytes: int = 0
    more: bool = False
    busy: bool = False


def intact(name: str) -> Member | None:
    """A loose capture, to be packed; None when it is gone, or is not what its name promises."""
    data = read_loose(name)
    if data is not None and hashlib.sha256(data).hexdigest() == name:
        return Member(data, capture=name)
    if data is not None:
        log.warning("capture_damaged", capture=name)  # it stays where it is, and `audit --deep` names it
    return None


def is_whole(place: Row[Any]) -> bool:
    """Whether a capture that the index names is in its segment, byte for byte."""
    data = read_range(place.segment, place.offset, place.length)
    return data is not None and hashlib.sha256(data).hexdigest() == place.name


def open_segment(now: datetime) -> OpenSegment:
    """The one that is not sealed; a full one is sealed, and a new one is begun."""
    query = select(segments.c.id, segments.c.name, segments.c.bytes).where(segments.c.sealed_at.is_(None))
    with reading() as session:
        rows = [OpenSegment(*row) for row in session.execute(query.order_by(segments.c.id))]
    for row in rows:
        if row.bytes < SEALED_AT:
            return row
        seal_segment(row, now)
    make_folder(folder())
    name = f"dateline-{now:%Y%m%d%H%M%S}-{secrets.token_hex(4)}"
    with transaction() as session:
        new = insert(segments).values(name=name, created_at=now, bytes=0, captures=0).returning(segments.c.id)
        return OpenSegment(session.execute(new).scalar_one(), name, 0)


def append_members(segment: OpenSegment, members: Sequence[Member]) -> OpenSegment:
    """Appends the records, then indexes them; the segment as it is then. Nothing counts before the index does."""
    head = b"" if segment.bytes else about_segment(segment.name)
    _write_at(file_of(segment.name), segment.bytes, head + b"".join(member.data for member in members))
    rows, end = [], segment.bytes + len(head)
    for member in members:
        if member.capture is not None:
            rows.append({"name": member.capture, "segment": segment.id, "offset": end, "length": len(member.data)})
        end += len(member.data)
    with transaction() as session:
        unchanged = update(segments).where(segments.c.id == segment.id, segments.c.bytes == segment.bytes)
        grown = unchanged.values(bytes=end, captures=segments.c.captures + len(rows)).returning(segments.c.id)
        if session.execute(grown).first() is None:
            raise SegmentChanged(f"The segment {segment.name} was changed by another process.")
        index_captures(session, rows)
        forget_looks(session, [member.look for member in members if member.look is not None])
    fault_point("pack:indexed")
    return OpenSegment(segment.id, segment.name, end)


def seal_segment(segment: OpenSegment, now: datetime) -> None:
    """Nothing is appended any more; its SHA-256 is written down, and the index beside it is made anew."""
    rewrite_index(segment.name)
    digest = segment_digest(segment.name)
    fault_point("pack:sealing")
    with transaction() as session:
        sealed = update(segments).where(segments.c.id == segment.id)
        session.execute(sealed.values(sealed_at=now, digest=digest))


def _write_at(file: Path, offset: int, data: bytes) -> None:
    new = not file.exists()
    descriptor = os.open(file, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    with open(descriptor, "r+b", buffering=0) as target:  # noqa: PTH123 - of a descriptor
        try:
            # What was torn off before lies behind the index, and goes.
            target.truncate(offset)
            target.seek(offset)
            _write_whole(target.fileno(), data)
            fault_point("pack:appended")
            os.fsync(descriptor)
        except OSError:
            with suppress(OSError):
                target.truncate(offset)
            raise
    if new:
        sync_folder(file.parent)
    fault_point("pack:synced")


def _write_whole(descriptor: int, data: bytes) -> None:
    rest = memoryview(data)
    while rest:
        rest = rest[os.write(descriptor, rest) :]


def about_segment(name: str) -> bytes:
    """The first record of a segment: what made it, and in what form."""
    writer = record_writer()
    about = {"software": f"Dateline/{__version__}", "format": "WARC File Format 1.1"}
    return packed_record(writer, writer.create_warcinfo_record(f"{name}.warc.gz", about))
