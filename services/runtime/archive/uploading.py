"""Packing in an S3-compatible store, where nothing can be appended: each segment is written here, and uploaded whole.

The captures stay objects of their own until the segment is there, has been read back with the size and the SHA-256 that
it was sent with, and is indexed. A kill in between leaves a segment too many, and nothing missing.
"""

import hashlib
import secrets
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from itertools import chain
from pathlib import Path
from typing import IO

from sqlalchemy import insert

from services.contracts.errors import HouseTrouble
from services.runtime.archive import reindex
from services.runtime.archive.appending import Member, PackResult, about_segment, intact, is_whole
from services.runtime.archive.bucket import Bucket
from services.runtime.archive.cdxj import member_lines
from services.runtime.archive.loose import LooseCapture, loose_captures, remove_loose
from services.runtime.archive.segments import FOLDER, SUFFIX, index_captures, packed, segments
from services.runtime.archive.unchanged import as_revisit, forget_looks, oldest_looks
from services.runtime.database import transaction
from services.runtime.fault_points import fault_point

SMALLEST = 64_000_000
"""Bytes of captures that make a segment: a request for each of many small ones is what such a store is slow at."""
LARGEST = 256_000_000
"""Bytes of a segment, so that it is uploaded and read back well within a lease."""
MANY = 10_000
"""Captures of a segment, and looks."""
READERS = 16
"""Captures that are read at a time."""
LONGEST = timedelta(days=1)
"""Age of a capture that is packed with however few others there are."""


class UploadDamaged(HouseTrouble):
    """What the store gives back is not what it was given."""


@dataclass
class _Draft:
    """A segment while it is written: its file, and what is in it."""

    name: str
    file: IO[bytes]
    bytes: int = 0
    rows: list[dict[str, object]] = field(default_factory=list)
    looks: list[int] = field(default_factory=list)
    lines: list[str] = field(default_factory=list)

    def add(self, member: Member) -> None:
        if member.capture is not None:
            self.rows.append({"name": member.capture, "offset": self.bytes, "length": len(member.data)})
        if member.look is not None:
            self.looks.append(member.look)
        self.lines += member_lines(f"{self.name}{SUFFIX}", member.data, self.bytes)
        self.bytes += self.file.write(member.data)


def upload_step(store: Bucket, now: datetime, before: datetime, smallest: int) -> PackResult:
    """Makes one segment of the captures from before then, the oldest first, where they are worth one."""
    reindex.adopt(now)
    old = sorted((capture for capture in loose_captures() if capture.written < before), key=lambda each: each.written)
    if not _is_worth_a_segment(old, now, smallest):
        return PackResult()
    names = [capture.name for capture in old[:MANY]]
    there = {row.name for row in packed(names) if is_whole(row)}
    remove_loose(sorted(there))
    with ThreadPoolExecutor(READERS) as readers:
        new = [name for name in names if name not in there]
        members = (member for some in _chunks(new) for member in readers.map(intact, some))
        looks = (Member(as_revisit(row), look=row.id) for row in oldest_looks(before, 0, MANY))
        packed_now = _upload(store, chain(filter(None, members), looks), now)
    return replace(packed_now, more=packed_now.captures > 0 and len(old) > packed_now.captures + len(there))


def upload_members(store: Bucket, members: Iterable[Member], now: datetime) -> None:
    """Makes as many segments of these as it takes; none of nothing."""
    rest = iter(members)
    while (first := next(rest, None)) is not None:
        _upload(store, chain((first,), rest), now)


def _is_worth_a_segment(captures: Sequence[LooseCapture], now: datetime, smallest: int) -> bool:
    """Whether there are enough of them, or old enough ones."""
    old = any(capture.written < now - LONGEST for capture in captures)
    return bool(captures) and (old or sum(capture.size for capture in captures) >= smallest)


def _chunks(names: Sequence[str]) -> Iterator[Sequence[str]]:
    # So many at a time, because what is read waits in memory until it is written.
    return (names[start : start + READERS] for start in range(0, len(names), READERS))


def _upload(store: Bucket, members: Iterable[Member], now: datetime) -> PackResult:
    """Makes one segment of these, up to `LARGEST` bytes of them."""
    name = f"dateline-{now:%Y%m%d%H%M%S}-{secrets.token_hex(4)}"
    with tempfile.NamedTemporaryFile(prefix="dateline-segment-") as file:
        draft = _Draft(name, file)
        draft.add(Member(about_segment(name)))
        for member in members:
            draft.add(member)
            if draft.bytes >= LARGEST:
                break
        file.flush()
        digest = _send(store, Path(file.name), f"{FOLDER}/{name}{SUFFIX}", draft.bytes)
    fault_point("pack:synced")
    store.write(f"{FOLDER}/{name}.cdxj", "".join(f"{line}\n" for line in sorted(draft.lines)).encode())
    with transaction() as session:
        sealed = {"name": name, "bytes": draft.bytes, "captures": len(draft.rows), "digest": digest}
        new = insert(segments).values(**sealed, created_at=now, sealed_at=now).returning(segments.c.id)
        segment = session.execute(new).scalar_one()
        index_captures(session, [row | {"segment": segment} for row in draft.rows])
        forget_looks(session, draft.looks)
    fault_point("pack:indexed")
    remove_loose([str(row["name"]) for row in draft.rows])
    return PackResult(len(draft.rows), len(draft.looks), draft.bytes)


def _send(store: Bucket, file: Path, key: str, size: int) -> str:
    with file.open("rb") as content:
        digest = hashlib.file_digest(content, "sha256").hexdigest()
    store.write(key, file)
    fault_point("pack:appended")
    back = hashlib.sha256()
    for chunk in store.chunks(key):
        back.update(chunk)
    if store.size(key) != size or back.hexdigest() != digest:
        raise UploadDamaged("the object store gives back other bytes than it was given")
    return digest
