"""The packer: captures that are older than an hour move, unchanged, from files of their own into segments.

Whenever it is killed, every capture is in a file or in the index: append, wait for the disk, commit the index rows,
wait for the disk, and only then unlink. One packs at a time (`locks`).
"""

import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import chain, islice

from services.runtime.archive import cdxj, reindex
from services.runtime.archive.appending import (
    Member,
    OpenSegment,
    PackResult,
    append_members,
    intact,
    is_whole,
    open_segment,
)
from services.runtime.archive.bucket import bucket
from services.runtime.archive.locks import packing
from services.runtime.archive.loose import loose_captures, remove_loose, sweep_left_behind
from services.runtime.archive.segments import file_of, index_of, packed
from services.runtime.archive.unchanged import as_revisit, oldest_looks
from services.runtime.archive.uploading import SMALLEST, upload_step

EVERY = timedelta(hours=1)
"""How often it looks, and how old a capture must be: what was just received is read soon, and from its file."""
BATCH = 16_000_000
"""Bytes that one commit takes, which are in memory meanwhile; and so many captures or looks."""
MANY = 500
LISTED = 20_000
"""Files that are looked at in one go; the oldest of them come first."""
STEP = 10.0
"""Seconds after which it lets others work, and goes on at once."""


def pack_step(
    now: datetime, *, older_than: timedelta = EVERY, seconds: float = STEP, smallest: int = SMALLEST
) -> PackResult:
    """Packs the captures and looks from before `now - older_than`, the oldest first, for so many seconds.

    In an S3-compatible store it makes one segment, once there are `smallest` bytes of captures or some are a day old.
    """
    with packing() as alone:
        if not alone:
            return PackResult(busy=True)
        if store := bucket():
            return upload_step(store, now, now - older_than, smallest)
        reindex.adopt(now)
        sweep_left_behind(now)
        return _Step(now, now - older_than, time.monotonic() + seconds).run()


class _Step:
    """One step: what it has packed so far, and the lines that the indexes beside the segments still lack."""

    def __init__(self, now: datetime, before: datetime, deadline: float) -> None:
        self._now, self._before, self._deadline = now, before, deadline
        self._result = PackResult()
        self._lines: dict[str, list[str]] = {}

    def run(self) -> PackResult:
        names, moved = loose_files(self._before), False
        try:
            for batch in batches(chain(filter(None, map(intact, names)), self._looks())):
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
        there = {row.name for row in packed(names) if is_whole(row)}
        new = [member for member in batch if member.capture not in there]
        if new:
            self._count(open_segment(self._now), new)
        remove_loose(names)

    def _count(self, segment: OpenSegment, new: Sequence[Member]) -> None:
        grown = append_members(segment, new)
        size = sum(len(member.data) for member in new)
        start, lines = grown.bytes - size, self._lines.setdefault(segment.name, [])
        for member in new:
            lines += cdxj.member_lines(file_of(segment.name).name, member.data, start)
            start += len(member.data)
        looks = sum(member.look is not None for member in new)
        before = self._result
        self._result = PackResult(
            before.captures + len(new) - looks, before.looks + looks, before.bytes + grown.bytes - segment.bytes
        )


def loose_files(before: datetime) -> list[str]:
    """The captures that are files of their own and older than that, the oldest first; at most `LISTED`."""
    old = ((file.written, file.name) for file in loose_captures() if file.written < before)
    return [name for _, name in sorted(islice(old, LISTED))]


def batches(members: Iterable[Member]) -> Iterator[list[Member]]:
    """The same members, as many at a time as one commit takes."""
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
