"""`dateline backfill`: find what a source published before it was watched, and see how far that is.

Exit status: 0 when it is ordered or at its end, 1 when what was watched was cancelled, 2 when it was not understood.
"""

from __future__ import annotations

import sys
import time
from typing import Annotated, Any

import typer

from services.cli import client
from services.cli.output.terminal import AsJson, Listing, counted, error, print_json, show, show_facts, tell
from services.contracts.errors import UserError

EVERY = 1.0
"""Seconds between two looks while it is watched."""
SHOWN = 20
"""Backfills in a list."""


def backfill(
    source: Annotated[str | None, typer.Argument(help="The source's name; without one, all are listed.")] = None,
    since: Annotated[str | None, typer.Option(help="Published on this day or later, as 2026-01-31.")] = None,
    until: Annotated[str | None, typer.Option(help="Published before this day.")] = None,
    announce: Annotated[bool, typer.Option("--announce", help="Tell endpoints of what is new, as of news.")] = False,
    reason: Annotated[str, typer.Option(help="The reason, for the audit log.")] = "Ordered on the command line.",
    watch: Annotated[bool, typer.Option(help="Wait until it is done and show how far it is.")] = False,
    cancel: Annotated[bool, typer.Option("--cancel", help="Cancel the one that is under way.")] = False,
    as_json: AsJson = False,
) -> None:
    """Finds what a source published since a day: orders, watches, lists or cancels a backfill."""
    if since is None or source is None:
        view = _steer(source, watch=watch, cancel=cancel)
        if view is None:
            _list(source, as_json=as_json)
            return
    else:
        order = {"source": source, "since": since, "until": until, "announce": announce, "reason": reason}
        view = client.order("POST", "/admin/backfills", order)
    if watch:
        view = _watch(view["id"])
    if as_json:
        print_json(view)
    else:
        _tell(view)
    if watch and view["state"] != "done":
        raise typer.Exit(1)


def _steer(source: str | None, *, watch: bool, cancel: bool) -> Any | None:
    """The backfill that is under way, if something is wanted of it."""
    if not (watch or cancel):
        return None
    if source is None:
        raise UserError("Name the source whose backfill is meant.")
    rows = client.get("/admin/backfills", source=source, limit=1)["backfills"]
    if not rows or rows[0]["finished_at"]:
        raise UserError(f"No backfill of {source} is under way; `--since DATE` orders one.")
    return client.order("POST", f"/admin/backfills/{rows[0]['id']}/cancel") if cancel else rows[0]


def _list(source: str | None, *, as_json: bool) -> None:
    rows = client.get("/admin/backfills", source=source, limit=SHOWN)["backfills"]
    if as_json:
        print_json(rows)
    elif not rows:
        client.refuse_unknown_source(source)
        error("There was no backfill yet; `dateline backfill SOURCE --since DATE` orders one.")
    else:
        lines = [(str(row["id"]), row["source"], _span(row), row["state"], _pages(row)) for row in rows]
        show(Listing(("number", "source", "published", "state", "pages"), lines))


def _tell(view: Any) -> None:
    if view["finished_at"] is None:
        tell(f"Backfill {view['id']} of {view['source']} is under way; `dateline backfill {view['source']}` shows it.")
        return
    documents = ", ".join(f"{number} {name}" for name, number in view["documents"].items() if number)
    facts = {"source": view["source"], "published": _span(view), "state": view["state"], "documents": documents}
    show_facts(facts | {"pages": _pages(view), "of another time": view["outside"], "not all, because": view["cut"]})
    for trouble in view["troubles"]:
        error(trouble)


def _span(view: Any) -> str:
    return f"since {view['since']}" + (f" until {view['until']}" if view["until"] else "")


def _pages(view: Any) -> str:
    counts = dict(view["pages"])
    shown, new, known = counts.pop("shown"), counts.pop("new"), counts.pop("known")
    rest = ", ".join(f"{number:,} {name}" for name, number in counts.items() if number)
    return f"{shown:,} shown: {known:,} already there, {new:,} new" + (f" ({rest})" if rest else "")


def _watch(number: int) -> Any:
    """The backfill at its end; meanwhile a line whenever anything of it has changed."""
    before, view = None, client.get(f"/admin/backfills/{number}")
    while view["finished_at"] is None:
        if (line := _progress(view)) != before:
            typer.echo(f"\r\033[K{line}" if sys.stderr.isatty() else line, err=True, nl=not sys.stderr.isatty())
        time.sleep(EVERY)
        before, view = line, client.get(f"/admin/backfills/{number}")
    return view


def _progress(view: Any) -> str:
    left = view["seconds_left"]
    eta = "" if left is None else f"; about {counted(max(round(left / 60), 1), 'minute', 'minutes')} left"
    return f"{counted(view['documents']['read'], 'document', 'documents')} read, {_pages(view)}{eta}"
