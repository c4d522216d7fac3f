"""Captures that are not packed yet: a file of its own for each, or an object of its own in an S3-compatible store."""

import errno
import os
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from services.runtime.archive.bucket import bucket
from services.runtime.archive.segments import SUFFIX
from services.runtime.fault_points import fault_point
from services.runtime.settings import runtime_settings

MARK = "dateline-archive"
"""In the archive's folder; without a dot, so that no copy leaves it behind. An empty one takes the database's mark."""
CAPTURES = "captures"
"""The folder of an S3-compatible store that holds them."""
LEFT_BEHIND = timedelta(days=1)
"""Age of a file without a name that nobody is writing any more."""
proved: set[Path] = set()
"""Archives in which this process has found their mark: where it is gone, something else is in their place."""
_SHELVES = "[0-9a-f][0-9a-f]"


@dataclass(frozen=True)
class LooseCapture:
    """A capture that is a file of its own: its size in bytes, and when it was written."""

    name: str
    size: int
    written: datetime


def path_of(name: str) -> Path:
    """Where a capture lies until it is packed."""
    return runtime_settings().captures / name[:2] / f"{name}{SUFFIX}"


def write_loose(name: str, data: bytes) -> None:
    """Writes a capture durably, whole or not at all; one that is there stays."""
    if store := bucket():
        store.create(_key(name), data)
        fault_point("capture:kept")
        return
    path = path_of(name)
    if path.exists():
        return
    make_folder(path.parent)
    written = _write(data, path.parent)
    fault_point("capture:written")
    written.chmod(0o644)
    written.rename(path)
    sync_folder(path.parent)
    fault_point("capture:kept")


def read_loose(name: str) -> bytes | None:
    """The bytes of a capture that is not packed; None without it."""
    if store := bucket():
        return store.read(_key(name))
    try:
        return path_of(name).read_bytes()
    except FileNotFoundError:
        return None


def loose_head(name: str, size: int) -> bytes | None:
    """The first bytes of a capture that is not packed; None without it."""
    if store := bucket():
        return store.read_range(_key(name), 0, size)
    try:
        with path_of(name).open("rb") as file:
            return file.read(size)
    except FileNotFoundError:
        return None


def remove_loose(names: Sequence[str]) -> None:
    """Takes them away: what is in them is in a segment and in the index."""
    if store := bucket():
        store.remove([_key(name) for name in names])
        fault_point("pack:unlinked")
        return
    for name in names:
        path_of(name).unlink(missing_ok=True)
        fault_point("pack:unlinked")


def loose_captures() -> Iterator[LooseCapture]:
    """The captures that are not packed, in no order; what vanishes meanwhile is passed over."""
    if store := bucket():
        for entry in store.listed(f"{CAPTURES}/"):
            yield LooseCapture(entry.key.rpartition("/")[2].removesuffix(SUFFIX), entry.size, entry.written)
        return
    for shelf in sorted(runtime_settings().captures.glob(_SHELVES)):
        with suppress(NotADirectoryError), os.scandir(shelf) as entries:
            yield from filter(None, map(_loose, entries))


def sweep_left_behind(now: datetime) -> None:
    """Takes away what a writer left that was killed over it, and that nobody is writing any more."""
    for file in runtime_settings().captures.glob(f"{_SHELVES}/.*"):
        with suppress(FileNotFoundError):
            if file.stat().st_mtime < (now - LEFT_BEHIND).timestamp():
                file.unlink()


def make_folder(folder: Path) -> None:
    """Makes a folder of the archive; FileNotFoundError where an archive that was there is not mounted any more."""
    if folder.is_dir():
        return
    archive = folder.parent
    if archive in proved and not (archive / MARK).exists():
        raise FileNotFoundError(errno.ENOENT, f"{archive} is not the archive that it was: its file {MARK} is gone")
    folder.mkdir(parents=True, exist_ok=True)


def sync_folder(folder: Path) -> None:
    """What was renamed into it stays so after a power cut."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _loose(entry: os.DirEntry[str]) -> LooseCapture | None:
    if not entry.name.endswith(SUFFIX) or entry.name.startswith("."):
        return None
    try:
        now = entry.stat()
    except FileNotFoundError:
        return None
    return LooseCapture(entry.name.removesuffix(SUFFIX), now.st_size, datetime.fromtimestamp(now.st_mtime, UTC))


def _write(member: bytes, folder: Path) -> Path:
    """A new file that survives a power cut; a disk that is full keeps nothing of it."""
    with tempfile.NamedTemporaryFile(dir=folder, prefix=".", delete=False) as file:
        written = Path(file.name)
        try:
            file.write(member)
            file.flush()
            os.fsync(file.fileno())
        except OSError:
            written.unlink()
            raise
    return written


def _key(name: str) -> str:
    return f"{CAPTURES}/{name[:2]}/{name}{SUFFIX}"
