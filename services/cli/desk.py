"""What an operator does from the terminal: sources, polls, re-ingestions and imports.

These commands write to the database like everybody else; a running service picks it up at once, and a service that is
not running will when it starts.
"""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Column, Table

from services.cli import schema
from services.cli.output import error, show
from services.contracts.caller import Caller
from services.contracts.errors import UserError
from services.fetcher import importing
from services.fetcher import sources as fetcher_sources
from services.runtime import bus
from services.runtime.database import reading, transaction, utcnow

OPERATOR = Caller(key=0, name="operator at the terminal", scopes=frozenset({"admin"}))
SEEDS = schema.ROOT / "seeds" / "sources.toml"


def sources(
    load: Annotated[Path | None, typer.Option(help="Read sources from this TOML file first.")] = None,
    pause: Annotated[str | None, typer.Option(help="Stop looking at this source.")] = None,
    resume: Annotated[str | None, typer.Option(help="Look at this source again.")] = None,
) -> None:
    """Lists the sources and how their channels have been."""
    with transaction() as session:
        for seed in fetcher_sources.read_sources(load) if load else ():
            fetcher_sources.register(session, seed, utcnow())
        if pause:
            fetcher_sources.pause(session, pause)
        if resume:
            fetcher_sources.pause(session, resume, paused=False)
    bus.flush()
    with reading() as session:
        found = fetcher_sources.list_sources(session)
    if not found:
        error(f"There are no sources yet; `dateline sources --load {SEEDS}` brings those of the seeds.")
    table = Table(
        Column("source", no_wrap=True), "channel", "last look", "outcome", "listed", "new", "blocked", "trouble"
    )
    for health in found:
        for channel in health.channels:
            looked = f"{channel.polled_at:%Y-%m-%d %H:%M}" if channel.polled_at else "not yet"
            state = "paused" if health.source.paused else channel.outcome or ""
            counts = (channel.listed, channel.fresh, health.source.blocked)
            table.add_row(health.source.name, channel.url, looked, state, *map(str, counts), channel.detail or "")
    show(table)


def poll(
    source: Annotated[list[str], typer.Argument(help="Names of sources, as `dateline sources` lists them.")],
) -> None:
    """Looks at all channels of these sources now."""
    with transaction() as session:
        channels = sum(fetcher_sources.poll_now(session, name) for name in source)
    bus.flush()
    typer.echo(f"{channels} channels are due now.")


def import_files(
    files: Annotated[list[Path], typer.Argument(help="HTML pages, text dumps or WARC files.")],
    url: Annotated[str | None, typer.Option(help="Where the page was found; for a single page.")] = None,
    captured: Annotated[datetime | None, typer.Option(help="When the copies were made (UTC); now by default.")] = None,
) -> None:
    """Takes archived pages through the same path, without any request."""
    if url and len(files) > 1:
        raise UserError("--url names the address of one page; import one file at a time with it.")
    captured_at = captured.replace(tzinfo=UTC) if captured else None
    refused = 0
    for path in files:
        try:
            pages = importing.import_file(path.name, _read(path), url, utcnow(), captured_at)
        except UserError as reason:
            refused += 1
            error(str(reason))
        else:
            fresh = sum(page.fresh for page in pages)
            typer.echo(f"{path}: {fresh} of {len(pages)} pages are new and on their way.")
    bus.flush()
    if refused:
        raise UserError(f"{refused} of {len(files)} files were refused, for the reasons above.")


def _read(path: Path) -> bytes:
    try:
        if path.stat().st_size > importing.MAX_FILE:
            raise UserError(f"{path} is larger than {importing.MAX_FILE // 1_000_000} MB; split it first.")
        return path.read_bytes()
    except OSError as trouble:
        raise UserError(f"{path} cannot be read: {trouble.strerror}.") from None
