"""`dateline events`: the one sequence of what happened, from any number on, and as it goes on.

Exit status: 0 when something was found, 1 when nothing was; 0 when Ctrl-C ends what was followed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Any

import typer

from services.cli import client
from services.cli.commands.articles import Kind, Source
from services.cli.output.terminal import AsJson, Listing, cell, error, print_json, print_json_line, show, show_text
from services.contracts.article_events import ArticleFacts
from services.contracts.changes import Grade
from services.contracts.events import PublicEventType
from services.contracts.log_events import PREFIX as LOG
from services.contracts.source_events import PREFIX

EVERY = 0.5
"""Seconds between two looks."""
AT_ONCE = 200
COLUMNS = ("number", "at", "type", "source", "cause", "grade", "headline")


def events(
    after: Annotated[
        int | None, typer.Option(min=0, max=2**31 - 1, help="Begin after this number. 0 begins at the first.")
    ] = None,
    limit: Annotated[int, typer.Option(min=1, max=10_000, help="How many at most, unless they are followed.")] = 50,
    kind_of_event: Annotated[PublicEventType | None, typer.Option("--type", help="Of this type.")] = None,
    source: Source = None,
    kind: Kind = None,
    announced: Annotated[bool | None, typer.Option(help="Only what endpoints were told, or were not.")] = None,
    min_grade: Annotated[Grade | None, typer.Option(help="Only changes that weigh so much, or more.")] = None,
    changed: Annotated[list[str] | None, typer.Option(help="Only where this field changed.")] = None,
    added: Annotated[list[str] | None, typer.Option(help="Only where this word or phrase is new.")] = None,
    removed: Annotated[list[str] | None, typer.Option(help="Only where this word or phrase is gone.")] = None,
    follow: Annotated[bool, typer.Option("--follow", help="Go on with what comes, until Ctrl-C.")] = False,
    as_json: AsJson = False,
) -> None:
    """Shows what happened to articles and sources, in order. With --follow it goes on, with --json a line for each."""
    chosen: dict[str, Any] = {"type": kind_of_event, "source": source, "kind": kind, "announced": announced}
    chosen |= {"min_grade": min_grade, "changed": changed or None, "added": added or None, "removed": removed or None}
    if follow:
        _follow(chosen, after, as_json=as_json)
        return
    result, following, more = _first(chosen, after or 0, limit)
    if as_json:
        print_json({"events": result, "next": following})
    elif result:
        show(Listing(COLUMNS, [_line(entry) for entry in result]))
        if more:
            error(f"There are more: add --after {following}.")
    if not result:
        client.refuse_unknown_source(source)
        error("No event is like that.")
        raise typer.Exit(1)


def _follow(chosen: Mapping[str, Any], after: int | None, *, as_json: bool) -> None:
    from rich.text import Text

    from services.cli.processes import signals

    stop = signals.stop_on_signals()
    following = client.get("/events", latest=True)["next"] if after is None else after
    while not stop.is_set():
        page = client.get("/events", after=following, limit=AT_ONCE, **chosen)
        for event in page["events"]:
            if as_json:
                print_json_line(event)
            else:
                show_text(Text("  ".join(map(cell, _line(event)))))
        following = page["next"]
        if len(page["events"]) < AT_ONCE:
            stop.wait(EVERY)


def _first(chosen: Mapping[str, Any], after: int, limit: int) -> tuple[list[Any], int, bool]:
    """At most `limit` events, after which number to go on, and whether there are more."""
    entries: list[Any] = []
    while True:
        before, page = after, client.get("/events", after=after, limit=min(AT_ONCE, limit - len(entries)), **chosen)
        entries, after = [*entries, *page["events"]], page["next"]
        if len(entries) >= limit or (not page["events"] and page["next"] == before):
            return entries, after, bool(client.get("/events", after=after, limit=1, **chosen)["events"])


def _line(shown: Mapping[str, Any]) -> Sequence[object]:
    from services.store.event_views import EventView, LogEventView, SourceEventView

    if str(shown["type"]).startswith(PREFIX):
        of_source = SourceEventView.model_validate(shown)
        facts = of_source.data
        return (of_source.sequence, of_source.timestamp, of_source.type, facts.source, None, None, facts.sentence)
    if str(shown["type"]).startswith(LOG):
        of_log = LogEventView.model_validate(shown)
        return (of_log.sequence, of_log.timestamp, of_log.type, None, None, None, f"{of_log.data.size} leaves")
    event = EventView.model_validate(shown)
    of_article = event.data if isinstance(event.data, ArticleFacts) else None
    fields = of_article.changed if of_article else ()
    grade = of_article.change.grade if of_article and of_article.change else None
    changed = f" ({', '.join(fields)} changed)" if fields else ""
    kind = event.type.removeprefix("article.")
    article = event.data.article
    return (event.sequence, event.timestamp, kind, article.source, event.cause, grade, article.headline + changed)
