"""Captures: what a newsroom answered, byte for byte, as WARC 1.1.

Each capture is first one file of one or two gzip members (the response, and the request when it is known), named by
the SHA-256 of the file itself, so that a changed byte is noticed. Later the packer moves it, unchanged, into a segment.
"""

import errno
import hashlib
import os
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

from services.contracts.errors import HouseTrouble, PermanentError
from services.runtime import fault_points
from services.runtime.archive import segments
from services.runtime.archive.capture import Capture, CaptureDamaged, Headers, as_warc, from_warc, payload_digest
from services.runtime.archive.segments import SUFFIX
from services.runtime.settings import runtime_settings

__all__ = ["Capture", "CaptureDamaged", "Headers", "payload_digest"]

MARK = "dateline-archive"
"""In the archive's folder; without a dot, so that no copy leaves it behind. An empty one takes the database's mark."""
proved: set[Path] = set()
"""Archives in which this process has found their mark: where it is gone, something else is in their place."""


class NoArchive(HouseTrouble):
    """Where captures are looked for, there are none: this process was not given the archive."""


class CaptureMissing(PermanentError):  # noqa: N818 - named for what happened
    """The archive does not hold a capture that the database names."""


def keep(capture: Capture) -> str:
    """Writes the capture durably and returns its name; keeping it again changes nothing."""
    member = as_warc(capture)
    name = hashlib.sha256(member).hexdigest()
    path = path_of(name)
    if not path.exists():
        make_folder(path.parent)
        written = _write(member, path.parent)
        fault_points.fault_point("capture:written")
        written.chmod(0o644)
        written.rename(path)
        sync_folder(path.parent)
        fault_points.fault_point("capture:kept")
    return name


def load(name: str) -> Capture:
    """Reads a capture back, with the bytes that were kept; else `CaptureMissing`, `CaptureDamaged` or `NoArchive`."""
    return from_warc(raw(name), name)


def holds(name: str) -> bool:
    """Whether the capture is there, byte for byte."""
    try:
        raw(name)
    except (CaptureMissing, CaptureDamaged, NoArchive):
        return False
    return True


def look() -> None:
    """Raises `NoArchive` where no capture was ever kept, and `OSError` where none can be read."""
    folder = runtime_settings().captures
    # Each capture lies in a folder that has the first two digits of its name, or in a segment.
    if not folder.is_dir() or not any(map(_holds_captures, folder.iterdir())):
        raise NoArchive(
            f"There is no archive here: {folder} holds no captures. Give this process the folder that the fetchers "
            "write to, to read at least, or name it with DATELINE_ARCHIVE."
        )


def _holds_captures(entry: Path) -> bool:
    return len(entry.name) == 2 or entry.name == segments.FOLDER


def fault(name: str) -> Literal["missing", "damaged"] | None:
    """What is wrong with a capture, by its file alone; None when its bytes are those that its name promises."""
    try:
        raw(name)
    except CaptureDamaged:
        return "damaged"
    except (CaptureMissing, NoArchive, OSError):
        return "missing"
    return None


def path_of(name: str) -> Path:
    """Where a capture lies until it is packed."""
    return runtime_settings().captures / name[:2] / f"{name}{SUFFIX}"


@dataclass(frozen=True)
class LooseCapture:
    """A capture that is a file of its own: its size in bytes, and when it was written."""

    name: str
    size: int
    written: datetime


def loose_captures() -> Iterator[LooseCapture]:
    """The captures that are files of their own, in no order; what vanishes meanwhile is passed over."""
    for shelf in sorted(runtime_settings().captures.glob("[0-9a-f][0-9a-f]")):
        with suppress(NotADirectoryError), os.scandir(shelf) as entries:
            for entry in entries:
                if entry.name.endswith(SUFFIX) and not entry.name.startswith("."):
                    with suppress(FileNotFoundError):
                        now = entry.stat()
                        written = datetime.fromtimestamp(now.st_mtime, UTC)
                        yield LooseCapture(entry.name.removesuffix(SUFFIX), now.st_size, written)


def make_folder(folder: Path) -> None:
    """Makes the folder of a capture; FileNotFoundError where an archive that was there is not mounted any more."""
    if folder.is_dir():
        return
    archive = folder.parent
    if archive in proved and not (archive / MARK).exists():
        raise FileNotFoundError(errno.ENOENT, f"{archive} is not the archive that it was: its file {MARK} is gone")
    folder.mkdir(parents=True, exist_ok=True)


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


def raw(name: str) -> bytes:
    """The records of a capture, to the byte: a WARC file by themselves. Errors as those of `load`."""
    damaged = False
    # The file is looked for first: what the packer has taken away meanwhile is in the index by then.
    for read in (_file, segments.read_packed):
        member = read(name)
        if member is not None and hashlib.sha256(member).hexdigest() == name:
            return member
        damaged = damaged or member is not None
    if damaged:
        raise CaptureDamaged(f"Capture {name} was changed on disk: its digest is another one now.")
    look()
    raise CaptureMissing(f"Capture {name} is not in the archive {runtime_settings().captures}.")


def _file(name: str) -> bytes | None:
    try:
        return path_of(name).read_bytes()
    except FileNotFoundError:
        return None


def sync_folder(folder: Path) -> None:
    """What was renamed into it stays so after a power cut."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
