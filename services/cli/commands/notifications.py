"""`dateline notifications`: people who are told of events, at once or by digests.

They are endpoints like webhooks, under the same numbers: deliveries and replays are of `dateline webhooks`.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from typing import Annotated, Any

import typer

from services.cli import client
from services.cli.commands import endpoints
from services.cli.commands.filter_options import Choice, with_choice
from services.cli.groups import ListsByDefault, group
from services.cli.output.terminal import AsJson, Listing, error, print_json, show, tell
from services.contracts.choices import DigestEvery, EndpointKind, Weekday
from services.contracts.errors import UserError

Room = Annotated[str | None, typer.Option(help="Of matrix: the internal id of the room.")]
Token = Annotated[
    str | None,
    typer.Option(envvar="DATELINE_CHAT_TOKEN", help="Of matrix and ntfy: an access token; rather in the environment."),
]
Priority = Annotated[int | None, typer.Option(min=1, max=5, help="Of ntfy.")]
Every = Annotated[DigestEvery | None, typer.Option(help="Together, each hour, day or week; else at once.")]
At = Annotated[str | None, typer.Option(help="The time of a daily or weekly digest: HH:MM.")]
On = Annotated[Weekday | None, typer.Option(help="The day of a weekly digest.")]
Zone = Annotated[str, typer.Option(help="The time zone of --at, such as Europe/Berlin.")]


def list_notifications(as_json: AsJson = False) -> None:
    """Lists who is notified, the newest first."""
    rows, _ = client.listed("/webhooks/endpoints", "endpoints", sys.maxsize, people="true")
    if as_json:
        print_json(rows)
    elif not rows:
        error("Nobody is notified yet; `dateline notifications add email ADDRESS` begins that.")
    else:
        columns = ("id", "kind", "for", "to", "of", "key", "state", "digest", "why")
        show(Listing(columns, [_line(row) for row in rows]))


@with_choice
def add(
    endpoint_kind: Annotated[
        EndpointKind,
        typer.Argument(metavar="KIND", help="How: email, slack, mattermost, teams, discord, ntfy, matrix or apprise."),
    ],
    to: Annotated[str, typer.Argument(help="Where: an e-mail address, or the address of the chat.")],
    room: Room = None,
    token: Token = None,
    priority: Priority = None,
    key: Annotated[
        int | None, typer.Option(min=1, help="The key it belongs to, by default the first admin key.")
    ] = None,
    description: Annotated[str, typer.Option(help="For people.")] = "",
    digest: Every = None,
    at: At = None,
    on: On = None,
    zone: Zone = "UTC",
    as_json: AsJson = False,
    *,
    choice: Choice,
) -> None:
    """Notifies somebody of events. By e-mail, they confirm it first."""
    order = {
        "kind": endpoint_kind,
        "to": to,
        "room": room,
        "token": token,
        "priority": priority,
        "key": endpoints.owning_key(key),
        "description": description,
        "digest": _digest(digest, at, on, zone),
        **choice,
    }
    made = client.order("POST", "/webhooks/endpoints", order)
    if as_json:
        print_json(made)
    elif made["state"] == "unconfirmed":
        tell(f"Endpoint {made['id']} is made. Its recipient has been asked to confirm it; nothing else is sent before.")
    else:
        tell(f"Endpoint {made['id']} is made; `dateline notifications test {made['id']}` tries it.")


@with_choice
def change(
    number: endpoints.Number,
    to: Annotated[str | None, typer.Option(help="Where, instead: by e-mail, the new recipient confirms first.")] = None,
    room: Room = None,
    token: Token = None,
    priority: Priority = None,
    description: Annotated[str | None, typer.Option(help="For people.")] = None,
    digest: Every = None,
    at: At = None,
    on: On = None,
    zone: Zone = "UTC",
    at_once: Annotated[bool, typer.Option("--at-once", help="No digest any more: each is sent by itself.")] = False,
    everything: endpoints.Everything = False,
    as_json: AsJson = False,
    *,
    choice: Choice,
) -> None:
    """Changes what you name of a notification; conditions replace all that it had."""
    if at_once and digest:
        raise UserError("--at-once and --digest exclude each other.")
    digested = _digest(digest, at, on, zone)
    # A token that the environment names is of no use for an address that stays.
    where = {"to": to, "room": room, "priority": priority} | ({"token": token} if to else {})
    order: dict[str, object] = {name: value for name, value in where.items() if value is not None}
    order |= {"description": description} if description is not None else {}
    order |= {"digest": digested} if digest or at_once else {}
    endpoints.changes(number, order, choice, everything=everything, as_json=as_json)


def _digest(every: DigestEvery | None, at: str | None, on: Weekday | None, zone: str) -> dict[str, str] | None:
    """When digests come, as the API takes it; None for no digest. A `UserError` where only a time was named."""
    if every is None:
        if at or on:
            raise UserError("--at and --on are of a digest: name --digest day or --digest week, too.")
        return None
    return {"every": every, "zone": zone} | ({"at": at} if at else {}) | ({"on": on} if on else {})


def _line(row: Mapping[str, Any]) -> Sequence[object]:
    digest = row["digest"] or {}
    times = " ".join(digest[name] for name in ("every", "on", "at", "zone") if name in digest)
    why = row["reason"] or row["last_error"] or ""
    about = " ".join(row["event_types"]) or "all"
    where = (row["kind"], row["description"], row["url"], about)
    return (row["id"], *where, row["key"], row["state"], times or "at once", why)


app = group("Notifications: people who are told of events, at once or by digests.", cls=ListsByDefault)
app.command("list")(list_notifications)
app.command("add")(add)
app.command("change")(change)
app.command("test")(endpoints.send_test)
app.command("pause")(endpoints.disable)
app.command("resume")(endpoints.enable)
app.command("delete")(endpoints.delete)
