"""Endpoints on the terminal: who is told, and how they have been; made, tried out, rotated and ended by the operator.

Exit status: 0 when it is done, 1 when nothing was found, 2 when it was not understood or there is no such endpoint.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from services.cli import client, remote
from services.cli.commands.filter_options import Choice, with_choice
from services.cli.output.terminal import AsJson, Listing, counted, error, print_json, show, show_facts, tell
from services.contracts.choices import Payload
from services.contracts.errors import UserError

if TYPE_CHECKING:
    from services.webhooks.views import EndpointHealth, EndpointView

Number = Annotated[int, typer.Argument(min=1, metavar="ID", help="The endpoint's number, as the list shows it.")]
Everything = Annotated[bool, typer.Option("--everything", help="Take all types and conditions away.")]


def list_endpoints(as_json: AsJson = False) -> None:
    """Lists the endpoints of all keys, of programs and of people, the newest first."""
    from services.webhooks.views import EndpointHealth, EndpointView

    rows, _ = client.listed("/webhooks/endpoints", "endpoints", sys.maxsize)
    entries = [row | {"health": _health(row["id"])} for row in rows]
    if as_json:
        print_json(entries)
    elif not entries:
        error("There is no endpoint yet; `dateline webhooks add URL` makes one.")
    else:
        columns = (
            "id",
            "kind",
            "for",
            "address",
            "key",
            "state",
            "pending",
            "failed",
            "delivered",
            "since",
            "until",
            "why",
        )
        show(
            Listing(
                columns,
                [_line(EndpointView.model_validate(e), EndpointHealth.model_validate(e["health"])) for e in entries],
            )
        )


def show_endpoint(number: Number, as_json: AsJson = False) -> None:
    """Shows one endpoint: what it wants to hear, and how it has been."""
    from services.webhooks.views import EndpointHealth, EndpointView

    endpoint = client.get(f"/webhooks/endpoints/{number}", refusals(number))
    health = _health(number)
    if as_json:
        print_json(endpoint | {"health": health})
        return
    fields = EndpointView.model_validate(endpoint).model_dump() | EndpointHealth.model_validate(health).model_dump()
    facts = {name.replace("_", " "): _words(value) for name, value in fields.items()}
    show_facts({name: value for name, value in facts.items() if value})


@with_choice
def add(
    url: Annotated[str, typer.Argument(help="Where events are posted.")],
    key: Annotated[
        int | None, typer.Option(min=1, help="The key it belongs to, by default the first admin key.")
    ] = None,
    description: Annotated[str, typer.Option(help="For people.")] = "",
    payload: Annotated[Payload, typer.Option(help="Whole articles, or without their words.")] = "full",
    rate: Annotated[float | None, typer.Option(help="The most events a second.")] = None,
    as_json: AsJson = False,
    *,
    choice: Choice,
) -> None:
    """Makes an endpoint and shows its secret, this once."""
    fields: dict[str, object] = {"url": url, "description": description, "payload": payload, "rate": rate}
    made = client.order("POST", "/webhooks/endpoints", {"key": owning_key(key), **fields, **choice})
    if as_json:
        print_json(made)
        return
    error(f"Endpoint {made['id']} is made for key {made['key']}. Its secret, shown this once:")
    typer.echo(made["secret"])


@with_choice
def change(
    number: Number,
    url: Annotated[str | None, typer.Option(help="Where events are posted.")] = None,
    description: Annotated[str | None, typer.Option(help="For people.")] = None,
    payload: Annotated[Payload | None, typer.Option(help="Whole articles, or without their words.")] = None,
    rate: Annotated[float | None, typer.Option(help="The most events a second.")] = None,
    everything: Everything = False,
    no_rate: Annotated[bool, typer.Option("--no-rate", help="Any number of events a second.")] = False,
    as_json: AsJson = False,
    *,
    choice: Choice,
) -> None:
    """Changes what you name of an endpoint; conditions replace all that it had."""
    fields = {"url": url, "description": description, "payload": payload, "rate": rate}
    order: dict[str, object] = {name: value for name, value in fields.items() if value is not None}
    order |= {"rate": None} if no_rate else {}
    changes(number, order, choice, everything=everything, as_json=as_json)


def changes(number: int, fields: Mapping[str, object], choice: Choice, *, everything: bool, as_json: bool) -> None:
    """Changes an endpoint, of any kind, and says so; a `UserError` where nothing was named."""
    if everything and choice:
        raise UserError("--everything takes all conditions away; leave it or the conditions out.")
    order = {**fields, **choice, **({"event_types": None, "filter": None} if everything else {})}
    if not order:
        raise UserError("Name what is to be different; --help lists what can be.")
    made = client.order("PATCH", f"/webhooks/endpoints/{number}", order, {404: refusals(number)[404]})
    if as_json:
        print_json(made)
    elif made["state"] == "unconfirmed":
        tell(f"Endpoint {number} is changed. Its recipient is asked to confirm it; nothing else is sent before.")
    else:
        tell(f"Endpoint {number} is changed. What is sent from now on goes by it.")


def send_test(number: Number, as_json: AsJson = False) -> None:
    """Sends a test, once: the event endpoint.test, signed for a webhook."""
    made = client.order("POST", f"/webhooks/endpoints/{number}/test", None, refusals(number))
    if as_json:
        print_json(made)
    else:
        tell(f"Delivery {made['delivery']} is due; `dateline webhooks deliveries {number}` tells how it went.")


def retry(number: Number, as_json: AsJson = False) -> None:
    """Tries at once all that waits for it, in order: for a receiver that was mended."""
    retried = client.order("POST", f"/webhooks/endpoints/{number}/retry", None, refusals(number))
    if as_json:
        print_json(retried)
    else:
        are_due = counted(retried["deliveries"], "delivery is", "deliveries are")
        tell(f"{are_due} due now; `dateline webhooks show {number}` tells how it is.")


def rotate(
    number: Number,
    overlap: Annotated[float, typer.Option(help="Hours for which the old secret signs as well. 0 ends it now.")] = 24,
    as_json: AsJson = False,
) -> None:
    """Makes a new secret and shows it, this once."""
    fields = {"overlap_hours": overlap}
    rotated = client.order("POST", f"/webhooks/endpoints/{number}/rotate", fields, {404: refusals(number)[404]})
    if as_json:
        print_json(rotated)
        return
    ends = rotated["old_secret_until"]
    until = f"until {datetime.fromisoformat(ends):%Y-%m-%d %H:%M} UTC" if ends else "no longer"
    error(f"The old secret signs {until}. The new one, shown this once:")
    typer.echo(rotated["secret"])


def disable(number: Number, as_json: AsJson = False) -> None:
    """Sends it nothing until it is enabled again. Events of that time are kept for it."""
    _becomes(number, "disabled", as_json=as_json)


def enable(number: Number, as_json: AsJson = False) -> None:
    """Sends it what it missed, and what comes."""
    _becomes(number, "active", as_json=as_json)


def delete(
    number: Number,
    yes: Annotated[bool, typer.Option("--yes", help="I mean it.")] = False,
    as_json: AsJson = False,
) -> None:
    """Ends an endpoint for good: what is owed to it is cancelled, and its secret forgotten."""
    if not yes:
        raise UserError(f"This is for good; say `dateline webhooks delete {number} --yes` if you mean it.")
    client.order("DELETE", f"/webhooks/endpoints/{number}", None, refusals(number))
    if as_json:
        print_json({"id": number, "state": "deleted"})
    else:
        tell(f"Endpoint {number} is deleted.")


def refusals(number: int) -> dict[int, str]:
    """What to say when the API refuses this endpoint."""
    return {
        404: f"There is no endpoint {number}; `dateline webhooks` lists those there are.",
        409: f"Endpoint {number} is disabled; `dateline webhooks enable {number}` first.",
    }


def _becomes(number: int, state: str, *, as_json: bool) -> None:
    changed = client.order("PATCH", f"/webhooks/endpoints/{number}", {"state": state}, refusals(number))
    if as_json:
        print_json(changed)
    else:
        tell(f"Endpoint {number} is {state}.")


def owning_key(key: int | None) -> int | None:
    """The key that is named; else the first admin key of this machine, where nobody has shown one."""
    return key if key is not None or remote.server() else _first_admin_key()


def _first_admin_key() -> int:
    from services.admin.views import KeyView
    from services.runtime.database import utcnow

    rows, _ = client.listed("/admin/keys", "keys", sys.maxsize)
    usable = (member for member in map(KeyView.model_validate, rows) if member.revoked_at is None)
    admins = [
        entry.id
        for entry in usable
        if "admin" in entry.scopes and not (entry.expires_at and entry.expires_at <= utcnow())
    ]
    if not admins:
        raise UserError("There is no admin key to own it; name another with --key, as `dateline keys list` shows them.")
    return min(admins)


def _health(number: int) -> Any:
    return client.get(f"/webhooks/endpoints/{number}/health", refusals(number))


def _line(endpoint: EndpointView, health: EndpointHealth) -> Sequence[object]:
    counts = (health.pending, health.failed, health.delivered)
    why = (health.failing_since, health.held_until, health.reason or health.last_error or "")
    return (endpoint.id, endpoint.kind, endpoint.description, endpoint.url, endpoint.key, health.state, *counts, *why)


def _words(value: Any) -> Any:
    match value:
        case list():
            return ", ".join(map(str, value))
        case dict():
            return "; ".join(f"{name}: {_words(entry)}" for name, entry in value.items())
    return value
