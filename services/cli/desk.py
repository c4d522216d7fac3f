"""Who asks when somebody does at the terminal, and `dateline import`: pages that come as files."""

import os
import pwd
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from services.cli.output import AsJson, error, print_json, tell
from services.contracts.caller import Caller
from services.contracts.errors import UserError
from services.fetcher import importing
from services.runtime import audit, bus
from services.runtime.database import transaction, utcnow


def _user() -> str:
    """Whose process this is, as the system knows them: no variable of the environment can claim to be another."""
    try:
        return pwd.getpwuid(os.getuid()).pw_name
    except KeyError:  # a container may run under a number that has no name
        return f"user {os.getuid()}"


OPERATOR = Caller(key=0, name=f"terminal: {_user()}", scopes=frozenset({"admin"}))


def import_files(
    files: Annotated[list[Path], typer.Argument(help="HTML pages, text dumps or WARC files.")],
    url: Annotated[str | None, typer.Option(help="Where the page was found; for a single page.")] = None,
    captured: Annotated[datetime | None, typer.Option(help="When the copies were made (UTC); now by default.")] = None,
    as_json: AsJson = False,
) -> None:
    """Takes archived pages through the same path, without any request."""
    if url and len(files) > 1:
        raise UserError("--url names the address of one page; import one file at a time with it.")
    captured_at = captured.replace(tzinfo=UTC) if captured else None
    taken = []
    for path in files:
        try:
            pages = importing.import_file(path.name, _read(path), url, utcnow(), captured_at)
        except UserError as reason:
            error(str(reason))
        else:
            with transaction() as session:
                audit.note(session, OPERATOR, "file.imported", f"{path.name!r}: {len(pages)} pages", utcnow())
            taken.append({"file": str(path), "pages": len(pages), "new": sum(page.fresh for page in pages)})
            if not as_json:
                tell("{file}: {new} of {pages} pages are new and on their way.".format_map(taken[-1]))
    bus.flush()
    if as_json:
        print_json({"files": taken})
    if len(taken) < len(files):
        raise UserError(f"{len(files) - len(taken)} of {len(files)} files were refused, for the reasons above.")


def _read(path: Path) -> bytes:
    try:
        if path.stat().st_size > importing.MAX_FILE:
            raise UserError(f"{path} is larger than {importing.MAX_FILE // 1_000_000} MB; split it first.")
        return path.read_bytes()
    except OSError as trouble:
        raise UserError(f"{path} cannot be read: {trouble.strerror}.") from None
