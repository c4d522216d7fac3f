"""`dateline coverage`: how much of what a source showed is stored."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from services.cli import client
from services.cli.output.terminal import AsJson, Listing, error, print_json, show

if TYPE_CHECKING:
    from services.fetcher.coverage.api import CoverageView


def coverage(
    source: Annotated[str, typer.Argument(help="The source's name, as `dateline sources` shows it.")],
    month: Annotated[str | None, typer.Option(metavar="YYYY-MM", help="Only this month, in UTC.")] = None,
    as_json: AsJson = False,
) -> None:
    """Shows what a source showed by month: how much is stored, how late, and what is missing by cause."""
    from services.fetcher.coverage.api import Coverage

    answer = client.get("/coverage", source=source, month=month)
    if as_json:
        print_json(answer)
        return
    months = Coverage.model_validate(answer).months
    columns = (
        "month",
        "shown",
        "stored",
        "waiting",
        "late",
        "half of them within",
        "longest",
        "seen within",
        "most within",
        "missing",
    )
    if months:
        show(Listing(columns, [_month(entry) for entry in months]))
    else:
        error("It has shown nothing yet.")


def _month(entry: CoverageView) -> tuple[object, ...]:
    missing = ", ".join(f"{number} {cause.replace('_', ' ')}" for cause, number in entry.missing.items())
    late = (entry.late, span(entry.late_median), span(entry.late_most))
    seen = (span(entry.seen_after), span(entry.seen_after_most))
    return (entry.month, entry.shown, entry.stored, entry.waiting, *late, *seen, missing)


def span(seconds: float | None) -> str:
    """A span of time in one unit."""
    if seconds is None:
        return ""
    for unit, length in (("d", 86_400), ("h", 3_600), ("min", 60)):
        if seconds >= 2 * length:
            return f"{seconds / length:.0f} {unit}"
    return f"{seconds:.0f} s"
