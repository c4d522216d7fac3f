"""`dateline troubles`: what is wrong, since when, and what to do next."""

from typing import Annotated

import typer

from services.cli import client
from services.cli.output.terminal import AsJson, Listing, cell, error, print_json, show


def troubles(
    ended: Annotated[bool, typer.Option("--ended", help="Also what was wrong and is over.")] = False,
    as_json: AsJson = False,
) -> None:
    """Lists what is wrong now, with the service or its sources, and what to do next. Exit status 1: something is."""
    report = client.get("/troubles")
    rows = [*report["troubles"], *(report["ended"] if ended else ())]
    if as_json:
        print_json(report)
    elif not rows:
        error("Nothing is wrong.")
    else:
        lines = [
            (cell(row["since"]), cell(row["ended_at"]), row["subject"], row["sentence"], row["next_step"])
            for row in rows
        ]
        show(Listing(("since", "ended", "what", "how it is", "what to do next"), lines))
    if report["troubles"]:
        raise typer.Exit(1)
