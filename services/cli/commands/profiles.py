"""`dateline profiles`: what the pages of each site have in common, and what people say of its lines."""

from __future__ import annotations

from typing import Annotated, Any, Literal

import typer

from services.cli import client
from services.cli.groups import ListsByDefault, group
from services.cli.output.terminal import AsJson, Listing, error, print_json, show, show_facts, tell
from services.cli.parsing import After

app = group("Site profiles: list, show, learn; protect a line, take one out.", cls=ListsByDefault)

Host = Annotated[str, typer.Argument(help="The host, as the list shows it.")]
Text = Annotated[str, typer.Argument(help="The line, as it stands on the page.")]
LONGEST = 80


@app.command("list")
def list_hosts(
    limit: Annotated[int, typer.Option(min=1, max=10_000, help="How many at most.")] = 100,
    after: After = None,
    as_json: AsJson = False,
) -> None:
    """Lists the hosts that have a site profile."""
    rows, following = client.listed("/profiles", "profiles", limit, None, after=after)
    if as_json:
        print_json({"profiles": rows, "next": following})
    elif not rows:
        error("No host has a site profile yet: it takes ten articles of layouts that do not know better.")
    else:
        columns = ("host", "pages", "since", "protected", "unwanted", "digest")
        show(Listing(columns, [tuple(row[name] for name in columns) for row in rows]))
    if following and not as_json:
        error(f"There are more: add --after {following}.")


@app.command("show")
def show_host(host: Host, as_json: AsJson = False) -> None:
    """Shows the lines that stand on many pages of a host, with their figures, and what people say of lines."""
    record = client.get(f"/profiles/{host}")
    if as_json:
        print_json(record)
        return
    show_facts({name: record[name] for name in ("host", "digest", "pages", "since")})
    lines = [
        (f"{line['pages']} of {record['pages']}", "taken out" if line["taken"] else "stays", line["text"][:LONGEST])
        for line in record["lines"]
    ]
    show(Listing(("pages", "fate", "line"), lines))
    if record["rulings"]:
        columns = ("ruling", "ruled_by", "ruled_at", "text")
        show(Listing(columns, [tuple(entry[name] for name in columns) for entry in record["rulings"]]))


@app.command("protect")
def protect_line(host: Host, text: Text, as_json: AsJson = False) -> None:
    """Protects a line: it stays in articles, however often it stands on the site."""
    _judge(host, text, "protected", as_json=as_json)


@app.command("add")
def add_line(host: Host, text: Text, as_json: AsJson = False) -> None:
    """Adds a line to the site's own: it is taken out of articles, wherever it stands."""
    _judge(host, text, "unwanted", as_json=as_json)


@app.command("clear")
def clear_line(host: Host, text: Text, as_json: AsJson = False) -> None:
    """Takes back what was said of a line."""
    _judge(host, text, "none", as_json=as_json)


@app.command("learn")
def learn_host_again(host: Host, as_json: AsJson = False) -> None:
    """Learns the profile of a host now, in the background."""
    client.order("POST", f"/profiles/{host}/learn", None)
    if as_json:
        print_json({"learning": host})
    else:
        tell(f"The profile of {host} is being learned. What it would change is proposed as a re-ingestion.")


def _judge(host: str, text: str, ruling: Literal["protected", "unwanted", "none"], *, as_json: bool) -> None:
    record: dict[str, Any] = client.order("POST", f"/profiles/{host}/lines", {"text": text, "ruling": ruling})
    if as_json:
        print_json(record)
    else:
        tell(f"{host} is read with profile {record['digest'][:12]} from now on.")
        tell("`dateline reingest list` shows what that would change of stored articles.")
