"""`dateline takedowns`: pages of a source that vanished together, and what an operator makes of it."""

from __future__ import annotations

from typing import Annotated, Literal

import typer

from services.cli import client
from services.cli.groups import ListsByDefault, group
from services.cli.output.terminal import AsJson, Listing, cell, error, print_json, show, show_facts, tell

app = group("Pages that vanished together: list them, release or discard the single removals.", cls=ListsByDefault)

Number = Annotated[int, typer.Argument(min=1, max=2**31 - 1, help="Its number, as the list shows it.")]


@app.command("list")
def list_takedowns(
    source: Annotated[str | None, typer.Option(help="Of this source.")] = None,
    state: Annotated[
        Literal["open", "released", "discarded", "returned"] | None, typer.Option(help="Only those in this state.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Lists the mass takedowns, the latest first."""
    rows = client.get("/takedowns", source=source, state=state)
    if as_json:
        print_json(rows)
    elif not rows:
        error("No pages have vanished together.")
    else:
        lines = [
            (
                str(row["id"]),
                row["source"],
                row["state"],
                cell(row["opened_at"]),
                f"{row['number']}, {row['returned']} back",
            )
            for row in rows
        ]
        show(Listing(("number", "source", "state", "notice", "pages"), lines))


@app.command("show")
def show_takedown(number: Number, as_json: AsJson = False) -> None:
    """Shows one, with the pages that it names."""
    takedown = client.get(f"/takedowns/{number}", _unknown(number))
    if as_json:
        print_json(takedown)
        return
    show_facts({name: takedown[name] for name in ("source", "state", "opened_at", "ended_at", "number", "returned")})
    lines = [(page["sign"], cell(page["since"]), cell(page["returned_at"]), page["url"]) for page in takedown["pages"]]
    show(Listing(("sign", "missing since", "back", "page"), lines))


@app.command("release")
def release_takedown(number: Number, as_json: AsJson = False) -> None:
    """Announces each page of it that did not come back as removed, now."""
    _decide(number, "release", "Released: each page that did not come back is announced as removed.", as_json=as_json)


@app.command("discard")
def discard_takedown(number: Number, as_json: AsJson = False) -> None:
    """Says that these are no removals: the articles stay missing, without an event."""
    _decide(number, "discard", "Discarded: the articles stay missing, and nobody is sent an event.", as_json=as_json)


def _decide(number: int, decision: Literal["release", "discard"], sentence: str, *, as_json: bool) -> None:
    takedown = client.order("POST", f"/takedowns/{number}/{decision}", None, _unknown(number))
    if as_json:
        print_json(takedown)
    else:
        tell(sentence)


def _unknown(number: int) -> dict[int, str]:
    return {404: f"There is no takedown {number}; `dateline takedowns` lists those there are."}
