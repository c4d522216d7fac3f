"""`dateline keys`: who may ask, and the key that seals the secrets of endpoints."""

from datetime import UTC, datetime
from typing import Annotated, cast

import typer
from rich.table import Table

from services.admin import audit
from services.admin import keys as api_keys
from services.cli.desk import OPERATOR
from services.cli.output import error, show
from services.contracts.caller import INCLUDES, Permission
from services.contracts.errors import UserError
from services.runtime import bus
from services.runtime.database import reading, transaction, utcnow
from services.runtime.settings import runtime_settings
from services.webhooks import resealing, sealing
from services.webhooks.settings import webhook_settings

app = typer.Typer(
    help="API keys: make, list and revoke them; and the key that seals secrets.",
    no_args_is_help=True,
    add_completion=False,
)


@app.command()
def create(
    name: Annotated[str, typer.Argument(help="Whose key it is, for the list and the audit log.")],
    scope: Annotated[list[str], typer.Option(help="read, subscribe or admin; may be given several times.")],
    expires: Annotated[datetime | None, typer.Option(help="When it ends by itself (UTC); never by default.")] = None,
) -> None:
    """Makes a key and shows it, this once."""
    if unknown := [word for word in scope if word not in INCLUDES]:
        raise UserError(f"There is no scope {unknown[0]!r}; the scopes are {', '.join(INCLUDES)}.")
    now, ends = utcnow(), expires.replace(tzinfo=UTC) if expires else None
    with transaction() as session:
        key, presented = api_keys.create(session, name, cast("list[Permission]", scope), now, ends)
        audit.note(session, OPERATOR, "key.made", f"key {key.id} ({key.name})", now)
    error("Shown this once; only its digest is kept:")
    typer.echo(presented)


@app.command("list")
def list_keys() -> None:
    """Lists all keys, revoked and expired ones too."""
    with reading() as session:
        found = api_keys.listed(session)
    table = Table("id", "name", "scopes", "made", "last used", "state")
    for key in found:
        usable = "usable" if api_keys.usable(key, utcnow()) else "revoked or expired"
        used = f"{key.last_used_at:%Y-%m-%d %H:%M}" if key.last_used_at else "never"
        table.add_row(str(key.id), key.name, ", ".join(key.scopes), f"{key.created_at:%Y-%m-%d}", used, usable)
    show(table)


@app.command()
def revoke(key_id: Annotated[int, typer.Argument(help="The number in the list, also the one after `dl_`.")]) -> None:
    """Ends a key for good."""
    now = utcnow()
    with transaction() as session:
        if not api_keys.revoke(session, key_id, now):
            raise UserError(f"There is no usable key {key_id}; `dateline keys list` shows all.")
        audit.note(session, OPERATOR, "key.revoked", f"key {key_id}", now)
    bus.flush()
    typer.echo(f"Key {key_id} is revoked.")


@app.command()
def reseal(
    new_key: Annotated[bool, typer.Option("--new-key", help="First put a fresh key in front of the key file.")] = False,
) -> None:
    """Seals the secrets of all endpoints with the first of the installation's keys."""
    if new_key and webhook_settings().secret_key.get_secret_value():
        raise UserError("The keys stand in DATELINE_SECRET_KEY; put the new one there, in front and before a comma.")
    if new_key:
        sealing.new_first_key(runtime_settings().state)
    with transaction() as session:
        found = resealing.reseal(session)
    if found.unreadable:
        named = ", ".join(map(str, found.unreadable))
        raise UserError(f"{found.done} are sealed anew; none of the keys opens those of the endpoints {named}.")
    typer.echo(f"{found.done} are sealed with the first key; the others are needed for older backups only.")
