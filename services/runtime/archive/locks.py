"""Who works alone on the archive: one packs, thins or reindexes at a time, and one erases.

An archive in a folder is locked by a file in it, which all who see the folder see. For one in an object store the
database is asked: PostgreSQL by an advisory lock, SQLite, which is on one machine, by a file beside it. Each lock
ends with its process.
"""

import fcntl
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import timedelta
from pathlib import Path

from services.contracts.errors import HouseTrouble
from services.runtime.archive.bucket import bucket
from services.runtime.archive.loose import make_folder
from services.runtime.archive.segments import folder
from services.runtime.database import advisory_lock
from services.runtime.engines import sqlite_file
from services.runtime.settings import runtime_settings

PACKER, ERASER = "packer", "eraser"
PATIENCE = timedelta(seconds=60)
"""For which one waits who erases or thins: in an object store a segment is read and written whole."""
PAUSE = 0.1


class ArchiveBusy(HouseTrouble):
    """Another process works on the archive, and has not come to its end."""


@contextmanager
def packing(patience: timedelta = timedelta()) -> Iterator[bool]:
    """Whether nobody else packs, thins or reindexes meanwhile, here or in another process; waits for so long."""
    with ExitStack() as held:
        yield _wait_for(PACKER, held, patience)


@contextmanager
def erasing() -> Iterator[None]:
    """Waits until nobody else erases: two who write one object anew would each undo what the other did."""
    with ExitStack() as held:
        if not _wait_for(ERASER, held, PATIENCE):
            raise ArchiveBusy("another process erases captures and has not ended")
        yield


def _wait_for(name: str, held: ExitStack, patience: timedelta) -> bool:
    over = time.monotonic() + patience.total_seconds()
    while not (alone := _lock(name, held)) and time.monotonic() < over:
        time.sleep(PAUSE)
    return alone


def _lock(name: str, held: ExitStack) -> bool:
    if bucket() is None:
        make_folder(folder())
        return _lock_file(folder() / f".{name}", held)
    if beside := sqlite_file(runtime_settings().database):
        return _lock_file(beside.with_name(f"archive.{name}.lock"), held)
    with ExitStack() as opened:
        alone = opened.enter_context(advisory_lock(f"archive {name}"))
        if alone:
            held.push(opened.pop_all())
        return alone


def _lock_file(path: Path, held: ExitStack) -> bool:
    with ExitStack() as opened:
        file = opened.enter_context(path.open("w"))
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        held.callback(opened.pop_all().close)
        return True
