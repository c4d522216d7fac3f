"""Records which messages each process has begun: when a worker dies, only those cost an attempt.

A group is claimed together, and one of it may end the process. So each process keeps the ids of what it handles just
now in a file of its own, at the price of one write for each. Whoever finds the process gone reads the file. Where there
is none, all that the process held is charged, as if it had begun all of it.
"""

import os
import tempfile
import threading
import time
from collections.abc import Collection, Iterator
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path

from services.runtime.ledger.instances import owner

_lock = threading.Lock()
_ids: set[int] = set()
# A child would inherit what its parent is in the middle of.
os.register_at_fork(after_in_child=_ids.clear)


@contextmanager
def begun(*messages: int) -> Iterator[None]:
    """Within, this process has begun the messages with these ids."""
    _note(messages, over=False)
    try:
        yield
    finally:
        _note(messages, over=True)


def of(holder: str) -> frozenset[int]:
    """What the process that holds leases under this name had begun; empty where nothing is known."""
    try:
        path = _path(holder)
        if path.parent.stat().st_uid != os.getuid():
            return frozenset()
        # After the first line stands what is left of a longer one.
        name, *ids = path.read_text(encoding="ascii").partition("\n")[0].split()
        return frozenset(map(int, ids)) if name == holder else frozenset()
    except (OSError, ValueError):
        return frozenset()


def _note(messages: Collection[int], *, over: bool) -> None:
    with _lock:
        (_ids.difference_update if over else _ids.update)(messages)
        with suppress(OSError):  # a full disk: then it is not known
            line = " ".join([owner(), *map(str, sorted(_ids))])
            os.pwrite(_file(owner()), f"{line}\n".encode("ascii"), 0)


OLD = 7 * 86_400
"""Seconds without a word after which the file of a process is of no use: no lease is so long."""


@cache
def _file(holder: str) -> int:
    path = _path(holder)
    path.parent.mkdir(mode=0o700, exist_ok=True)
    _forget_old(path.parent)
    return os.open(path, os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)


def _forget_old(folder: Path) -> None:
    """Takes away what processes left that ended long ago, without anything in their hands."""
    for path in folder.iterdir():
        with suppress(OSError):
            if time.time() - path.stat().st_mtime > OLD:
                path.unlink()


def _path(holder: str) -> Path:
    # Where process numbers are the same, so is the folder of temporary files; a state folder may be read-only.
    return Path(tempfile.gettempdir()) / f"dateline-begun-{os.getuid()}" / holder.replace("/", "-")
