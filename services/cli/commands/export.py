"""`dateline export`: captures for others, as a WARC file or a WACZ package."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from services.cli.output.terminal import AsJson, counted, error, print_json, tell
from services.cli.parsing import Since, Until
from services.contracts.errors import HouseTrouble, UserError

if TYPE_CHECKING:
    from services.runtime.archive.exporting import Exported, ExportResult


def export(
    warc: Annotated[Path | None, typer.Option(help="The WARC file to write, such as news.warc.gz.")] = None,
    wacz: Annotated[Path | None, typer.Option(help="The WACZ package to write, with index and list of pages.")] = None,
    article: Annotated[str | None, typer.Option(help="Only the captures of this article.")] = None,
    source: Annotated[str | None, typer.Option(help="Only the articles of this source.")] = None,
    since: Since = None,
    until: Until = None,
    as_json: AsJson = False,
) -> None:
    """Hands over the captures of articles, byte for byte. `dateline import` makes the same articles from them."""
    if (warc is None) == (wacz is None):
        raise UserError("Name one file to write: --warc FILE for the records alone, or --wacz FILE for a package.")
    _prepare()
    target = warc or wacz or Path()
    captures = _captures(article, source, since, until)
    try:
        result = _write(target, captures, packaged=wacz is not None)
    except OSError as trouble:
        raise UserError(f"{target} cannot be written: {trouble.strerror or trouble}.") from None
    if as_json:
        print_json({"file": str(target), "captures": result.captures, "faults": result.faults})
    else:
        tell(f"{target}: {counted(result.captures, 'capture', 'captures')}.")
    if result.faults:
        error(
            f"{counted(len(result.faults), 'capture is', 'captures are')} missing or damaged, {result.faults[0]} first."
        )
    if result.faults or not result.captures:
        raise typer.Exit(1)


def _write(target: Path, captures: Iterator[Exported], *, packaged: bool) -> ExportResult:
    from services.runtime.archive import exporting
    from services.runtime.database import utcnow

    if packaged:
        return exporting.write_wacz(target, captures, "Captures of articles, by Dateline", utcnow())
    with target.open("wb") as file:
        return exporting.write_warc(file, captures, target.name)[0]


def _captures(
    article: str | None, source: str | None, since: datetime | None, until: datetime | None
) -> Iterator[Exported]:
    from services.fetcher.own_exports import keys_of
    from services.runtime.archive.exporting import Exported
    from services.runtime.database import snapshot
    from services.runtime.provenance.files import versions_of
    from services.store.handover import proving_captures

    with snapshot() as session:
        rows = proving_captures(session, article=article, source=source, since=since, until=until)
        keys = keys_of(session, {row.page for row in rows})
        attached = [file for file in versions_of(session, {row.id for row in rows}) if file.capture]
    of_article = {row.id: row for row in rows}
    for row in rows:
        key, url = keys.get(row.page, ("", row.url))
        yield Exported(row.capture, row.at, key, url, row.source, row.id, row.headline)
    for file in attached:
        row = of_article[file.article]
        key, url = keys.get(row.page, ("", row.url))
        about = (file.capture, file.kept_at, key, url, row.source, row.id, row.headline)
        yield Exported(*about, attachment=file.url, kind=file.kind)


def _prepare() -> None:
    from services.cli.processes.startup import open_installation
    from services.runtime.archive import marker

    open_installation()
    try:
        marker.prove()
    except HouseTrouble as trouble:
        raise UserError(f"This is not the archive of this database: {trouble}.") from None
