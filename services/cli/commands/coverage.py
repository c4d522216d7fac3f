"""`dateline gaps` and `dateline coverage`: what sources showed and Dateline does not have."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from services.cli import client
from services.cli.output.terminal import AsJson, Listing, error, print_json, show
from services.cli.parsing import After
from services.contracts.choices import GapCause, GapState

if TYPE_CHECKING:
    from services.fetcher.coverage.api import CoverageView, GapView


def gaps(
    source: Annotated[str | None, typer.Argument(help="Only of this source.")] = None,
    cause: Annotated[GapCause | None, typer.Option(help="Only with this cause.")] = None,
    state: Annotated[GapState, typer.Option(help="Open, or closed: stored late.")] = "open",
    limit: Annotated[int, typer.Option(min=1, max=1_000, help="How many at most.")] = 20,
    after: After = None,
    as_json: AsJson = False,
) -> None:
    """Lists the pages that a source showed and that are not stored, with the cause."""
    from services.fetcher.coverage.api import GapView

    rows, following = client.listed("/gaps", "gaps", limit, after=after, source=source, cause=cause, state=state)
    if as_json:
        print_json({"gaps": rows, "next": following})
    elif rows:
        columns = ("source", "cause", "shown", "late", "address", "because")
        show(Listing(columns, [_row(GapView.model_validate(row)) for row in rows]))
        if following:
            error("There are more: raise --limit, or name a source or a cause.")
    else:
        error("Nothing is missing." if state == "open" else "Nothing was late.")


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


def _row(gap: GapView) -> tuple[object, ...]:
    return (gap.source, (gap.cause or "").replace("_", " "), gap.shown_at, _span(gap.late), gap.url, gap.detail)


def _month(entry: CoverageView) -> tuple[object, ...]:
    missing = ", ".join(f"{number} {cause.replace('_', ' ')}" for cause, number in entry.missing.items())
    late = (entry.late, _span(entry.late_median), _span(entry.late_most))
    seen = (_span(entry.seen_after), _span(entry.seen_after_most))
    return (entry.month, entry.shown, entry.stored, entry.waiting, *late, *seen, missing)


def _span(seconds: float | None) -> str:
    """A span of time in one unit."""
    if seconds is None:
        return ""
    for unit, length in (("d", 86_400), ("h", 3_600), ("min", 60)):
        if seconds >= 2 * length:
            return f"{seconds / length:.0f} {unit}"
    return f"{seconds:.0f} s"
