"""What a folder of backups holds: one archive for all of them, and each state of the database under its time."""

import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from fcntl import LOCK_EX, LOCK_NB, flock
from pathlib import Path

from services.contracts.errors import UserError

FORMAT = 1
"""Of the folder; a later version may have another, which this one refuses."""
MANIFEST = "backup.json"
"""In the folder of each state; written last, so that a state without one is not whole."""
STATES, ARCHIVE = "states", "archive"


@dataclass(frozen=True)
class Manifest:
    """One state of the database: what it is of, and when. `tables` names the columns of each, on PostgreSQL.

    `segments` are the SHA-256 of those segments in the copy of the archive that are as they were sealed.
    """

    database: str
    schema: str
    dateline: str
    taken_at: str
    captures: int = 0
    format: int = FORMAT
    tables: dict[str, list[str]] = field(default_factory=dict)
    segments: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class BackupState:
    """A whole state of the database in a folder of backups."""

    folder: Path
    manifest: Manifest

    @property
    def taken_at(self) -> datetime:
        """When the database was so."""
        return datetime.fromisoformat(self.manifest.taken_at)


@contextmanager
def backing_up(folder: Path) -> Iterator[None]:
    """Holds the folder, made if need be; a `UserError` when another backup goes into it just now."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if any(folder.iterdir()) and not (folder / STATES).is_dir():
        raise UserError(f"{folder} holds something else than backups; name an empty folder, or a new one.")
    (folder / STATES).mkdir(exist_ok=True)
    with (folder / ".lock").open("w") as lock:
        try:
            flock(lock, LOCK_EX | LOCK_NB)
        except BlockingIOError:
            raise UserError(f"Another backup goes into {folder} just now; let it end first.") from None
        yield


def new_state(folder: Path, now: datetime) -> Path:
    """A folder for the next state; what was begun before and is not whole goes."""
    for entry in (folder / STATES).iterdir():
        if not (entry / MANIFEST).exists():
            shutil.rmtree(entry)
    made = folder / STATES / f"{now.astimezone(UTC):%Y%m%dT%H%M%S.%fZ}"
    made.mkdir(mode=0o700)
    return made


def finish(state: Path, manifest: Manifest) -> None:
    """Makes a state whole: everything in it is on disk, and then its manifest."""
    written = state / f".{MANIFEST}"
    written.write_text(json.dumps(asdict(manifest), indent=2) + "\n", encoding="utf-8")
    for file in (*state.iterdir(), state, state.parent):
        sync(file)
    written.replace(state / MANIFEST)
    sync(state)


def states(folder: Path) -> list[BackupState]:
    """The whole states in a folder of backups, the oldest first; a `UserError` when it is none, or of a newer form."""
    if not (folder / STATES).is_dir():
        raise UserError(f"{folder} is no folder of backups: `dateline backup {folder}` would make one.")
    entries = sorted(entry for entry in (folder / STATES).iterdir() if (entry / MANIFEST).exists())
    return [BackupState(entry, _read(entry / MANIFEST)) for entry in entries]


def prune(folder: Path, keep: int) -> int:
    """Takes away all but the newest states; how many went."""
    old = states(folder)[:-keep]
    for state in old:
        # Its manifest first: half of a state is none.
        (state.folder / MANIFEST).unlink()
        shutil.rmtree(state.folder)
    return len(old)


def sync(path: Path) -> None:
    """Waits until a file, or the names in a folder, are on disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _read(file: Path) -> Manifest:
    try:
        content = json.loads(file.read_text(encoding="utf-8"))
        if content.get("format", 0) > FORMAT:
            raise UserError(
                f"{file} was written by a newer Dateline ({content.get('dateline')}): restore with that one."
            )
        return Manifest(**content)
    except (ValueError, TypeError, AttributeError):
        raise UserError(
            f"{file} cannot be read: this state of the backup is damaged; name another with --at."
        ) from None
