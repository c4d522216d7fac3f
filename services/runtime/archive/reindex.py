"""The index made again from the segments: after a kill, after an older database was restored, or when asked for."""

import hashlib
import os
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO

import structlog
from sqlalchemy import Row, delete, insert, select, update
from sqlmodel import Session

from services.runtime.archive import cdxj
from services.runtime.archive.members import Record, captures_of, records_of
from services.runtime.archive.segments import (
    file_of,
    index_captures,
    index_of,
    packed_captures,
    segment_files,
    segments,
)
from services.runtime.database import reading, transaction

log = structlog.get_logger()


def adopt(now: datetime) -> int:
    """Indexes the whole captures that stand in segments and in no index, and cuts off what is torn; how many.

    So an append that was not committed is finished, and an older database gets back what was packed since.
    """
    with reading() as session:
        rows = {row.name: row for row in session.execute(select(segments))}
    sizes, result = segment_files(), 0
    for known in rows.values():
        if known.sealed_at is None and sizes.get(known.name, 0) < known.bytes:
            _give_up(known, now)
    for name, size in sizes.items():
        row = rows.get(name)
        if row is None or (row.sealed_at is None and size > row.bytes):
            result += _index_rest(name, row, size, now)
        elif row.sealed_at is None and _is_behind(name):
            cdxj.rewrite_index(file_of(name), index_of(name))
    return result


def rebuild(now: datetime) -> int:
    """Makes the whole index anew, and the one in CDXJ beside each segment; how many captures the segments hold."""
    result = 0
    for name in segment_files():
        with file_of(name).open("rb") as file, transaction() as session:
            segment = _row(session, name, now)
            session.execute(delete(packed_captures).where(packed_captures.c.segment == segment))
            tail = _Tail(file)
            rows = [_indexed(file, segment, capture) for capture in captures_of(tail.walk(past_damage=True))]
            index_captures(session, rows)
            # A sealed one keeps its size, by which a loss shows.
            session.execute(update(segments).where(segments.c.id == segment).values(captures=len(rows)))
            grown = update(segments).where(segments.c.id == segment, segments.c.bytes < tail.end)
            session.execute(grown.values(bytes=tail.end))
            result += len(rows)
        cdxj.rewrite_index(file_of(name), index_of(name))
    return result


def _is_behind(name: str) -> bool:
    """Whether a kill came between the last append and the index beside the segment."""
    index = index_of(name)
    return not index.exists() or index.stat().st_mtime_ns < file_of(name).stat().st_mtime_ns


def _give_up(row: Row[Any], now: datetime) -> None:
    # Nothing is appended to what has lost something: the audit names its captures, which may come back.
    log.error("segment_short", segment=row.name, indexed=row.bytes)
    with transaction() as session:
        session.execute(update(segments).where(segments.c.id == row.id).values(sealed_at=now))


def _index_rest(name: str, row: Row[Any] | None, size: int, now: datetime) -> int:
    start = row.bytes if row is not None else 0
    with file_of(name).open("rb") as file:
        tail = _Tail(file, start)
        rest = list(tail.captures(size))
        with transaction() as session:
            segment = _row(session, name, now)
            index_captures(session, [_indexed(file, segment, capture) for capture in rest])
            grown = {"bytes": tail.end, "captures": segments.c.captures + len(rest)}
            session.execute(update(segments).where(segments.c.id == segment).values(**grown))
    if tail.end < size:
        log.warning("segment_cut", segment=name, size=size, kept=tail.end)
        os.truncate(file_of(name), tail.end)
    cdxj.rewrite_index(file_of(name), index_of(name))
    return len(rest)


def _row(session: Session, name: str, now: datetime) -> int:
    known = session.execute(select(segments.c.id).where(segments.c.name == name)).scalar()
    new = insert(segments).values(name=name, created_at=now, bytes=0, captures=0).returning(segments.c.id)
    return int(known if known is not None else session.execute(new).scalar_one())


def _indexed(file: BinaryIO, segment: int, capture: tuple[Record, ...]) -> dict[str, Any]:
    offset, length = capture[0].offset, capture[-1].end - capture[0].offset
    file.seek(offset)
    name = hashlib.sha256(file.read(length)).hexdigest()
    return {"name": name, "segment": segment, "offset": offset, "length": length}


class _Tail:
    """What stands in a segment from some place on; `end` is where the last whole record ends."""

    def __init__(self, file: BinaryIO, start: int = 0) -> None:
        self.end = start
        self._file, self._last = file, start

    def walk(self, *, past_damage: bool = False) -> Iterator[Record]:
        for record in records_of(self._file, self.end, past_damage=past_damage):
            self.end, self._last = record.end, record.offset if record.kind == "response" else record.end
            yield record

    def captures(self, size: int) -> Iterator[tuple[Record, ...]]:
        """The whole captures; a response whose request may be what is torn is none."""
        for capture in captures_of(self.walk()):
            if capture[-1].end == self.end < size and self._last < self.end:
                self.end = self._last
                return
            yield capture


def segment_digest(file: Path) -> str:
    """The SHA-256 of a file."""
    with file.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()
