"""Deliveries on the terminal: what an endpoint was sent, and once more."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from services.cli.commands.endpoints import Number, own
from services.cli.output.terminal import AsJson, Listing, counted, error, print_json, show, tell
from services.cli.parsing import Since, Until, parse_into
from services.contracts.choices import DeliveryState
from services.contracts.errors import UserError

if TYPE_CHECKING:
    from services.webhooks.models import Delivery
    from services.webhooks.replay import Range
    from services.webhooks.views import DeliveryView

Option = typer.Option


def list_deliveries(
    number: Number,
    state: Annotated[DeliveryState | None, Option(help="Only those in this state.")] = None,
    since: Since = None,
    until: Until = None,
    limit: Annotated[int, Option(min=1, max=1_000, help="How many at most.")] = 25,
    before: Annotated[int | None, Option(min=1, help="Only sequences below this one: the next page.")] = None,
    as_json: AsJson = False,
) -> None:
    """Lists what an endpoint was sent and is owed, the newest first; --json has every attempt."""
    from services.runtime.database import reading
    from services.webhooks import log
    from services.webhooks.views import delivery_view

    asked = log.Asked(state=state, since=since, until=until)
    with reading() as session:
        own(session, number)
        found = log.delivery_log(session, number, asked, before=before, limit=limit + 1)
        attempts = log.attempts_of(session, [_id(row) for row, _ in found[:limit]])
    shown = [delivery_view(row, told, attempts[_id(row)]) for row, told in found[:limit]]
    following = shown[-1].sequence if len(found) > limit else None
    if as_json:
        print_json({"deliveries": shown, "next": following})
    elif shown:
        columns = ("id", "sequence", "type", "state", "made", "tries", "answer")
        show(Listing(columns, [_line(each) for each in shown]))
        if following:
            error(f"There are more: add --before {following}.")
    if not shown:
        error("No delivery is like that.")
        raise typer.Exit(1)


def replay(
    number: Number,
    deliveries: Annotated[list[int] | None, typer.Argument(help="Ids of deliveries, whatever became of them.")] = None,
    failed: Annotated[bool, Option("--failed", help="Every delivery that failed or waits.")] = False,
    since: Since = None,
    until: Until = None,
    delivered: Annotated[bool, Option("--delivered", help="Of a time: also those that were delivered.")] = False,
    dry_run: Annotated[bool, Option("--dry-run", help="Only count.")] = False,
    as_json: AsJson = False,
) -> None:
    """Brings deliveries again, under the same ids and numbers: those named, that failed, or of a time."""
    from services.webhooks.replay import Range
    from services.webhooks.views import Replayed
    from services.webhooks.wanted import ReplayWanted

    _one_way(named=bool(deliveries), failed=failed, timed=bool(since or until), delivered=delivered)
    only = "all" if deliveries or delivered else "failed"
    named = {"deliveries": deliveries or None, "since": since, "until": until, "from_sequence": 1 if failed else None}
    wanted = parse_into(ReplayWanted, named | {"only": only, "dry_run": dry_run})
    chosen = Range(**wanted.model_dump(exclude={"only", "dry_run"}), failed_only=only == "failed")
    brought = _count(number, chosen) if dry_run else _bring(number, chosen)
    if as_json:
        print_json(Replayed(deliveries=brought, dry_run=dry_run))
    else:
        one, many = ("would be", "would be") if dry_run else ("is", "are")
        tell(f"{counted(brought, f'delivery {one}', f'deliveries {many}')} brought again.")
    if not brought:
        error("No delivery is like that.")
        raise typer.Exit(1)


def _one_way(*, named: bool, failed: bool, timed: bool, delivered: bool) -> None:
    if named + failed + timed != 1 or (delivered and not timed):
        raise UserError("Name the deliveries, or say --failed, or a time with --since and --until.")


def _count(number: int, chosen: Range) -> int:
    from services.runtime.database import reading
    from services.webhooks.replay import count

    with reading() as session:
        own(session, number)
        return count(session, number, chosen)


def _bring(number: int, chosen: Range) -> int:
    from services.cli.operator import OPERATOR
    from services.runtime import bus
    from services.runtime.database import transaction, utcnow
    from services.webhooks.api.own import note, serve_now
    from services.webhooks.replay import replay as bring_again

    with transaction() as session:
        own(session, number, to_change=True)
        brought = bring_again(session, number, chosen, utcnow())
        note(session, OPERATOR, "replayed", number, f": {brought} deliveries")
        serve_now(session, number)
    bus.flush()
    return brought


def _id(row: Delivery) -> int:
    return row.id or 0


def _line(delivery: DeliveryView) -> Sequence[object]:
    last = delivery.attempts[-1] if delivery.attempts else None
    answer = (last.status or last.outcome) if last else None
    made, tries = delivery.created_at, len(delivery.attempts)
    return (delivery.id, delivery.sequence, delivery.type, delivery.state, made, tries, str(answer or ""))
