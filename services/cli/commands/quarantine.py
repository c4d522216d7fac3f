"""`dateline quarantine`: readings of pages that are built otherwise than before, to be looked at and decided about."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Annotated, Any, Literal

import typer

from services.cli import client
from services.cli.groups import ListsByDefault, group
from services.cli.output.terminal import AsJson, Listing, counted, error, print_json, show, show_facts, tell
from services.cli.parsing import After
from services.contracts.errors import UserError

app = group("Readings held back because their pages changed: list, show, release, discard.", cls=ListsByDefault)

States = Literal["held", "released", "discarded", "settled"]
Articles = Annotated[list[str] | None, typer.Argument(help="Ids of articles, as the list shows them.")]
Source = Annotated[str | None, typer.Option(help="All that is held of this source.")]
COLUMNS = ("article", "source", "since", "reasons", "headline")


@app.command("list")
def list_readings(
    state: Annotated[States, typer.Option(help="What has become of them.")] = "held",
    source: Annotated[str | None, typer.Option(help="Only of this source.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=10_000, help="How many at most.")] = 100,
    after: After = None,
    as_json: AsJson = False,
) -> None:
    """Lists readings that wait for a decision, the oldest first."""
    rows, following = client.listed("/quarantine", "readings", limit, None, state=state, source=source, after=after)
    if as_json:
        print_json({"readings": rows, "next": following})
    elif not rows:
        error("Nothing is in quarantine." if state == "held" else f"Nothing is {state}.")
    else:
        lines = [
            (row["article"], row["source"], row["held_at"], ", ".join(row["reasons"]), row["headline"]) for row in rows
        ]
        show(Listing(COLUMNS, lines))
    if following and not as_json:
        error(f"There are more: add --after {following}.")


@app.command("show")
def show_reading(article: Annotated[str, typer.Argument(help="The article's id.")], as_json: AsJson = False) -> None:
    """Shows what an article says and what its page would make of it, with the words that differ."""
    record = client.get(f"/quarantine/{article}")
    if as_json:
        print_json(record)
        return
    facts = ("article", "url", "source", "reasons", "held_at", "state", "decided_by")
    show_facts({name.replace("_", " "): record[name] for name in facts})
    show_facts(
        {"grade": record["change"]["grade"], "layout": _both(record, "layout"), "date": _both(record, "published_at")}
    )
    show(Listing(("field", "gone", "new"), list(_differences(record["change"]))))


@app.command("release")
def release_readings(
    articles: Articles = None,
    source: Source = None,
    announce: Annotated[bool, typer.Option("--announce", help="Endpoints are told of the change.")] = False,
    as_json: AsJson = False,
) -> None:
    """Makes what the pages say the wordings that stand, silently unless you say --announce."""
    _decide("release", articles, source, announce=announce, as_json=as_json)


@app.command("discard")
def discard_readings(articles: Articles = None, source: Source = None, as_json: AsJson = False) -> None:
    """Leaves the articles as they are; the same readings are not held again."""
    _decide("discard", articles, source, announce=False, as_json=as_json)


def _decide(
    decision: Literal["release", "discard"],
    articles: list[str] | None,
    source: str | None,
    *,
    announce: bool,
    as_json: bool,
) -> None:
    if not articles and source is None:
        raise UserError("Name articles, or a --source.")
    words = {"decision": decision, "articles": articles or None, "source": source, "announce": announce}
    number, more = 0, True
    while more:
        done = client.order("POST", "/quarantine/decisions", words)
        number, more = number + done["readings"], done["more"]
    if as_json:
        print_json({"readings": number})
    else:
        done_to = {"release": "released", "discard": "discarded"}[decision]
        tell(f"{counted(number, 'reading is', 'readings are')} {done_to}.")
    if not number:
        raise typer.Exit(1)


def _both(record: Mapping[str, Any], field: str) -> str:
    return f"{record['before'][field]} → {record['after'][field]}"


def _differences(change: Mapping[str, Any]) -> Iterator[tuple[str, str, str]]:
    for text in change["diff"]:
        sides = {"deleted": "", "inserted": ""}
        for piece in text["pieces"]:
            if piece["fate"] in sides:
                sides[piece["fate"]] += piece["text"] + " "
        yield text["field"], sides["deleted"].strip(), sides["inserted"].strip()
