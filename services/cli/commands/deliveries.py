"""Deliveries on the terminal: what an endpoint was sent, and once more."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer
from pydantic_core import to_jsonable_python

from services.cli import client
from services.cli.commands.endpoints import Number, refusals
from services.cli.output.terminal import AsJson, Listing, counted, error, print_json, show, tell
from services.cli.parsing import After, Since, Until
from services.contracts.choices import DeliveryState
from services.contracts.errors import UserError

if TYPE_CHECKING:
    from services.webhooks.views import DeliveryView

Option = typer.Option


def list_deliveries(
    number: Number,
    state: Annotated[DeliveryState | None, Option(help="Only those in this state.")] = None,
    since: Since = None,
    until: Until = None,
    limit: Annotated[int, Option(min=1, max=1_000, help="How many at most.")] = 25,
    after: After = None,
    as_json: AsJson = False,
) -> None:
    """Lists what an endpoint was sent and is owed, the newest first. --json has every attempt."""
    from services.webhooks.views import DeliveryView

    path, chosen = f"/webhooks/endpoints/{number}/deliveries", {"state": state, "since": since, "until": until}
    rows, following = client.listed(path, "deliveries", limit, refusals(number), after=after, **chosen)
    if as_json:
        print_json({"deliveries": rows, "next": following})
    elif rows:
        columns = ("id", "sequence", "type", "state", "made", "tries", "answer", "headline")
        show(Listing(columns, [_line(DeliveryView.model_validate(row)) for row in rows]))
        if following:
            error(f"There are more: add --after {following}.")
    if not rows:
        error("No delivery is like that.")
        raise typer.Exit(1)


def replay(
    number: Number,
    deliveries: Annotated[list[int] | None, typer.Argument(help="Ids of deliveries, whatever became of them.")] = None,
    failed: Annotated[bool, Option("--failed", help="Every delivery that failed or waits.")] = False,
    since: Since = None,
    until: Until = None,
    event_type: Annotated[
        list[str] | None, Option("--type", help="A type of event, or a pattern like article.*.")
    ] = None,
    article: Annotated[str | None, Option(help="What was sent of this article.")] = None,
    delivered: Annotated[
        bool, Option("--delivered", help="Of a time, a type or an article: also those that were delivered.")
    ] = False,
    dry_run: Annotated[bool, Option("--dry-run", help="Only count.")] = False,
    as_json: AsJson = False,
) -> None:
    """Brings deliveries again, under the same ids and numbers: named, failed, or of a time, type or article."""
    chosen = bool(since or until or event_type or article)
    _one_way(named=bool(deliveries), failed=failed, chosen=chosen, delivered=delivered)
    only = "all" if deliveries or delivered else "failed"
    fields: dict[str, object] = {
        "deliveries": deliveries or None,
        "since": since,
        "until": until,
        "from_sequence": 1 if failed else None,
    }
    fields |= {"types": event_type or None, "article": article}
    criteria = to_jsonable_python(fields | {"only": only, "dry_run": dry_run})
    replayed = client.order("POST", f"/webhooks/endpoints/{number}/replays", criteria, refusals(number))
    brought = replayed["deliveries"]
    if as_json:
        print_json(replayed)
    else:
        entry, many = ("would be", "would be") if dry_run else ("is", "are")
        tell(f"{counted(brought, f'delivery {entry}', f'deliveries {many}')} brought again.")
    if not brought:
        error("No delivery is like that.")
        raise typer.Exit(1)


def _one_way(*, named: bool, failed: bool, chosen: bool, delivered: bool) -> None:
    if named + failed + chosen != 1 or (delivered and not chosen):
        raise UserError("Name the deliveries, or say --failed, or choose by --since, --until, --type or --article.")


def _line(delivery: DeliveryView) -> Sequence[object]:
    last = delivery.attempts[-1] if delivery.attempts else None
    answer = (last.status or last.outcome) if last else None
    made, tries = delivery.created_at, len(delivery.attempts)
    return (
        delivery.id,
        delivery.sequence,
        delivery.type,
        delivery.state,
        made,
        tries,
        str(answer or ""),
        delivery.headline,
    )
