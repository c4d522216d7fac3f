"""The index made again from the segments: after a kill, after an older database was restored, or when asked for."""

import hashlib
import os
from collections.abc import Iterator
from datetime import datetime
from typing import Any, BinaryIO

import structlog
from sqlalchemy import Row, delete, insert, select, update
from sqlmodel import Session

from services.runtime.archive import cdxj
from services.runtime.archive.bucket import bucket
from services.runtime.archive.members import Record, captures_of, records_of
from services.runtime.archive.segments import (
    FOLDER,
    SUFFIX,
    file_of,
    index_captures,
    index_of,
    index_text,
    opened,
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
            result += _index_rest(name, row.bytes if row is not None else 0, size, now)
        elif row.sealed_at is None and _is_behind(name):
            rewrite_index(name)
    return result


def forget_absent() -> None:
    """Forgets segments that are not there: a backup was taken while they were thinned, and has what stayed of them in
    others. Whatever is named and in none of them, the audit names.
    """
    with reading() as session:
        rows = session.execute(select(segments.c.id, segments.c.name)).all()
    there = segment_files()
    absent = [row.id for row in rows if row.name not in there]
    with transaction() as session:
        session.execute(delete(packed_captures).where(packed_captures.c.segment.in_(absent)))
        session.execute(delete(segments).where(segments.c.id.in_(absent)))


def complete_indexes() -> None:
    """Makes the index in CDXJ beside each segment that has none: a copy of an archive has the segments alone."""
    for name in segment_files():
        if index_text(name) is None:
            rewrite_index(name)


def rebuild(now: datetime) -> int:
    """Makes the whole index anew, and the one in CDXJ beside each segment; how many captures the segments hold."""
    result = 0
    for name in segment_files():
        with opened(name) as file:
            tail = _Tail(file)
            rows = [_place(file, capture) for capture in captures_of(tail.walk(past_damage=True))]
        with transaction() as session:
            segment = _row(session, name, now)
            session.execute(delete(packed_captures).where(packed_captures.c.segment == segment))
            index_captures(session, [row | {"segment": segment} for row in rows])
            session.execute(update(segments).where(segments.c.id == segment).values(captures=len(rows)))
            # A sealed one keeps its size, by which a loss shows.
            grown = update(segments).where(segments.c.id == segment, segments.c.bytes < tail.end)
            session.execute(grown.values(bytes=tail.end))
        rewrite_index(name)
        result += len(rows)
    return result


def rewrite_index(name: str) -> None:
    """Makes the index in CDXJ beside a segment anew, from the segment."""
    with opened(name) as content:
        lines = cdxj.index_lines(content, f"{name}{SUFFIX}")
    if store := bucket():
        store.write(f"{FOLDER}/{name}.cdxj", "".join(f"{line}\n" for line in lines).encode())
    else:
        cdxj.replace_index(index_of(name), lines)


def _is_behind(name: str) -> bool:
    """Whether a kill came between the last append and the index beside the segment."""
    index = index_of(name)
    return not index.exists() or index.stat().st_mtime_ns < file_of(name).stat().st_mtime_ns


def _give_up(row: Row[Any], now: datetime) -> None:
    # Nothing is appended to what has lost something: the audit names its captures, which may come back.
    log.error("segment_short", segment=row.name, indexed=row.bytes)
    with transaction() as session:
        session.execute(update(segments).where(segments.c.id == row.id).values(sealed_at=now))


def _index_rest(name: str, start: int, size: int, now: datetime) -> int:
    with opened(name) as file:
        tail = _Tail(file, start)
        rows = [_place(file, capture) for capture in tail.captures(size)]
    with transaction() as session:
        segment = _row(session, name, now)
        index_captures(session, [row | {"segment": segment} for row in rows])
        grown = {"bytes": tail.end, "captures": segments.c.captures + len(rows)}
        session.execute(update(segments).where(segments.c.id == segment).values(**grown))
    if tail.end < size and not bucket():
        log.warning("segment_cut", segment=name, size=size, kept=tail.end)
        os.truncate(file_of(name), tail.end)
    rewrite_index(name)
    return len(rows)


def _row(session: Session, name: str, now: datetime) -> int:
    known = session.execute(select(segments.c.id).where(segments.c.name == name)).scalar()
    if known is not None:
        return int(known)
    # To an object of a store nothing can be appended.
    sealed = now if bucket() else None
    new = insert(segments).values(name=name, created_at=now, sealed_at=sealed, bytes=0, captures=0)
    return int(session.execute(new.returning(segments.c.id)).scalar_one())


def _place(file: BinaryIO, capture: tuple[Record, ...]) -> dict[str, Any]:
    offset, length = capture[0].offset, capture[-1].end - capture[0].offset
    file.seek(offset)
    return {"name": hashlib.sha256(file.read(length)).hexdigest(), "offset": offset, "length": length}


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


def segment_digest(name: str) -> str:
    """The SHA-256 of a segment."""
    with opened(name) as content:
        return hashlib.file_digest(content, "sha256").hexdigest()  # type: ignore[arg-type] # any file that is read
