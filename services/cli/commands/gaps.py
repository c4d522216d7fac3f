"""`dateline gaps`: what sources showed and Dateline does not have, and which of that an operator has accepted."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from services.cli import client
from services.cli.commands.coverage import span
from services.cli.groups import ListsByDefault, group
from services.cli.output.terminal import AsJson, Listing, error, print_json, show, tell
from services.cli.parsing import After
from services.contracts.choices import GapCause, GapState
from services.contracts.errors import UserError

if TYPE_CHECKING:
    from services.fetcher.coverage.api import GapView

app = group("Pages that a source showed and that are not stored, and which of them are right.", cls=ListsByDefault)


@app.command("list")
def list_gaps(
    source: Annotated[str | None, typer.Argument(help="Only of this source.")] = None,
    cause: Annotated[GapCause | None, typer.Option(help="Only with this cause.")] = None,
    state: Annotated[GapState, typer.Option(help="Open, accepted, or closed: stored late.")] = "open",
    limit: Annotated[int, typer.Option(min=1, max=1_000, help="How many at most.")] = 20,
    after: After = None,
    as_json: AsJson = False,
) -> None:
    """Lists the pages that a source showed and that are not stored, with the cause."""
    from services.fetcher.coverage.api import GapView

    rows, following = client.listed("/gaps", "gaps", limit, after=after, source=source, cause=cause, state=state)
    if as_json:
        print_json({"gaps": rows, "next": following})
    elif rows:
        columns = ("number", "source", "cause", "shown", "late", "address", "because")
        show(Listing(columns, [_row(GapView.model_validate(row)) for row in rows]))
        if following:
            error("There are more: raise --limit, or name a source or a cause.")
    else:
        client.refuse_unknown_source(source)
        error("Nothing was late." if state == "closed" else "Nothing is missing.")


@app.command("accept")
def accept_gaps(
    reason: Annotated[str, typer.Option(help="Why this is right, for the audit log.")],
    numbers: Annotated[
        list[int] | None, typer.Argument(min=1, metavar="NUMBER", help="Gaps, as the list numbers them.")
    ] = None,
    source: Annotated[str | None, typer.Option(help="All gaps of this source with the cause.")] = None,
    cause: Annotated[GapCause | None, typer.Option(help="The cause that is right.")] = None,
    pattern: Annotated[str | None, typer.Option(help="Only of addresses in which this pattern is.")] = None,
    as_json: AsJson = False,
) -> None:
    """Says that gaps are right: they stay listed, and alarm nobody until their cause changes."""
    if bool(numbers) is (source is not None):
        raise UserError("Name the numbers of gaps, or a --source and a --cause.")
    whole = {"source": source, "cause": cause, "pattern": pattern}
    orders = [whole | {"gap": number} for number in numbers] if numbers else [whole]
    accepted = [client.order("POST", "/gaps/acceptances", order | {"reason": reason}) for order in orders]
    if as_json:
        print_json(accepted)
    for row in [] if as_json else accepted:
        tell(f"Accepted as {row['id']}; `dateline gaps recount {row['id']}` lets it count again.")


@app.command("accepted")
def list_accepted(
    source: Annotated[str | None, typer.Argument(help="Only of this source.")] = None, as_json: AsJson = False
) -> None:
    """Lists what was accepted, by whom, and why."""
    rows = client.get("/gaps/acceptances", source=source)
    if as_json:
        print_json(rows)
    elif rows:
        columns = ("number", "source", "cause", "of", "since", "by", "because")
        lines = [
            (row["id"], row["source"], row["cause"], _of(row), row["accepted_at"], row["accepted_by"], row["reason"])
            for row in rows
        ]
        show(Listing(columns, lines))
    else:
        error("No gap was accepted.")


@app.command("recount")
def recount(
    number: Annotated[int, typer.Argument(min=1, help="What was accepted, by its number.")], as_json: AsJson = False
) -> None:
    """Lets what was accepted count again."""
    client.order("DELETE", f"/gaps/acceptances/{number}")
    if as_json:
        print_json({"counted_again": number})
    else:
        tell("They count again.")


def _of(row: dict[str, object]) -> object:
    return "one page" if row["one_page"] else row["pattern"] or "all"


def _row(gap: GapView) -> tuple[object, ...]:
    cause = (gap.cause or "").replace("_", " ") + (" (accepted)" if gap.accepted else "")
    return (gap.id, gap.source, cause, gap.shown_at, span(gap.late), gap.url, gap.detail)
