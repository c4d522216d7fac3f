"""What an operator does from the terminal: sources, polls, re-ingestions and imports.

These commands write to the database like everybody else; a running service picks it up at once, and a service that is
not running will when it starts.
"""

import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any, cast

import typer
from pydantic import ValidationError
from rich.table import Column, Table

from services.admin import progress
from services.admin.models import ReingestionRow
from services.admin.reingest import Order, accept
from services.cli import schema
from services.cli.output import error, show
from services.contracts.caller import Caller
from services.contracts.errors import UserError
from services.contracts.messages import Mode
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
    table = Table(Column("source", no_wrap=True), "channel", "last look", "outcome", "listed", "new", "trouble")
    for health in found:
        for channel in health.channels:
            looked = f"{channel.polled_at:%Y-%m-%d %H:%M}" if channel.polled_at else "not yet"
            state = "paused" if health.source.paused else channel.outcome or ""
            listed, fresh = str(channel.listed), str(channel.fresh)
            table.add_row(health.source.name, channel.url, looked, state, listed, fresh, channel.detail or "")
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


def reingest(
    mode: Annotated[Mode, typer.Argument(help="reparse: the same captures again; refetch: look afresh.")],
    reason: Annotated[str, typer.Option(help="Why; it is kept in the audit log.")],
    source: Annotated[str | None, typer.Option(help="All pages of this source.")] = None,
    url: Annotated[list[str] | None, typer.Option(help="These addresses.")] = None,
    article: Annotated[list[str] | None, typer.Option(help="These articles, by id.")] = None,
    everything: Annotated[bool, typer.Option("--all", help="Every page there is.")] = False,
    dry_run: Annotated[bool, typer.Option(help="Change nothing; count what would change.")] = False,
    watch: Annotated[bool, typer.Option(help="Wait until it is done and show the counts.")] = False,
) -> None:
    """Ingests pages again, in the bulk lane, so that the news is not delayed."""
    scope: dict[str, Any] = {"all": everything, "source": source, "urls": url or [], "articles": article or []}
    try:
        order = Order.model_validate({"scope": scope, "mode": mode, "dry_run": dry_run, "reason": reason})
    except ValidationError as fault:
        raise UserError(fault.errors()[0]["msg"].removeprefix("Value error, ")) from None
    with transaction() as session:
        made = accept(session, order, OPERATOR, utcnow())
    bus.flush()
    typer.echo(f"Re-ingestion {made.id} is accepted.")
    if watch:
        _watch(made.id or 0)


def _read(path: Path) -> bytes:
    try:
        if path.stat().st_size > importing.MAX_FILE:
            raise UserError(f"{path} is larger than {importing.MAX_FILE // 1_000_000} MB; split it first.")
        return path.read_bytes()
    except OSError as trouble:
        raise UserError(f"{path} cannot be read: {trouble.strerror}.") from None


def _watch(reingestion: int) -> None:
    while True:
        with reading() as session:
            row = session.get_one(ReingestionRow, reingestion)
        counts = {outcome: cast("int", getattr(row, outcome)) for outcome in progress.OUTCOMES}
        said = ", ".join(f"{number} {outcome}" for outcome, number in counts.items() if number) or "nothing yet"
        error(f"{row.state}: {sum(counts.values())} of {row.planned} pages ({said})")
        if row.state == "done":
            return
        time.sleep(1)
