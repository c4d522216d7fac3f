"""`dateline events`: the one sequence of what happened, from any number on, and as it goes on.

Exit status: 0 when something was found, 1 when nothing was; 0 when Ctrl-C ends what was followed.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer

from services.cli.commands.articles import Kind, Source
from services.cli.output.terminal import AsJson, Listing, cell, error, print_json, print_json_line, show, show_text
from services.contracts.events import ArticleEventType

if TYPE_CHECKING:
    from sqlalchemy import Row

    from services.runtime.events.follow import Asked, Pulled

EVERY = 0.5
"""Seconds between two looks."""
AT_ONCE = 200
COLUMNS = ("number", "at", "type", "source", "cause", "headline")


def events(
    after: Annotated[
        int | None, typer.Option(min=0, max=2**31 - 1, help="Begin after this number; 0 begins at the first.")
    ] = None,
    limit: Annotated[int, typer.Option(min=1, max=10_000, help="How many at most, unless they are followed.")] = 50,
    kind_of_event: Annotated[ArticleEventType | None, typer.Option("--type", help="Of this type.")] = None,
    source: Source = None,
    kind: Kind = None,
    announced: Annotated[bool | None, typer.Option(help="Only what endpoints were told, or were not.")] = None,
    follow: Annotated[bool, typer.Option("--follow", help="Go on with what comes, until Ctrl-C.")] = False,
    as_json: AsJson = False,
) -> None:
    """Shows what happened to articles, in its order; with --follow as it happens, with --json a line for each."""
    from services.runtime.events.follow import Asked, look

    asked = Asked(kind_of_event, source, kind, announced)
    if follow:
        _follow(asked, look() if after is None else after, as_json=as_json)
        return
    pulled = _pull(asked, after or 0, limit)
    if as_json:
        print_json({"events": [_told(row) for row in pulled.events], "next": pulled.next})
    elif pulled.events:
        show(Listing(COLUMNS, [_line(row) for row in pulled.events]))
        if pulled.more:
            error(f"There are more: add --after {pulled.next}.")
    if not pulled.events:
        error("No event is like that.")
        raise typer.Exit(1)


def _follow(asked: Asked, after: int, *, as_json: bool) -> None:
    from rich.text import Text

    from services.cli.processes import signals

    stop = signals.stop_on_signals()
    while not stop.is_set():
        pulled = _pull(asked, after, AT_ONCE)
        for row in pulled.events:
            if as_json:
                print_json_line(_told(row))
            else:
                show_text(Text("  ".join(map(cell, _line(row)))))
        after = pulled.next
        if not pulled.more:
            stop.wait(EVERY)


def _pull(asked: Asked, after: int, limit: int) -> Pulled:
    from services.runtime.database import reading
    from services.runtime.events.follow import pull

    with reading() as session:
        return pull(session, asked, after, limit)


def _told(row: Row[Any]) -> dict[str, Any]:
    """The event as the API shows it: what webhooks send, after three members in front."""
    return {"id": row.id, "cause": row.cause, "announced": row.announced, **json.loads(row.body)}


def _line(row: Row[Any]) -> Sequence[object]:
    headline = json.loads(row.body)["data"]["article"]["headline"]
    changed = f" ({', '.join(row.changed)} changed)" if row.changed else ""
    return (row.sequence, row.occurred_at, row.type.removeprefix("article."), row.source, row.cause, headline + changed)
