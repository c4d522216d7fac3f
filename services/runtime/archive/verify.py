"""Whether what the archive holds is whole: each capture by its name, each sealed segment by its digest."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from sqlalchemy import func, select

from services.runtime.archive import capture_store
from services.runtime.archive.appending import is_whole
from services.runtime.archive.cdxj import index_lines
from services.runtime.archive.loose import loose_captures
from services.runtime.archive.reindex import segment_digest
from services.runtime.archive.segments import (
    AT_ONCE,
    SUFFIX,
    index_text,
    opened,
    packed,
    packed_captures,
    segment_files,
    segments,
)
from services.runtime.archive.unchanged import unchanged_looks
from services.runtime.database import reading

Fault = Literal["missing", "damaged"]


@dataclass(frozen=True)
class ArchiveStat:
    """How much the archive holds; sizes are in bytes.

    A capture is loose until it is packed into a segment, an hour later. `oldest_file_at` is of the oldest loose one:
    when it is hours old, the packer does not run. `looks` brought nothing new, and are not in a segment yet.
    """

    segments: int
    sealed: int
    segment_bytes: int
    packed_captures: int
    loose_captures: int
    loose_bytes: int
    oldest_file_at: datetime | None
    looks: int


def stat() -> ArchiveStat:
    """What the archive holds now: segments by the index, captures of their own by their files."""
    with reading() as session:
        sums = session.execute(
            select(func.count(), func.count(segments.c.sealed_at), func.sum(segments.c.bytes)).select_from(segments)
        ).one()
        captures = session.execute(select(func.count()).select_from(packed_captures)).scalar_one()
        looks = session.execute(select(func.count()).select_from(unchanged_looks)).scalar_one()
    loose = list(loose_captures())
    oldest = min((file.written for file in loose), default=None)
    number, sealed, size = (int(value or 0) for value in sums)
    mine = len(loose), sum(file.size for file in loose)
    return ArchiveStat(number, sealed, size, int(captures), *mine, oldest, int(looks))


def faults(names: Sequence[str]) -> Iterator[tuple[str, Fault]]:
    """Which of these captures are not there, byte for byte. Segments are read in their order."""
    for start in range(0, len(names), AT_ONCE):
        some = names[start : start + AT_ONCE]
        places = sorted(packed(some), key=lambda row: (row.segment, row.offset))
        whole = {row.name for row in places if is_whole(row)}
        for name in some:
            if name not in whole and (fault := capture_store.fault(name)):
                yield name, fault


def segment_faults() -> Iterator[tuple[str, Fault]]:
    """Which segments are gone, have lost something, or are not what they were when they were sealed; and which index
    beside one is not of it.
    """
    with reading() as session:
        # One that was begun and never written to has no file, and nothing to lose.
        begun = select(segments).where(segments.c.bytes > 0)
        rows = session.execute(begun.order_by(segments.c.id)).all()
    there = segment_files()
    for row in rows:
        if row.name not in there:
            yield row.name, "missing"
        elif there[row.name] < row.bytes or (row.digest and segment_digest(row.name) != row.digest):
            yield row.name, "damaged"
        elif fault := _index_fault(row.name, sealed=row.sealed_at is not None):
            yield f"{row.name}.cdxj", fault


def _index_fault(name: str, *, sealed: bool) -> Fault | None:
    """What is wrong with the index beside a segment. That of one which is appended to may lack its last lines."""
    text = index_text(name)
    if text is None:
        return "missing" if sealed else None
    with opened(name) as content:
        expected = set(index_lines(content, f"{name}{SUFFIX}"))
    lines = set(text.splitlines())
    return "damaged" if lines - expected or (sealed and expected - lines) else None


def all_captures() -> list[str]:
    """Every capture that the archive holds, in segments or as a file, whether or not anything refers to it."""
    with reading() as session:
        names = set(session.execute(select(packed_captures.c.name)).scalars())
    return sorted(names | {file.name for file in loose_captures()})
