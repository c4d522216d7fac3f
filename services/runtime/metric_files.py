"""Metrics in mapped files whose room is reserved: on a disk that is full, they go on in memory.

The library makes its files longer without taking their room. When a process then counts something and the disk is full,
the system ends it with SIGBUS, which nothing can catch.
"""

import io
import mmap
import os
from pathlib import Path
from typing import Any

from prometheus_client.mmap_dict import MmapedDict

FIRST = 1 << 16
"""Bytes with which the library begins."""
ENTRY = 64
"""Bytes that an entry takes at most beside its key."""


class ReservedDict(MmapedDict):
    """As the library's, but nothing is written to where there may be no room."""

    _m: mmap.mmap
    _f: Any
    _used: int
    _capacity: int

    def __init__(self, filename: str, read_mode: bool = False) -> None:
        if read_mode or _made(filename):
            super().__init__(filename, read_mode)  # type: ignore[no-untyped-call]
            return
        # What it counts is not added up for /metrics, but nobody ends over it.
        self._fname, self._f, self._positions = filename, io.BytesIO(), {}
        self._capacity, self._m, self._used = FIRST, mmap.mmap(-1, FIRST), 8

    def _init_value(self, key: str) -> None:
        while self._used + len(key.encode()) + ENTRY > self._capacity:
            self._grow(2 * self._capacity)
        super()._init_value(key)  # type: ignore[no-untyped-call]

    def _grow(self, capacity: int) -> None:
        in_file = not isinstance(self._f, io.BytesIO) and _reserved(self._f.fileno(), capacity)
        grown = mmap.mmap(self._f.fileno() if in_file else -1, capacity)
        if not in_file:
            grown[: self._used] = self._m[: self._used]
            self._f.close()
            self._f = io.BytesIO()
        self._m.close()
        self._m, self._capacity = grown, capacity


def _made(filename: str) -> bool:
    """Whether there is such a file, with its room; none is left where there is no room."""
    path = Path(filename)
    try:
        with path.open("ab") as file:
            if _reserved(file.fileno(), max(FIRST, file.tell())):
                return True
        path.unlink()
    except OSError:
        return False
    return False


def _reserved(descriptor: int, size: int) -> bool:
    try:
        if hasattr(os, "posix_fallocate"):
            os.posix_fallocate(descriptor, 0, size)
        elif os.fstat(descriptor).st_size < size:
            os.ftruncate(descriptor, size)
    except OSError:
        return False
    return True
