"""`dateline retries`: what failed unexpectedly and is tried again, and trying it now."""

from typing import Annotated, Any

import typer

from services.cli import client
from services.cli.groups import ListsByDefault, group
from services.cli.output.terminal import AsJson, Listing, counted, error, print_json, show, tell
from services.cli.parsing import After
from services.contracts.errors import UserError

LOOK = "`dateline retries` lists those that are"

app = group("Messages that failed unexpectedly and are retried: list them, or try them now.", cls=ListsByDefault)

Kind = Annotated[str | None, typer.Option(help="Only messages of this kind, such as FetchPage.")]


@app.command("list")
def list_retries(
    kind: Kind = None,
    limit: Annotated[int, typer.Option(min=1, max=10_000, help="How many at most.")] = 100,
    after: After = None,
    as_json: AsJson = False,
) -> None:
    """Lists what is being retried, why, and when it is tried next."""
    rows, following = client.listed("/admin/retries", "messages", limit, kind=kind, after=after)
    if as_json:
        print_json({"messages": rows, "next": following})
    elif not rows:
        error("Nothing is being retried.")
    else:
        lines = [(row["id"], row["kind"], row["key"], row["sentence"]) for row in rows]
        show(Listing(("number", "kind", "key", "how it is"), lines))


@app.command("now")
def try_now(
    numbers: Annotated[list[int] | None, typer.Argument(help="Numbers, as the list shows them.")] = None,
    everything: Annotated[bool, typer.Option("--all", help="All of them, or with --kind those of one kind.")] = False,
    kind: Kind = None,
    as_json: AsJson = False,
) -> None:
    """Tries messages again now, instead of when their pause is over."""
    if bool(numbers) is everything or (numbers and kind):
        raise UserError("Give either numbers, or --all with or without --kind.")
    if numbers:
        for number in numbers:
            client.order(
                "POST", f"/admin/retries/{number}", None, {404: f"No message {number} is being retried; {LOOK}."}
            )
    claimed = len(numbers) if numbers else _all(kind)
    if as_json:
        print_json({"taken": claimed})
    else:
        tell(f"{counted(claimed, 'message is', 'messages are')} due now.")


def _all(kind: str | None) -> int:
    claimed = 0
    while True:
        done: dict[str, Any] = client.order("POST", "/admin/retries", {"kind": kind})
        claimed += int(done["taken"])
        if not done["more"]:
            return claimed
