"""The packer: captures that are older than an hour move, unchanged, from files of their own into segments.

Whenever it is killed, every capture is in a file or in the index: append, wait for the disk, commit the index rows,
wait for the disk, and only then unlink. One packs at a time, by a lock on a file that ends with its process.
"""

import fcntl
import hashlib
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from io import BytesIO
from itertools import chain, islice

import structlog

from services.runtime.archive import capture_store, cdxj, reindex
from services.runtime.archive.appending import Member, OpenSegment, append_members, open_segment
from services.runtime.archive.capture_store import make_folder, path_of
from services.runtime.archive.members import records_of
from services.runtime.archive.segments import file_of, folder, index_of, packed, read_range
from services.runtime.archive.unchanged import as_revisit, oldest_looks
from services.runtime.fault_points import fault_point
from services.runtime.settings import runtime_settings

EVERY = timedelta(hours=1)
"""How often it looks, and how old a capture must be: what was just received is read soon, and from its file."""
BATCH = 16_000_000
"""Bytes that one commit takes, which are in memory meanwhile; and so many captures or looks."""
MANY = 500
LISTED = 20_000
"""Files that are looked at in one go; the oldest of them come first."""
STEP = 10.0
"""Seconds after which it lets others work, and goes on at once."""
LEFT_BEHIND = timedelta(days=1)
"""Age of a file without a name that nobody is writing any more."""

log = structlog.get_logger()


@dataclass(frozen=True)
class PackResult:
    """What one step packed; `more` when there is more to do now, `busy` when somebody else is at it."""

    captures: int = 0
    looks: int = 0
    bytes: int = 0
    more: bool = False
    busy: bool = False


def pack_step(now: datetime, *, older_than: timedelta = EVERY, seconds: float = STEP) -> PackResult:
    """Packs the captures and looks from before `now - older_than`, the oldest first, for so many seconds."""
    with packing() as alone:
        if not alone:
            return PackResult(busy=True)
        reindex.adopt(now)
        _sweep(now)
        return _Step(now, now - older_than, time.monotonic() + seconds).run()


@contextmanager
def packing() -> Iterator[bool]:
    """Whether nobody else packs or reindexes meanwhile, here or in another process that sees the archive."""
    make_folder(folder())
    with (folder() / ".packer").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
        else:
            yield True


class _Step:
    """One step: what it has packed so far, and the lines that the indexes beside the segments still lack."""

    def __init__(self, now: datetime, before: datetime, deadline: float) -> None:
        self._now, self._before, self._deadline = now, before, deadline
        self._result = PackResult()
        self._lines: dict[str, list[str]] = {}

    def run(self) -> PackResult:
        names, moved = loose_files(self._before), False
        try:
            for batch in _batches(chain(_captures(names), self._looks())):
                self._move(batch)
                moved = True
                if time.monotonic() > self._deadline:
                    return replace(self._result, more=True)
        finally:
            for name, lines in self._lines.items():
                cdxj.write_index(index_of(name), lines)
        return replace(self._result, more=moved and len(names) == LISTED)

    def _looks(self) -> Iterator[Member]:
        after = 0
        while rows := oldest_looks(self._before, after, MANY):
            yield from (Member(as_revisit(row), look=row.id) for row in rows)
            after = rows[-1].id

    def _move(self, batch: Sequence[Member]) -> None:
        """Into the segment, whatever is not there already; then the files go: the index has what was in them."""
        names = [member.capture for member in batch if member.capture]
        there = {row.name for row in packed(names) if _is_whole(row.name, row.segment, row.offset, row.length)}
        new = [member for member in batch if member.capture not in there]
        if new:
            self._count(open_segment(self._now), new)
        for name in names:
            path_of(name).unlink(missing_ok=True)
            fault_point("pack:unlinked")

    def _count(self, segment: OpenSegment, new: Sequence[Member]) -> None:
        grown = append_members(segment, new)
        size = sum(len(member.data) for member in new)
        self._lines.setdefault(segment.name, []).extend(_lines(segment.name, new, grown.bytes - size))
        looks = sum(member.look is not None for member in new)
        before = self._result
        self._result = PackResult(
            before.captures + len(new) - looks, before.looks + looks, before.bytes + grown.bytes - segment.bytes
        )


def loose_files(before: datetime) -> list[str]:
    """The captures that are files of their own and older than that, the oldest first; at most `LISTED`."""
    old = ((file.written, file.name) for file in capture_store.loose_captures() if file.written < before)
    return [name for _, name in sorted(islice(old, LISTED))]


def _sweep(before: datetime) -> None:
    """Takes away what a writer left that was killed over it, and that nobody is writing any more."""
    for file in runtime_settings().captures.glob("[0-9a-f][0-9a-f]/.*"):
        with suppress(FileNotFoundError):
            if file.stat().st_mtime < (before - LEFT_BEHIND).timestamp():
                file.unlink()


def _captures(names: Iterable[str]) -> Iterator[Member]:
    for name in names:
        with suppress(FileNotFoundError):
            data = path_of(name).read_bytes()
            if hashlib.sha256(data).hexdigest() == name:
                yield Member(data, capture=name)
            else:
                log.warning("capture_damaged", capture=name)  # it stays where it is, and `audit --deep` names it


def _batches(members: Iterable[Member]) -> Iterator[list[Member]]:
    batch: list[Member] = []
    size = 0
    for member in members:
        batch.append(member)
        size += len(member.data)
        if size >= BATCH or len(batch) >= MANY:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch


def _is_whole(name: str, segment: str, offset: int, length: int) -> bool:
    data = read_range(segment, offset, length)
    return data is not None and hashlib.sha256(data).hexdigest() == name


def _lines(segment: str, members: Sequence[Member], start: int) -> Iterator[str]:
    for member in members:
        for record in records_of(BytesIO(member.data)):
            line = cdxj.cdxj_line(replace(record, offset=start + record.offset), file_of(segment).name)
            if line:
                yield line
        start += len(member.data)
