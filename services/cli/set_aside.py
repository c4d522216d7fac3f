"""`dateline set-aside`: messages that were given up on, to be read and said again."""

from typing import Annotated

import typer
from rich.table import Column, Table

from services.cli.output import error, show
from services.contracts.errors import UserError
from services.runtime import bus, ledger
from services.runtime.database import reading, transaction, utcnow


def set_aside(
    replay: Annotated[list[int] | None, typer.Option(help="Say this message again, by its number.")] = None,
    replay_all: Annotated[bool, typer.Option("--replay-all", help="Say all of them again.")] = False,
) -> None:
    """Lists what was set aside and why; says it again when asked to, with all its attempts."""
    with reading() as session:
        entries = ledger.set_aside(session)
    if replay or replay_all:
        _replay([entry.id or 0 for entry in entries] if replay_all else replay or [])
        return
    if not entries:
        error("Nothing is set aside.")
        return
    table = Table("number", "kind", Column("key", no_wrap=True), "since", "attempts", "reason")
    for entry in entries:
        since = f"{entry.set_aside_at:%Y-%m-%d %H:%M}"
        table.add_row(str(entry.id), entry.kind, entry.key, since, str(entry.attempts), entry.reason or "")
    show(table)


def _replay(numbers: list[int]) -> None:
    for number in numbers:
        with transaction() as session:
            if not ledger.replay(session, number, utcnow()):
                raise UserError(f"No message {number} is set aside; `dateline set-aside` lists those that are.")
    bus.flush()
    typer.echo(f"{len(numbers)} messages are due again.")
