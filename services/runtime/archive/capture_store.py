"""Captures: what a newsroom answered, byte for byte, as WARC 1.1.

Each capture is first a file of one or two gzip members (the response, and the request when it is known), named by the
SHA-256 of the file itself, so that a changed byte is noticed. Later the packer moves it, unchanged, into a segment.
"""

import hashlib
from pathlib import Path
from typing import Literal

from services.contracts.errors import HouseTrouble, PermanentError
from services.runtime.archive import loose, segments
from services.runtime.archive.bucket import bucket
from services.runtime.archive.capture import Capture, CaptureDamaged, Headers, as_warc, from_warc, payload_digest
from services.runtime.archive.loose import MARK, path_of
from services.runtime.settings import runtime_settings

__all__ = ["MARK", "Capture", "CaptureDamaged", "Headers", "path_of", "payload_digest"]


class NoArchive(HouseTrouble):
    """Where captures are looked for, there are none: this process was not given the archive."""


class CaptureMissing(PermanentError):  # noqa: N818 - named for what happened
    """The archive does not hold a capture that the database names."""


def keep(capture: Capture) -> str:
    """Writes the capture durably and returns its name; keeping it again changes nothing."""
    member = as_warc(capture)
    name = hashlib.sha256(member).hexdigest()
    loose.write_loose(name, member)
    return name


def keep_raw(data: bytes) -> str:
    """As `keep`, for the records of a capture as we once wrote them: it gets the name that it had."""
    name = hashlib.sha256(data).hexdigest()
    loose.write_loose(name, data)
    return name


def load(name: str) -> Capture:
    """Reads a capture back, with the bytes that were kept; else `CaptureMissing`, `CaptureDamaged` or `NoArchive`."""
    return from_warc(raw(name), name)


def raw(name: str) -> bytes:
    """The records of a capture, to the byte: a WARC file by themselves. Errors as those of `load`."""
    damaged = False
    # The file is looked for first: what the packer has taken away meanwhile is in the index by then.
    # And again at last: it may have been moved from one segment to another since the index was read.
    for read in (loose.read_loose, segments.read_packed, segments.read_packed):
        member = read(name)
        if member is not None and hashlib.sha256(member).hexdigest() == name:
            return member
        damaged = damaged or member is not None
    if damaged:
        raise CaptureDamaged(f"Capture {name} was changed on disk: its digest is another one now.")
    look()
    raise CaptureMissing(f"Capture {name} is not in the archive {runtime_settings().archive_name}.")


def holds(name: str) -> bool:
    """Whether the capture is there, byte for byte."""
    try:
        raw(name)
    except (CaptureMissing, CaptureDamaged, NoArchive):
        return False
    return True


def look() -> None:
    """Raises `NoArchive` where no capture was ever kept, and `OSError` where none can be read."""
    if store := bucket():
        if not any(True for _ in store.listed("")):
            raise NoArchive(f"There is no archive here: {runtime_settings().archive_name} holds nothing.")
        return
    folder = runtime_settings().captures
    # Each capture lies in a folder that has the first two digits of its name, or in a segment.
    if not folder.is_dir() or not any(map(_holds_captures, folder.iterdir())):
        raise NoArchive(
            f"There is no archive here: {folder} holds no captures. Give this process the folder that the fetchers "
            "write to, to read at least, or name it with DATELINE_ARCHIVE."
        )


def fault(name: str) -> Literal["missing", "damaged"] | None:
    """What is wrong with a capture, by its bytes alone; None when they are those that its name promises."""
    try:
        raw(name)
    except CaptureDamaged:
        return "damaged"
    except (CaptureMissing, NoArchive, OSError):
        return "missing"
    return None


def _holds_captures(entry: Path) -> bool:
    return len(entry.name) == 2 or entry.name == segments.FOLDER
