"""`dateline keys`: who may ask."""

from typing import Annotated, cast

import typer
from rich.table import Table

from services.admin import keys as api_keys
from services.cli.output import error, show
from services.contracts.caller import INCLUDES, Permission
from services.contracts.errors import UserError
from services.runtime.database import reading, transaction, utcnow

app = typer.Typer(help="API keys: make, list and revoke them.", no_args_is_help=True, add_completion=False)


@app.command()
def create(
    name: Annotated[str, typer.Argument(help="Whose key it is, for the list and the audit log.")],
    scope: Annotated[list[str], typer.Option(help="read, subscribe or admin; may be given several times.")],
) -> None:
    """Makes a key and shows it, this once."""
    if unknown := [word for word in scope if word not in INCLUDES]:
        raise UserError(f"There is no scope {unknown[0]!r}; the scopes are {', '.join(INCLUDES)}.")
    with transaction() as session:
        _, presented = api_keys.create(session, name, cast("list[Permission]", scope), utcnow())
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
    with transaction() as session:
        if not api_keys.revoke(session, key_id, utcnow()):
            raise UserError(f"There is no usable key {key_id}; `dateline keys list` shows all.")
    typer.echo(f"Key {key_id} is revoked.")
