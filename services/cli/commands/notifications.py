"""`dateline notifications`: people who are told of events, at once or by digests.

They are endpoints like webhooks, under the same numbers: all else is done by `dateline webhooks`.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Literal

import typer

from services.cli import client, remote
from services.cli.commands import endpoints
from services.cli.groups import ListsByDefault, group
from services.cli.output.terminal import AsJson, Listing, error, print_json, show, tell
from services.contracts.changes import Grade
from services.contracts.choices import DigestEvery, EndpointKind, Weekday

Values = list[str] | None


def list_notifications(as_json: AsJson = False) -> None:
    """Lists who is notified, the newest first."""
    rows, _ = client.listed("/webhooks/endpoints", "endpoints", sys.maxsize, people="true")
    if as_json:
        print_json(rows)
    elif not rows:
        error("Nobody is notified yet; `dateline notifications add email ADDRESS` begins that.")
    else:
        columns = ("id", "kind", "to", "key", "state", "digest", "why")
        show(Listing(columns, [_line(row) for row in rows]))


def add(
    kind: Annotated[
        EndpointKind, typer.Argument(help="How: email, slack, mattermost, teams, discord, ntfy, matrix or apprise.")
    ],
    to: Annotated[str, typer.Argument(help="Where: an e-mail address, or the address of the chat.")],
    room: Annotated[str | None, typer.Option(help="Of matrix: the internal id of the room.")] = None,
    token: Annotated[
        str | None,
        typer.Option(
            envvar="DATELINE_CHAT_TOKEN", help="Of matrix and ntfy: an access token; rather in the environment."
        ),
    ] = None,
    priority: Annotated[int | None, typer.Option(min=1, max=5, help="Of ntfy.")] = None,
    key: Annotated[
        int | None, typer.Option(min=1, help="The key it belongs to, by default the first admin key.")
    ] = None,
    description: Annotated[str, typer.Option(help="For people.")] = "",
    event_type: Annotated[Values, typer.Option("--type", help="A type of event, or a pattern like article.*.")] = None,
    source: Annotated[Values, typer.Option(help="Only articles of this source.")] = None,
    word: Annotated[Values, typer.Option(help="Only articles with this word or phrase.")] = None,
    added: Annotated[Values, typer.Option(help="Only where this word or phrase is new.")] = None,
    removed: Annotated[Values, typer.Option(help="Only where this word or phrase is gone.")] = None,
    min_grade: Annotated[Grade | None, typer.Option(help="Only changes that weigh so much, or more.")] = None,
    match: Annotated[Literal["all", "any"], typer.Option(help="Whether all conditions must hold, or any.")] = "all",
    digest: Annotated[DigestEvery | None, typer.Option(help="Together, each hour, day or week; else at once.")] = None,
    at: Annotated[str | None, typer.Option(help="The time of a daily or weekly digest: HH:MM.")] = None,
    on: Annotated[Weekday | None, typer.Option(help="The day of a weekly digest.")] = None,
    zone: Annotated[str, typer.Option(help="The time zone of --at, such as Europe/Berlin.")] = "UTC",
    as_json: AsJson = False,
) -> None:
    """Notifies somebody of events. By e-mail, they confirm it first."""
    conditions = {"sources": source, "words": word, "added": added, "removed": removed, "min_grade": min_grade}
    named = {name: value for name, value in conditions.items() if value}
    times = {"every": digest, "zone": zone} | ({"at": at} if at else {}) | ({"on": on} if on else {})
    order = {
        "kind": kind,
        "to": to,
        "room": room,
        "token": token,
        "priority": priority,
        "key": key if key is not None or remote.server() else endpoints.first_admin_key(),
        "description": description,
        "event_types": event_type or None,
        "filter": {"match": match, **named} if named else None,
        "digest": times if digest else None,
    }
    made = client.order("POST", "/webhooks/endpoints", order)
    if as_json:
        print_json(made)
    elif made["state"] == "unconfirmed":
        tell(f"Endpoint {made['id']} is made. Its recipient has been asked to confirm it; nothing else is sent before.")
    else:
        tell(f"Endpoint {made['id']} is made; `dateline webhooks test {made['id']}` tries it.")


def _line(row: Mapping[str, Any]) -> Sequence[object]:
    digest = row["digest"] or {}
    times = " ".join(digest[name] for name in ("every", "on", "at", "zone") if name in digest)
    why = row["reason"] or row["last_error"] or ""
    return (row["id"], row["kind"], row["url"], row["key"], row["state"], times or "at once", why)


app = group("Notifications: people who are told of events, at once or by digests.", cls=ListsByDefault)
app.command("list")(list_notifications)
app.command("add")(add)
