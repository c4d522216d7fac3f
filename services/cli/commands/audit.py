"""`dateline audit`: every page and every message of this installation, summed up and checked."""

from __future__ import annotations

from dataclasses import asdict, fields
from typing import TYPE_CHECKING, Annotated

import typer

from services.cli.output.terminal import AsJson, Listing, print_json, show

if TYPE_CHECKING:
    from services.audit.report import Report


def audit(
    deep: Annotated[
        bool, typer.Option("--deep", help="Also read every capture, and the bytes of every event.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Accounts for every page and every message. If one is unaccounted for or overdue, the exit status is 1."""
    from services.audit.report import take
    from services.cli.processes import startup
    from services.runtime.database import snapshot, utcnow

    startup.open_installation()
    with snapshot() as session:
        report = take(session, utcnow(), deep=deep)
    _note(report)
    if as_json:
        print_json(asdict(report) | {"holds": report.holds})
    else:
        _show(report)
    if not report.holds:
        raise typer.Exit(1)


def _note(report: Report) -> None:
    """Writes down how it went, so that operators are told of an audit that failed wherever it was made."""
    from services.runtime.troubles.service_checks import AUDIT, note_check

    failed = [f"{check.name}: {check.sentence}" for check in report.checks if not check.holds]
    note_check(AUDIT, report.taken_at, " ".join(failed[:3]) or "All of it holds.", holds=report.holds)


def _show(report: Report) -> None:
    from services.fetcher.checks import SourcePages
    from services.runtime.redaction import visible

    columns = [field.name for field in fields(SourcePages)]
    names = [column.replace("_", " ") for column in columns]
    show(Listing(names, [[getattr(row, column) for column in columns] for row in report.sources], "Pages"))
    show(Listing(("what", "how many"), list(report.counts.items()), "Holdings"))
    for check in report.checks:
        term, colour = ("ok  ", None) if check.holds else ("FAIL", "red")
        # "0 pages are unaccounted for" after "ok" would say no twice.
        sentence = "" if check.holds and check.sentence.startswith("0 ") else f": {visible(check.sentence)}"
        typer.secho(f"{term}  {check.name}{sentence}", fg=colour)
