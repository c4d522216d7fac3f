"""`dateline audit-log`: who did what, why, and what came of it.

Exit status: 0, or 1 when nothing is like that.
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import typer

from services.cli import client
from services.cli.output.terminal import AsJson, Listing, error, print_json, show
from services.cli.parsing import After, Since, Until


def list_entries(
    words: Annotated[str | None, typer.Argument(help="Words in what was done, on what, why, or the result.")] = None,
    actor: Annotated[str | None, typer.Option(help="The name or the number of a key.")] = None,
    action: Annotated[str | None, typer.Option(help="Such as source.paused, or source for all of them.")] = None,
    subject: Annotated[str | None, typer.Option(help="What it begins with, such as `endpoint 3`.")] = None,
    since: Since = None,
    until: Until = None,
    limit: Annotated[int, typer.Option(min=1, max=10_000, help="How many at most.")] = 100,
    after: After = None,
    as_json: AsJson = False,
) -> None:
    """Lists what was ordered, the newest first."""
    chosen = {"q": words, "actor": actor, "action": action, "subject": subject, "since": since, "until": until}
    rows, following = client.listed("/admin/audit", "entries", limit, None, after=after, **chosen)
    if as_json:
        print_json({"entries": rows, "next": following})
    elif rows:
        facts = ("key_name", "action", "subject", "reason", "result")
        lines = [(datetime.fromisoformat(row["at"]), *(row[name] or "" for name in facts)) for row in rows]
        show(Listing(("when", "who", "what", "on what", "why", "result"), lines))
        if following:
            error(f"There are more: add --after {following}.")
    if not rows:
        error("Nothing in the log is like that.")
        raise typer.Exit(1)
