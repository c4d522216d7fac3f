"""`dateline import`: pages that come as files."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any, BinaryIO

import typer

from services.cli.output.terminal import AsJson, Listing, counted, error, print_json, show, tell
from services.cli.parsing import parse_time
from services.contracts.errors import HouseTrouble, UserError


def import_files(
    files: Annotated[list[Path], typer.Argument(help="HTML pages, text dumps, WARC files or WACZ packages.")],
    url: Annotated[str | None, typer.Option(help="The address of the page, if it is a single one.")] = None,
    captured: Annotated[
        datetime | None,
        typer.Option(parser=parse_time, metavar="DATE", help="When the copies were made (UTC), now by default."),
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Only show what would be taken, and write nothing.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Takes archived pages through the same path, without any request. A file that is no article is refused."""
    from services.cli.processes.startup import open_installation
    from services.runtime.celery import wake_ups

    if url and len(files) > 1:
        raise UserError("--url names the address of one page; import one file at a time with it.")
    if not dry_run:
        open_installation()
        _refuse_other_archive()
    entries = []
    for path in files:
        try:
            entries.append(_shown(path, url, captured) if dry_run else _imported(path, url, captured))
        except UserError as reason:
            error(str(reason))
        else:
            _tell(entries[-1], as_json=as_json)
    wake_ups.flush()
    if as_json:
        print_json({"files": entries})
    if len(entries) < len(files):
        refused = f"{len(files) - len(entries)} of {counted(len(files), 'file was', 'files were')}"
        raise UserError(f"{refused} refused, for the reasons above.")


def _refuse_other_archive() -> None:
    """A `UserError` when captures would go where this database does not look for them."""
    from services.runtime.archive import marker

    try:
        marker.prove()
    except HouseTrouble as trouble:
        raise UserError(f"Nothing was imported into the archive: {trouble}.") from None


def _shown(path: Path, url: str | None, captured_at: datetime | None) -> dict[str, Any]:
    """What the pages of a file read as; a `UserError` when it would be refused."""
    from services.cli.commands import import_readings
    from services.fetcher import importing
    from services.runtime.database import utcnow

    with _opened(path) as content:
        pages = import_readings.readings(importing.captures(path.name, content, url, utcnow(), captured_at))
        if url is None and not importing.is_archive(content):
            import_readings.refuse_no_article(path.name, pages[0])
    return {"file": str(path), "pages": [vars(page) for page in pages]}


def _imported(path: Path, url: str | None, captured_at: datetime | None) -> dict[str, Any]:
    from services.cli.operator import OPERATOR
    from services.fetcher import importing
    from services.runtime import audit_log
    from services.runtime.database import transaction, utcnow

    with _opened(path) as content:
        if url is None and not importing.is_archive(content):
            _shown(path, url, captured_at)
        pages = importing.import_file(path.name, content, url, utcnow(), captured_at)
    with transaction() as session:
        audit_log.note(session, OPERATOR, "file.imported", f"{path.name!r}: {len(pages)} pages", utcnow())
    return {"file": str(path), "pages": len(pages), "new": sum(page.fresh for page in pages)}


def _tell(took: Mapping[str, Any], *, as_json: bool) -> None:
    from services.cli.commands import import_readings

    if as_json:
        return
    if "new" in took:
        pages = counted(took["pages"], "page is", "pages are")
        tell(f"{took['file']}: {took['new']} of {pages} new and on the way.")
    else:
        show(
            Listing(
                import_readings.COLUMNS,
                [import_readings.line(import_readings.ImportReading(**page)) for page in took["pages"]],
                took["file"],
            )
        )


@contextmanager
def _opened(path: Path) -> Iterator[BinaryIO]:
    """The file, read as it is needed: an archive need not fit into memory."""
    from services.fetcher import warc

    try:
        if path.stat().st_size > warc.MAX_FILE:
            raise UserError(f"{path} is larger than {warc.MAX_FILE // 1_000_000} MB; split it first.")
        file = path.open("rb")
    except OSError as trouble:
        raise UserError(f"{path} cannot be read: {trouble.strerror}.") from None
    with file:
        yield file
