"""Taking a backup, by hand or because it is time."""

from datetime import datetime, timedelta
from pathlib import Path

from services import __version__
from services.contracts.errors import UserError
from services.runtime.backup import database_copy
from services.runtime.backup.archive_copy import ArchiveCopy, copy_archive
from services.runtime.backup.manifest import (
    ARCHIVE,
    BackupState,
    Manifest,
    backing_up,
    finish,
    new_state,
    prune,
    states,
)
from services.runtime.database import utcnow
from services.runtime.own_commands import begin_command
from services.runtime.settings import backup_settings
from services.runtime.troubles.service_checks import BACKUP, note_check


def take_backup(folder: Path, now: datetime, keep: int) -> tuple[BackupState, ArchiveCopy]:
    """Backs up the database and, after it, the archive; `keep` states stay. A `UserError` says why it cannot.

    A capture is in the archive before the database names it, so that the later copy has all that the earlier one names.
    """
    with backing_up(folder):
        made = new_state(folder, now)
        schema, tables = database_copy.copy_to(made)
        (folder / ARCHIVE).mkdir(exist_ok=True)
        before = states(folder)[-1:]
        copied = copy_archive(folder / ARCHIVE, before[0].manifest.segments if before else {})
        about = Manifest(
            database_copy.kind(),
            schema,
            __version__,
            now.isoformat(),
            copied.captures,
            tables=tables,
            segments=copied.sealed,
        )
        finish(made, about)
        prune(folder, keep)
        return BackupState(made, about), copied


def note_backup(now: datetime, folder: Path, *, failure: str | None = None) -> None:
    """Writes down how a backup went; after one into the folder of the schedule, another is due after two of its pauses.

    A failure by hand in another folder is the operator's own and says nothing of the schedule.
    """
    settings = backup_settings()
    scheduled = settings.to is not None and settings.to.absolute() == folder.absolute()
    if scheduled or failure is None:
        due_by = now + timedelta(hours=2 * settings.every) if scheduled else None
        note_check(BACKUP, now, failure or "It was made.", holds=failure is None, due_by=due_by)


def is_due(now: datetime) -> bool:
    """Whether a schedule is set, and its last backup is as old as it says, or there is none."""
    settings = backup_settings()
    if settings.to is None:
        return False
    try:
        last = states(settings.to)[-1:]
    except UserError:
        last = []
    return not last or last[0].taken_at <= now - timedelta(hours=settings.every)


def begin_backup() -> None:
    """Begins the backup of the schedule in a process of its own, which nobody waits for; two never run at a time."""
    settings = backup_settings()
    begin_command("backup", str(settings.to), "--states", str(settings.states), ended=_note_death)


def _note_death(status: int) -> None:
    if status < 0 and (folder := backup_settings().to):  # else it has said itself how it went
        note_backup(utcnow(), folder, failure=f"The last backup was ended by signal {-status}.")
