"""A copy of the archive, to which each backup adds what is new: captures never change, and segments only grow.

What is loose is copied before the segments are. So what the packer moves meanwhile is in the one or in the other.
"""

import hashlib
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

from sqlalchemy import select

from services.runtime.archive.bucket import bucket
from services.runtime.archive.loose import MARK, loose_captures, read_loose
from services.runtime.archive.segments import FOLDER, SUFFIX, opened, packed, segment_files, segments
from services.runtime.backup.manifest import sync
from services.runtime.database import reading
from services.runtime.settings import runtime_settings

CHUNK = 1_048_576
AGAIN = 32_000_000
"""Bytes before its end from which on a segment is copied again: more than the largest record, which may have been torn
when it was copied last, and was cut off and replaced since."""

_SEALED = select(segments.c.name, segments.c.digest).where(segments.c.digest.is_not(None))


@dataclass(frozen=True)
class ArchiveCopy:
    """What was copied: captures and bytes; `damaged` are captures whose bytes are not what their name promises."""

    captures: int = 0
    bytes: int = 0
    damaged: tuple[str, ...] = ()
    sealed: dict[str, str] = field(default_factory=dict)
    """The SHA-256 of sealed segments, whose copies have it, too."""


def copy_archive(folder: Path, sealed: Mapping[str, str] | None = None) -> ArchiveCopy:
    """Copies what the folder does not have yet, and takes from it the loose captures that are in a segment by now.

    `sealed` is what the last backup said of segments: one whose digest is another now, because a capture in it was
    erased, is copied anew.
    """
    known = {file.name.removesuffix(SUFFIX) for file in folder.glob(f"[0-9a-f][0-9a-f]/*{SUFFIX}")}
    loose = {capture.name for capture in loose_captures()}
    captures = size = 0
    damaged = []
    for name in sorted(loose - known):
        data = read_loose(name)
        if data is None:
            continue  # it was packed this moment, and comes with its segment
        if hashlib.sha256(data).hexdigest() != name:
            damaged.append(name)
            continue
        _write(folder / name[:2] / f"{name}{SUFFIX}", data)
        captures, size = captures + 1, size + len(data)
    size += _copy_segments(folder / FOLDER)
    digests = _copy_sealed(folder / FOLDER, sealed or {})
    if (mark := _mark()) is not None:
        _write(folder / MARK, mark)
    gone = sorted(known - loose)
    for row in packed(gone):
        (folder / row.name[:2] / f"{row.name}{SUFFIX}").unlink(missing_ok=True)
    return ArchiveCopy(captures, size, tuple(damaged), digests)


def put_archive(folder: Path) -> int:
    """Puts a copy where the archive belongs, which is empty; how many files. Whatever is damaged, the audit names."""
    result = 0
    for file in sorted(file for file in folder.rglob("*") if file.is_file() and not file.name.startswith(".")):
        key = file.relative_to(folder).as_posix()
        if store := bucket():
            store.write(key if file.name == MARK or key.startswith(FOLDER) else f"captures/{key}", file)
        else:
            with file.open("rb") as content:
                _write(runtime_settings().captures / key, None, content)
        result += 1
    return result


def archive_is_empty() -> bool:
    """Whether there is nothing yet where the archive would be."""
    if store := bucket():
        return not any(True for _ in store.listed(""))
    folder = runtime_settings().captures
    return not folder.exists() or not any(folder.iterdir())


def _copy_segments(folder: Path) -> int:
    """Adds to the copies what they lack; how many bytes. Once more where one was thinned out of the archive meanwhile:
    what stayed of it stands in another by then.
    """
    size, complete = 0, False
    while not complete:
        complete = True
        for name, length in segment_files().items():
            try:
                size += _copy_segment(name, folder / f"{name}{SUFFIX}", length)
            except FileNotFoundError:
                if name in segment_files():
                    raise
                complete = False
    return size


def _copy_sealed(folder: Path, before: Mapping[str, str]) -> dict[str, str]:
    """The digests of sealed segments. Each copy is compared with its own once, and made anew where it is another."""
    with reading() as session:
        digests = {row.name: row.digest for row in session.execute(_SEALED)}
    for name in digests.keys() & segment_files().keys():
        target = folder / f"{name}{SUFFIX}"
        if before.get(name) == digests[name] or not target.exists() or _digest(target) == digests[name]:
            continue
        with opened(name) as source:
            _write(target, None, source)
    return digests


def _digest(file: Path) -> str:
    with file.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()


def _copy_segment(name: str, target: Path, length: int) -> int:
    """Adds what the copy of a segment lacks; how many bytes."""
    before = target.stat().st_size if target.exists() else 0
    if before >= length:
        return 0
    target.parent.mkdir(parents=True, exist_ok=True)
    with opened(name) as source, target.open("r+b" if before else "wb") as copy:
        source.seek(start := max(0, before - AGAIN))
        copy.seek(start)
        copy.truncate()
        while chunk := source.read(CHUNK):
            copy.write(chunk)
        copy.flush()
        os.fsync(copy.fileno())
    sync(target.parent)
    return length - before


def _write(target: Path, data: bytes | None, source: BinaryIO | None = None) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    written = target.with_name(f".{target.name}")
    with written.open("wb") as file:
        if source is None:
            file.write(data or b"")
        else:
            while chunk := source.read(CHUNK):
                file.write(chunk)
        file.flush()
        os.fsync(file.fileno())
    written.chmod(0o644)
    written.replace(target)


def _mark() -> bytes | None:
    if store := bucket():
        return store.read(MARK)
    try:
        return (runtime_settings().captures / MARK).read_bytes()
    except FileNotFoundError:
        return None
