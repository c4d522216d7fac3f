"""`dateline keys`: who may ask, and the key that seals the secrets of endpoints."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Annotated, cast

import typer

from services.cli.groups import group
from services.cli.output.terminal import AsJson, Listing, error, print_json, show, tell
from services.cli.parsing import parse_into
from services.contracts.caller import INCLUDES, Permission
from services.contracts.errors import UserError

if TYPE_CHECKING:
    from services.access.models import ApiKey

app = group("API keys: make, list, rotate and revoke them; and the key that seals secrets.", no_args_is_help=True)

Number = Annotated[int, typer.Argument(help="The number in the list, also the one after `dl_`.")]


@app.command()
def create(
    name: Annotated[str, typer.Argument(help="Whose key it is, for the list and the audit log.")],
    scope: Annotated[list[str], typer.Option(help="read, subscribe or admin; may be given several times.")],
    expires: Annotated[datetime | None, typer.Option(help="When it ends by itself (UTC); never by default.")] = None,
    as_json: AsJson = False,
) -> None:
    """Makes a key and shows it, this once."""
    from services.access import keys as api_keys
    from services.cli.operator import OPERATOR
    from services.runtime import audit_log
    from services.runtime.database import transaction, utcnow

    if unknown := [word for word in scope if word not in INCLUDES]:
        raise UserError(f"There is no scope {unknown[0]!r}; the scopes are {', '.join(INCLUDES)}.")
    now, ends = utcnow(), expires.replace(tzinfo=UTC) if expires else None
    with transaction() as session:
        key, presented = api_keys.create(session, name, cast("list[Permission]", scope), now, ends)
        audit_log.note(session, OPERATOR, "key.made", f"key {key.id} ({key.name})", now)
    _show(key, presented, as_json=as_json)


@app.command()
def rotate(
    key_id: Number,
    overlap: Annotated[float, typer.Option(help="Hours for which the old secret opens as well; 0 ends it now.")] = 24,
    as_json: AsJson = False,
) -> None:
    """Gives a key a new secret and shows it, this once; its endpoints stay its own."""
    from services.access import keys as api_keys
    from services.admin.views import KeyRotation
    from services.cli.operator import OPERATOR
    from services.runtime import audit_log
    from services.runtime.database import transaction, utcnow

    hours, now = parse_into(KeyRotation, {"overlap_hours": overlap}).overlap_hours, utcnow()
    with transaction() as session:
        rotated = api_keys.rotate(session, key_id, timedelta(hours=hours), now)
        if rotated is None:
            raise UserError(f"There is no usable key {key_id}; `dateline keys list` shows all.")
        key, presented = rotated
        audit_log.note(session, OPERATOR, "key.rotated", f"key {key.id} ({key.name})", now)
    _show(key, presented, as_json=as_json)


@app.command("list")
def list_keys(as_json: AsJson = False) -> None:
    """Lists all keys, revoked and expired ones too."""
    from services.access import keys as api_keys
    from services.admin.views import KeyView
    from services.runtime.database import reading

    with reading() as session:
        found = api_keys.listed(session)
    if as_json:
        print_json([KeyView.model_validate(key) for key in found])
        return
    show(Listing(("id", "name", "scopes", "made", "last used", "state"), [_line(key) for key in found]))


@app.command()
def revoke(
    key_id: Number,
    as_json: AsJson = False,
) -> None:
    """Ends a key for good."""
    from services.access import keys as api_keys
    from services.cli.operator import OPERATOR
    from services.runtime import audit_log, bus
    from services.runtime.database import transaction, utcnow
    from services.webhooks import subscriptions

    now = utcnow()
    with transaction() as session:
        if not api_keys.revoke(session, key_id, now, subscriptions.stop):
            raise UserError(f"There is no usable key {key_id}; `dateline keys list` shows all.")
        audit_log.note(session, OPERATOR, "key.revoked", f"key {key_id}", now)
    bus.flush()
    if as_json:
        print_json({"id": key_id, "revoked_at": now})
    else:
        tell(f"Key {key_id} is revoked.")


@app.command()
def reseal(
    new_key: Annotated[bool, typer.Option("--new-key", help="First put a fresh key in front of the key file.")] = False,
    as_json: AsJson = False,
) -> None:
    """Seals the secrets of all endpoints with the first of the installation's keys."""
    from services.cli.operator import OPERATOR
    from services.runtime import audit_log
    from services.runtime.database import transaction, utcnow
    from services.runtime.settings import runtime_settings
    from services.webhooks import resealing, sealing
    from services.webhooks.settings import webhook_settings

    if new_key and webhook_settings().secret_key.get_secret_value():
        raise UserError("The keys stand in DATELINE_SECRET_KEY; put the new one there, in front and before a comma.")
    if new_key:
        sealing.new_first_key(runtime_settings().state)
    with transaction() as session:
        found = resealing.reseal(session)
        audit_log.note(session, OPERATOR, "secrets.resealed", f"{found.done} secrets", utcnow())
    if as_json:
        print_json(asdict(found))
    if found.unreadable:
        named = ", ".join(map(str, found.unreadable))
        raise UserError(f"{found.done} are sealed anew; none of the keys opens those of the endpoints {named}.")
    if not as_json:
        tell(f"{found.done} are sealed with the first key; the others are needed for older backups only.")


def _show(key: ApiKey, presented: str, *, as_json: bool) -> None:
    from services.admin.views import KeyMade, KeyView

    if as_json:
        print_json(KeyMade(**KeyView.model_validate(key).model_dump(), key=presented))
        return
    error("Shown this once; only its digest is kept:")
    typer.echo(presented)


def _line(key: ApiKey) -> Sequence[object]:
    from services.access import keys as api_keys
    from services.runtime.database import utcnow

    state = "usable" if api_keys.usable(key, utcnow()) else "revoked or expired"
    made = f"{key.created_at:%Y-%m-%d}"
    return (key.id, key.name, ", ".join(key.scopes), made, key.last_used_at or "never", state)
