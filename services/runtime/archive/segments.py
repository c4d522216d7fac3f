"""Segments: WARC files of many captures each, and the index that says where in them a capture lies.

The rows are an index: all they say of a whole segment can be read again from its file (`reindex`). A capture's records
are the very bytes that it had as a file of its own, so that its name, their SHA-256, still proves them.
"""

import os
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO

from sqlalchemy import Row, bindparam, select
from sqlalchemy import Table as Relation
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Field, Session, SQLModel

from services.runtime.archive.bucket import bucket
from services.runtime.database import Table, UtcDateTime, is_sqlite, reading
from services.runtime.engines import NoInstallation
from services.runtime.settings import runtime_settings

FOLDER = "segments"
"""In the archive's folder: the segments, and the index in CDXJ beside each."""
SUFFIX = ".warc.gz"
AT_ONCE = 500
"""Names that one statement asks for."""


class Segment(Table, table=True):
    """A WARC file of many captures. Only the packer writes it, and nothing is appended once it is sealed."""

    __tablename__ = "segments"

    id: int | None = Field(default=None, primary_key=True)
    name: str = Field(unique=True)
    """Of its file, without `.warc.gz`."""
    bytes: int = 0
    """How far it is indexed; what stands behind is the torn end of an append that was never committed."""
    captures: int = 0
    created_at: datetime = Field(sa_type=UtcDateTime)
    sealed_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    digest: str | None = None
    """SHA-256 of the sealed file."""


class PackedCapture(Table, table=True):
    """Where in a segment the records of a capture lie."""

    __tablename__ = "packed_captures"
    # By its name alone: an index besides the rows would double what a capture costs here.
    __table_args__ = {"sqlite_with_rowid": False}  # noqa: RUF012 - as SQLAlchemy takes it

    name: str = Field(primary_key=True)
    segment: int = Field(foreign_key="segments.id")
    offset: int
    length: int


segments: Relation = SQLModel.metadata.tables["segments"]
packed_captures: Relation = SQLModel.metadata.tables["packed_captures"]


def folder() -> Path:
    """Where the segments lie."""
    return runtime_settings().captures / FOLDER


def file_of(name: str) -> Path:
    """The file of a segment."""
    return folder() / f"{name}{SUFFIX}"


def index_of(name: str) -> Path:
    """The index in CDXJ beside a segment."""
    return folder() / f"{name}.cdxj"


def segment_files() -> dict[str, int]:
    """The segments that are there, by name, with their size in bytes."""
    if store := bucket():
        stored = {entry.key.rpartition("/")[2]: entry.size for entry in store.listed(f"{FOLDER}/")}
        return {key.removesuffix(SUFFIX): size for key, size in sorted(stored.items()) if key.endswith(SUFFIX)}
    with suppress(FileNotFoundError):
        entries = [entry for entry in os.scandir(folder()) if entry.name.endswith(SUFFIX)]
        return {entry.name.removesuffix(SUFFIX): entry.stat().st_size for entry in sorted(entries, key=_name)}
    return {}


def _name(entry: os.DirEntry[str]) -> str:
    return entry.name


@contextmanager
def opened(name: str) -> Iterator[BinaryIO]:
    """A segment, to be read from any place; FileNotFoundError without it. One of a store is fetched first, whole."""
    store = bucket()
    if store is None:
        with file_of(name).open("rb") as file:
            yield file
        return
    with tempfile.TemporaryFile(prefix="dateline-segment-") as copy:
        for chunk in store.chunks(f"{FOLDER}/{name}{SUFFIX}"):
            copy.write(chunk)
        copy.seek(0)
        yield copy


def index_text(name: str) -> str | None:
    """The index beside a segment; None without one."""
    if store := bucket():
        content = store.read(f"{FOLDER}/{name}.cdxj")
        return None if content is None else content.decode(errors="replace")
    try:
        return index_of(name).read_text(encoding="utf-8", errors="replace")
    except FileNotFoundError:
        return None


def remove_segment(name: str) -> None:
    """Takes away a segment that no row names any more, and its index."""
    if store := bucket():
        store.remove([f"{FOLDER}/{name}{SUFFIX}", f"{FOLDER}/{name}.cdxj"])
        return
    for path in (file_of(name), index_of(name)):
        path.unlink(missing_ok=True)


def read_packed(name: str) -> bytes | None:
    """The bytes that the index names for a capture, unchecked; None where it is not packed, or its segment gone."""
    with suppress(NoInstallation), reading() as session:
        place = session.execute(_PLACE, {"name": name}).first()
        return None if place is None else read_range(place.segment, place.offset, place.length)
    return None


def read_range(segment: str, offset: int, length: int) -> bytes | None:
    """So many bytes of a segment; fewer at its end, None without its file."""
    if store := bucket():
        return store.read_range(f"{FOLDER}/{segment}{SUFFIX}", offset, length)
    try:
        with file_of(segment).open("rb", buffering=0) as file:
            return os.pread(file.fileno(), length, offset)
    except FileNotFoundError:
        return None


def packed(names: Sequence[str]) -> Iterator[Row[Any]]:
    """Where those of the captures lie that are packed: name, segment (its name), offset and length."""
    with reading() as session:
        for start in range(0, len(names), AT_ONCE):
            yield from session.execute(_PLACES, {"names": names[start : start + AT_ONCE]})


def index_captures(session: Session, rows: Sequence[Mapping[str, Any]]) -> None:
    """Writes down where captures lie, also of those that lay elsewhere before."""
    make = sqlite.insert if is_sqlite(session) else postgresql.insert
    for start in range(0, len(rows), AT_ONCE):
        some = {row["name"]: row for row in rows[start : start + AT_ONCE]}
        new = make(packed_captures).values(list(some.values()))
        place = {name: new.excluded[name] for name in ("segment", "offset", "length")}
        session.execute(new.on_conflict_do_update(index_elements=["name"], set_=place))


_COLUMNS = select(
    packed_captures.c.name, segments.c.name.label("segment"), packed_captures.c.offset, packed_captures.c.length
).join(segments, segments.c.id == packed_captures.c.segment)
_PLACE = _COLUMNS.where(packed_captures.c.name == bindparam("name"))
_PLACES = _COLUMNS.where(packed_captures.c.name.in_(bindparam("names", expanding=True)))
