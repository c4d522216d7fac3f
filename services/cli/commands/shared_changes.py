"""`dateline shared-changes`: one change on many pages of a newsroom, and which pages those are."""

from __future__ import annotations

from typing import Annotated

import typer

from services.cli import client
from services.cli.groups import ListsByDefault, group
from services.cli.output.terminal import AsJson, Listing, cell, error, print_json, show, show_facts
from services.cli.parsing import After

app = group("One change on many pages, such as a new footer: list such changes, show their pages.", cls=ListsByDefault)


@app.command("list")
def list_shared_changes(
    source: Annotated[str | None, typer.Option(help="Of this source.")] = None,
    as_json: AsJson = False,
) -> None:
    """Lists the changes of the last 90 days that many pages have in common, the latest first."""
    rows = client.get("/shared-changes", source=source)
    if as_json:
        print_json(rows)
    elif not rows:
        error("No change was made to many pages of a source in the last 90 days.")
    else:
        lines = [
            (row["id"], row["source"], cell(row["opened_at"]), str(row["number"]), row["sentence"]) for row in rows
        ]
        show(Listing(("id", "source", "notice", "pages", "what"), lines))


@app.command("show")
def show_shared_change(
    change: Annotated[str, typer.Argument(help="Its id, as the list and the notice show it.")],
    limit: Annotated[int, typer.Option(min=1, max=500, help="How many pages at most.")] = 50,
    after: After = None,
    as_json: AsJson = False,
) -> None:
    """Shows one, with its pages so far."""
    unknown = {404: f"There is no change {change}; `dateline shared-changes` lists those of the last 90 days."}
    record = client.get(f"/shared-changes/{change}", unknown, limit=limit, after=after)
    if as_json:
        print_json(record)
        return
    show_facts({name: record[name] for name in ("source", "host", "sentence", "opened_at", "number")})
    lines = [(page["article"], cell(page["since"]), page["url"]) for page in record["pages"]]
    show(Listing(("article", "since", "page"), lines))
    if record["next"]:
        error(f"There are more: add --after {record['next']}.")
