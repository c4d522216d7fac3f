"""`dateline audit`: every page and every message of this installation, summed up and checked."""

import json
from dataclasses import asdict, fields
from typing import Annotated

import typer
from rich.table import Column, Table

from services.account.report import Report, take
from services.cli.output import show
from services.fetcher.account import SourceAccount
from services.runtime.database import reading, utcnow


def audit(
    deep: Annotated[
        bool, typer.Option("--deep", help="Also read every capture, and the bytes of every event.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object, for programs.")] = False,
) -> None:
    """Accounts for every page and every message; exit status 1 when something is unaccounted for or overdue."""
    with reading() as session:
        report = take(session, utcnow(), deep=deep)
    if as_json:
        typer.echo(json.dumps(asdict(report) | {"holds": report.holds}, default=str, indent=1))
    else:
        _show(report)
    if not report.holds:
        raise typer.Exit(1)


def _show(report: Report) -> None:
    columns = [field.name for field in fields(SourceAccount)]
    headers = (Column(column.replace("_", " "), no_wrap=True) for column in columns)
    pages = Table(*headers, title="Pages", title_justify="left")
    for row in report.sources:
        pages.add_row(*(str(getattr(row, column)) for column in columns))
    show(pages)
    holdings = Table("what", "how many", title="Holdings", title_justify="left")
    for what, number in report.counts.items():
        holdings.add_row(what, str(number))
    show(holdings)
    for check in report.checks:
        word, colour = ("ok  ", None) if check.holds else ("FAIL", "red")
        typer.secho(f"{word}  {check.name}: {check.sentence}", fg=colour)
