"""`dateline keys`: who may ask, and the key that seals the secrets of endpoints."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from services.cli import client, remote
from services.cli.groups import group
from services.cli.output.terminal import AsJson, Listing, error, print_json, show, tell
from services.cli.parsing import parse_time
from services.contracts.caller import INCLUDES
from services.contracts.errors import UserError

if TYPE_CHECKING:
    from services.admin.views import KeyView

app = group("API keys: make, list, rotate and revoke them. Also the key that seals secrets.", no_args_is_help=True)

Number = Annotated[int, typer.Argument(help="The number in the list, also the one after `dl_`.")]


@app.command()
def create(
    name: Annotated[str, typer.Argument(help="Whose key it is, for the list and the audit log.")],
    scope: Annotated[
        list[str], typer.Option(help="read, subscribe, sources, operate or admin. Give it several times for several.")
    ],
    expires: Annotated[
        datetime | None,
        typer.Option(parser=parse_time, metavar="DATE", help="When it ends by itself (UTC), by default never."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Makes a key and shows it, this once."""
    if unknown := [term for term in scope if term not in INCLUDES]:
        raise UserError(f"There is no scope {unknown[0]!r}; the scopes are {', '.join(INCLUDES)}.")
    ends = expires.isoformat() if expires else None
    fields = {"name": name, "scopes": scope, "expires_at": ends}
    _show(client.order("POST", "/admin/keys", fields), as_json=as_json)


@app.command()
def rotate(
    key_id: Number,
    overlap: Annotated[float, typer.Option(help="Hours for which the old secret opens as well. 0 ends it now.")] = 24,
    as_json: AsJson = False,
) -> None:
    """Gives a key a new secret and shows it, this once. Its endpoints stay its own."""
    made = client.order("POST", f"/admin/keys/{key_id}/rotate", {"overlap_hours": overlap}, _unknown(key_id))
    _show(made, as_json=as_json)


@app.command("list")
def list_keys(as_json: AsJson = False) -> None:
    """Lists all keys, revoked and expired ones too."""
    from services.admin.views import KeyView

    rows, _ = client.listed("/admin/keys", "keys", sys.maxsize)
    if as_json:
        print_json(rows)
        return
    lines = [_line(KeyView.model_validate(row)) for row in rows]
    show(Listing(("id", "name", "scopes", "made", "last used", "state"), lines))


@app.command()
def revoke(
    key_id: Number,
    as_json: AsJson = False,
) -> None:
    """Ends a key for good."""
    client.order("DELETE", f"/admin/keys/{key_id}", None, _unknown(key_id))
    if as_json:
        print_json({"id": key_id, "state": "revoked"})
    else:
        tell(f"Key {key_id} is revoked.")


@app.command()
def reseal(
    new_key: Annotated[bool, typer.Option("--new-key", help="First put a fresh key in front of the key file.")] = False,
    as_json: AsJson = False,
) -> None:
    """Seals the secrets of endpoints, hubs and the log with the first of the installation's keys."""
    from services.cli.operator import OPERATOR
    from services.cli.processes.startup import open_installation
    from services.fetcher.push.push_secrets import reseal_pushes
    from services.runtime import audit_log, sealing
    from services.runtime.database import transaction, utcnow
    from services.runtime.settings import runtime_settings
    from services.runtime.transparency_log import signing_keys
    from services.webhooks import resealing

    remote.refuse("`dateline keys reseal`")
    open_installation()
    if new_key and runtime_settings().secret_key.get_secret_value():
        raise UserError("The keys stand in DATELINE_SECRET_KEY; put the new one there, in front and before a comma.")
    if new_key:
        sealing.new_first_key(runtime_settings().state)
    with transaction() as session:
        result, log_keys = resealing.reseal(session), signing_keys.reseal_log_keys(session)
        done = result.done + log_keys.done + reseal_pushes(session)
        audit_log.note(session, OPERATOR, "secrets.resealed", f"{done} secrets", utcnow())
    if as_json:
        print_json(asdict(result) | {"done": done, "unreadable_log_keys": log_keys.unreadable})
    if result.unreadable:
        labels = ", ".join(map(str, result.unreadable))
        raise UserError(f"{done} are sealed anew; none of the keys opens those of the endpoints {labels}.")
    if log_keys.unreadable:
        raise UserError(f"{done} are sealed anew; none of the keys opens {log_keys.unreadable} of the log's.")
    if not as_json:
        tell(f"{done} are sealed with the first key; the others are needed for older backups only.")


def _show(made: Mapping[str, Any], *, as_json: bool) -> None:
    if as_json:
        print_json(made)
        return
    error("Shown this once; only its digest is kept:")
    typer.echo(made["key"])


def _unknown(key_id: int) -> dict[int, str]:
    return {404: f"There is no usable key {key_id}; `dateline keys list` shows all."}


def _line(key: KeyView) -> Sequence[object]:
    from services.runtime.database import utcnow

    ended = key.revoked_at or (key.expires_at and key.expires_at <= utcnow())
    state = "revoked or expired" if ended else "usable"
    made = f"{key.created_at:%Y-%m-%d}"
    return (key.id, key.name, ", ".join(key.scopes), made, key.last_used_at or "never", state)
