"""What the commands print: tables for people on standard output, remarks on standard error."""

import sys

import typer
from rich.console import Console
from rich.table import Table

# Without a terminal nothing says how wide a line may be; names and addresses shall stay whole.
_console = Console(highlight=False, width=None if sys.stdout.isatty() else 200)


def show(table: Table) -> None:
    """Prints a table, as wide as the terminal allows."""
    _console.print(table)


def error(remark: str) -> None:
    """A remark beside the output, so that the output can be piped."""
    typer.echo(remark, err=True)
