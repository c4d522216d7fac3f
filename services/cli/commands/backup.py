"""`dateline backup` and `dateline restore`: everything that must survive, as of one moment, and back."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from services.cli.output.terminal import AsJson, counted, error, print_json, tell
from services.contracts.errors import UserError

if TYPE_CHECKING:
    from services.runtime.backup.archive_copy import ArchiveCopy
    from services.runtime.backup.manifest import BackupState

MB = 1_000_000


def backup(
    folder: Annotated[Path, typer.Argument(help="A folder of backups, on another disk if possible; made if need be.")],
    states: Annotated[int, typer.Option(min=1, help="States of the database that stay; the oldest go.")] = 7,
    as_json: AsJson = False,
) -> None:
    """Backs up the database and the archive while everything runs. Of the archive only what is new is copied."""
    from services.cli.processes.startup import open_installation

    open_installation()
    made, copied = _backed_up(folder, states)
    if as_json:
        print_json(
            {"state": made.folder.name, "captures": copied.captures, "bytes": copied.bytes, "damaged": copied.damaged}
        )
    else:
        added = f"{counted(copied.captures, 'loose capture', 'loose captures')}, {copied.bytes / MB:,.1f} MB"
        tell(f"{made.folder.name} is in {folder}; the archive grew by {added}. Keep the secret key elsewhere.")
    if copied.damaged:
        error(f"{counted(len(copied.damaged), 'capture is', 'captures are')} damaged: {', '.join(copied.damaged[:3])}.")
        raise typer.Exit(1)


def _backed_up(folder: Path, keep: int) -> tuple[BackupState, ArchiveCopy]:
    """Takes the backup, and writes down how it went."""
    from services.runtime.backup.take import note_backup, take_backup
    from services.runtime.database import utcnow

    try:
        made, copied = take_backup(folder, utcnow(), keep)
    except (OSError, UserError) as trouble:
        advice = trouble if isinstance(trouble, UserError) else _not_made(trouble, folder)
        note_backup(utcnow(), folder, failure=str(advice))
        raise advice from None
    damaged = f"{counted(len(copied.damaged), 'capture is', 'captures are')} damaged." if copied.damaged else None
    note_backup(made.taken_at, folder, failure=damaged)
    return made, copied


def _not_made(trouble: OSError, folder: Path) -> UserError:
    return UserError(f"Nothing was backed up: {trouble.filename or folder}: {trouble.strerror or trouble}.")


def restore(
    folder: Annotated[Path, typer.Argument(help="A folder that `dateline backup` has filled.")],
    at: Annotated[
        str | None, typer.Option(help="Which state, by its name or the beginning of it; the newest without.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Makes an installation from a backup, where there is none yet: an empty database and an empty archive."""
    from services.cli.processes.startup import read_settings
    from services.runtime.backup import archive_copy, database_copy
    from services.runtime.backup.manifest import ARCHIVE

    read_settings(migrated=False)
    state = _chosen(folder, at)
    _refuse_if_unfit(state.manifest.database, state.manifest.schema)
    files = archive_copy.put_archive(folder / ARCHIVE)
    if state.manifest.database == "sqlite":
        database_copy.put_sqlite(state.folder)
    else:
        _fill(state.folder, state.manifest.schema, state.manifest.tables)
    indexed = _finish()
    if as_json:
        print_json({"state": state.folder.name, "files": files, "indexed": indexed})
    else:
        tell(f"{state.folder.name} is restored, with {counted(files, 'file', 'files')} of the archive.")
        tell("`dateline audit --deep` checks all of it. Put the secret key back before you start the service.")


def _chosen(folder: Path, at: str | None) -> BackupState:
    from services.runtime.backup.manifest import states

    fitting = [state for state in states(folder) if state.folder.name.startswith(at or "")]
    if not fitting:
        there = ", ".join(state.folder.name for state in states(folder)) or "none"
        raise UserError(f"{folder} holds no such state; there are: {there}.")
    return fitting[-1]


def _refuse_if_unfit(kind: str, schema: str) -> None:
    from services.cli.processes.startup import newest_version
    from services.runtime.backup import archive_copy, database_copy
    from services.runtime.settings import runtime_settings

    if kind != database_copy.kind():
        raise UserError(f"This is a backup of {kind}, and DATELINE_DATABASE_URL names {database_copy.kind()}.")
    if schema > newest_version():
        raise UserError(f"This backup is of a newer Dateline (schema {schema}; this one knows {newest_version()}).")
    if not database_copy.is_empty():
        raise UserError("There is a database already, which nothing overwrites; restore into an empty one.")
    if not archive_copy.archive_is_empty():
        name = runtime_settings().archive_name
        raise UserError(f"The archive {name} is not empty, and nothing overwrites it; move it away first.")


def _fill(folder: Path, version: str, tables: dict[str, list[str]]) -> None:
    from services.cli.processes import schema
    from services.runtime.backup.database_copy import fill_postgresql

    schema.upgrade(version)
    fill_postgresql(folder, tables)


def _finish() -> int:
    """Migrates what is of an older version, indexes what was packed between the two copies, and erases once more what
    was erased by then: the copy of the archive is older in part.
    """
    from services.cli.processes import schema
    from services.runtime.archive import erasing, locks, reindex
    from services.runtime.database import reading
    from services.runtime.withholding import erased_captures

    schema.upgrade()
    with locks.packing():
        indexed = reindex.adopt(datetime.now(UTC))
        reindex.forget_absent()
        reindex.complete_indexes()
    with reading() as session:
        erased = sorted(erased_captures(session))
    erasing.erase_stored(erased)
    return indexed
