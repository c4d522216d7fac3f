"""Erasing captures: a file goes; in a segment other bytes of the same length stand where the capture stood.

What stands there is one gzip member with a small record that says so: no other capture moves, and every tool reads on.
"""

import hashlib
import json
import os
import tempfile
import zlib
from collections.abc import Sequence
from pathlib import Path
from shutil import copyfileobj
from typing import IO, Any

from sqlalchemy import Row, delete, update

from services.runtime.archive.bucket import Bucket, bucket
from services.runtime.archive.locks import erasing
from services.runtime.archive.loose import remove_loose
from services.runtime.archive.segments import (
    FOLDER,
    SUFFIX,
    file_of,
    index_of,
    opened,
    packed,
    packed_captures,
    segments,
)
from services.runtime.database import transaction

_HEAD = bytes((0x1F, 0x8B, 8, 0x10, 0, 0, 0, 0, 0, 255))
"""Of a gzip member with a comment, which takes whatever room is left."""
_RECORD = (
    b"WARC/1.1\r\nWARC-Type: metadata\r\nWARC-Record-ID: <urn:uuid:00000000-0000-4000-8000-000000000000>\r\n"
    b"WARC-Date: 1970-01-01T00:00:00Z\r\nContent-Type: text/plain\r\nContent-Length: 6\r\n\r\nerased\r\n\r\n"
)


def erase_stored(names: Sequence[str]) -> None:
    """Takes these captures out of the archive, wherever they are. Again is the same; OSError as writing has."""
    remove_loose(list(names))
    with erasing():
        for place in list(packed(names)):
            _erase_packed(place)


def tombstone(length: int) -> bytes:
    """A gzip member of exactly so many bytes: of a record that says that one was erased, if there is room for it."""
    for plain in (_RECORD, b""):
        deflate = zlib.compressobj(9, zlib.DEFLATED, -15)
        packed_plain = deflate.compress(plain) + deflate.flush()
        room = length - len(_HEAD) - 1 - len(packed_plain) - 8
        if room >= 0:
            tail = zlib.crc32(plain).to_bytes(4, "little") + len(plain).to_bytes(4, "little")
            return _HEAD + b"." * room + b"\0" + packed_plain + tail
    return b"\0" * length


def _erase_packed(place: Row[Any]) -> None:
    store = bucket()
    digest = _in_store(store, place) if store else _in_file(place)
    with transaction() as session:
        same = (segments.c.name == place.segment, segments.c.digest.is_not(None))
        session.execute(update(segments).where(*same).values(digest=digest))
        session.execute(delete(packed_captures).where(packed_captures.c.name == place.name))


def _in_file(place: Row[Any]) -> str:
    with file_of(place.segment).open("r+b") as file:
        _overwrite(file, place)
        os.fsync(file.fileno())
        file.seek(0)
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    index = index_of(place.segment)
    if index.exists():
        left = _without(index.read_text(encoding="utf-8"), place)
        draft = index.with_suffix(".draft")
        draft.write_text(left, encoding="utf-8")
        draft.replace(index)
    return digest


def _in_store(store: Bucket, place: Row[Any]) -> str:
    """As a new object in place of the old: nothing in such a store can be changed in part."""
    with tempfile.NamedTemporaryFile(prefix="dateline-segment-") as copy:
        with opened(place.segment) as segment:
            copyfileobj(segment, copy)
        _overwrite(copy, place)
        copy.flush()
        copy.seek(0)
        digest = hashlib.file_digest(copy, "sha256").hexdigest()
        store.write(f"{FOLDER}/{place.segment}{SUFFIX}", Path(copy.name))
    key = f"{FOLDER}/{place.segment}.cdxj"
    if (lines := store.read(key)) is not None:
        store.write(key, _without(lines.decode(), place).encode())
    return digest


def _overwrite(file: IO[bytes], place: Row[Any]) -> None:
    file.seek(place.offset)
    file.write(tombstone(place.length))
    file.flush()


def _without(index: str, place: Row[Any]) -> str:
    """The lines of an index but those of records in this place."""
    begin, end = place.offset, place.offset + place.length
    return "".join(line for line in index.splitlines(keepends=True) if not begin <= _offset(line) < end)


def _offset(line: str) -> int:
    try:
        return int(json.loads(line.split(" ", 2)[2])["offset"])
    except (IndexError, KeyError, ValueError, TypeError):
        return -1
