"""`dateline archive`: what the archive holds, packing it now, and checking every byte of it."""

from datetime import timedelta
from typing import Annotated, Any

import typer

from services.cli import client, remote
from services.cli.groups import group
from services.cli.output.terminal import AsJson, Listing, counted, print_json, show, show_facts, tell
from services.contracts.errors import HouseTrouble, UserError

app = group("The archive: what it holds, packing it now, and checking every byte of it.", no_args_is_help=True)

MB = 1_000_000


@app.command("stat")
def stat(as_json: AsJson = False) -> None:
    """Shows how many captures there are, in segments and as files of their own, and how large they are."""
    entry: dict[str, Any] = client.get("/archive")
    if as_json:
        print_json(entry)
        return
    captures = entry["packed_captures"] + entry["loose_captures"]
    size = entry["segment_bytes"] + entry["loose_bytes"]
    show_facts(
        {
            "captures": f"{captures:,}, {size / MB:,.1f} MB, {size // max(captures, 1):,} bytes each",
            "in segments": f"{entry['packed_captures']:,} in {counted(entry['segments'], 'segment', 'segments')}",
            "sealed": f"{entry['sealed']:,}",
            "files of their own": f"{entry['loose_captures']:,}, {entry['loose_bytes'] / MB:,.1f} MB",
            "oldest of these": entry["oldest_file_at"],
            "looks to be packed": f"{entry['looks']:,}",
        }
    )


@app.command("pack")
def pack(
    older_than: Annotated[float, typer.Option(min=0, help="Hours that a capture must be old.")] = 1.0,
    as_json: AsJson = False,
) -> None:
    """Packs captures into segments now, also beside a running service. Without a service, nothing else does."""
    from services.runtime.archive import packer
    from services.runtime.database import utcnow

    _prepare("pack")
    captures = looks = 0
    while True:
        done = packer.pack_step(utcnow(), older_than=timedelta(hours=older_than), smallest=0)
        if done.busy:
            raise UserError("Another process packs the archive just now; try again in a moment.")
        captures, looks = captures + done.captures, looks + done.looks
        if not done.more:
            break
    if as_json:
        print_json({"captures": captures, "looks": looks})
    else:
        tell(f"{counted(captures, 'capture', 'captures')} and {counted(looks, 'look', 'looks')} were packed.")


@app.command("thin")
def thin(
    older_than: Annotated[
        int | None, typer.Option(min=1, help="Days that a capture must be old; else DATELINE_KEEP_CAPTURES.")
    ] = None,
    also_logged: Annotated[
        bool,
        typer.Option("--also-logged", help="Also what only an earlier leaf of the log names."),
    ] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would go.")] = False,
    as_json: AsJson = False,
) -> None:
    """Takes out old captures that nothing names, and leaves a small record of each. Never the last one of a wording."""
    from services.cli.operator import OPERATOR
    from services.runtime import audit_log
    from services.runtime.archive import thinning
    from services.runtime.database import transaction, utcnow
    from services.runtime.settings import retention_settings

    _prepare("thin")
    days = older_than or retention_settings().captures
    if not days:
        raise UserError("Captures are kept for ever: name --older-than DAYS, or set DATELINE_KEEP_CAPTURES.")
    now = utcnow()
    done = thinning.thin(now, now - timedelta(days=days), dry_run=dry_run, logged=not also_logged)
    if done.captures and not dry_run:
        with transaction() as session:
            sentence = f"{done.captures} captures older than {days} days, {done.bytes} bytes"
            audit_log.note(session, OPERATOR, "archive.thinned", sentence, now)
    if as_json:
        print_json({"captures": done.captures, "bytes": done.bytes, "dry_run": dry_run})
    else:
        verb = "would go" if dry_run else "went"
        tell(f"{counted(done.captures, 'capture', 'captures')} {verb}, {done.bytes / MB:,.1f} MB.")


@app.command("verify")
def verify(
    rebuild_index: Annotated[
        bool, typer.Option("--rebuild-index", help="First make the index of the captures anew, from the segments.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Reads every capture and every sealed segment, and names what is missing or damaged; then the exit status is 1."""
    from services.runtime.archive import verify as checks

    _prepare("verify")
    rebuilt = _rebuild() if rebuild_index else None
    names = checks.all_captures()
    damage = [*checks.segment_faults(), *checks.faults(names)]
    if as_json:
        print_json({"captures": len(names), "rebuilt": rebuilt, "faults": dict(damage)})
    else:
        if rebuilt is not None:
            tell(f"The segments hold {counted(rebuilt, 'capture', 'captures')}; the index was made anew.")
        if damage:
            show(Listing(("what", "fault"), damage))
        tell(f"{counted(len(names), 'capture was', 'captures were')} read, {len(damage)} faults.")
    if damage:
        raise typer.Exit(1)


def _rebuild() -> int:
    from services.runtime.archive import locks, reindex
    from services.runtime.database import utcnow

    with locks.packing() as alone:
        if not alone:
            raise UserError("Another process packs the archive just now; try again in a moment.")
        return reindex.rebuild(utcnow())


def _prepare(command: str) -> None:
    """Here, on the archive that this database knows; a `UserError` says why not."""
    from services.cli.processes.startup import open_installation
    from services.runtime.archive import marker

    remote.refuse(f"`dateline archive {command}`")
    open_installation()
    try:
        marker.prove()
    except HouseTrouble as trouble:
        raise UserError(f"This is not the archive of this database: {trouble}.") from None
