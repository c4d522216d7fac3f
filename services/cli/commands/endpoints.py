"""Endpoints on the terminal: who is told, and how they have been; made, tried out, rotated and ended by the operator.

Exit status: 0 when it is done, 1 when nothing was found, 2 when it was not understood or there is no such endpoint.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from services.cli.output.terminal import AsJson, Listing, counted, error, print_json, show, show_facts, tell
from services.cli.parsing import parse_into
from services.contracts.choices import Payload
from services.contracts.errors import UserError

if TYPE_CHECKING:
    from sqlmodel import Session

    from services.access.models import ApiKey
    from services.webhooks.models import Endpoint

Number = Annotated[int, typer.Argument(min=1, metavar="ID", help="The endpoint's number, as the list shows it.")]
Values = list[str] | None


def list_endpoints(as_json: AsJson = False) -> None:
    """Lists the endpoints of all keys, the newest first."""
    from sqlmodel import col, select

    from services.cli.operator import OPERATOR
    from services.runtime.database import reading, utcnow
    from services.webhooks import log, subscriptions
    from services.webhooks.models import Endpoint

    mine = select(Endpoint).where(*subscriptions.visible_to(OPERATOR)).order_by(col(Endpoint.id).desc())
    with reading() as session:
        found = [(each, log.health(session, each, utcnow())) for each in session.exec(mine)]
    if as_json:
        print_json([_whole(each, health) for each, health in found])
    elif not found:
        error("There is no endpoint yet; `dateline webhooks add URL` makes one.")
    else:
        columns = ("id", "address", "key", "state", "pending", "failed", "delivered", "since", "until", "why")
        rows = [(e.id, e.url, e.owner, health["state"], *_counts(health), *_why(health)) for e, health in found]
        show(Listing(columns, rows))


def show_endpoint(number: Number, as_json: AsJson = False) -> None:
    """Shows one endpoint: what it wants to hear, and how it has been."""
    from services.runtime.database import reading, utcnow
    from services.webhooks import log

    with reading() as session:
        found = own(session, number)
        health = log.health(session, found, utcnow())
    whole = _whole(found, health)
    if as_json:
        print_json(whole)
        return
    of_health = whole.pop("health")
    told = {name: _words(value) for name, value in (whole | of_health).items()}
    show_facts({name.replace("_", " "): value for name, value in told.items() if value})


def add(
    url: Annotated[str, typer.Argument(help="Where events are posted.")],
    key: Annotated[
        int | None, typer.Option(min=1, help="The key it belongs to; the first admin key by default.")
    ] = None,
    description: Annotated[str, typer.Option(help="For people.")] = "",
    event_type: Annotated[Values, typer.Option("--type", help="A type of event, or a pattern like article.*.")] = None,
    source: Annotated[Values, typer.Option(help="Only articles of this source.")] = None,
    kind: Annotated[Values, typer.Option(help="Only articles of this kind.")] = None,
    tag: Annotated[Values, typer.Option(help="Only articles with this tag.")] = None,
    byline: Annotated[Values, typer.Option(help="Only articles by a writer with these words.")] = None,
    dateline: Annotated[Values, typer.Option(help="Only articles from a place with these words.")] = None,
    word: Annotated[Values, typer.Option(help="Only articles with this word or phrase.")] = None,
    match: Annotated[Literal["all", "any"], typer.Option(help="Whether all conditions must hold, or any.")] = "all",
    payload: Annotated[Payload, typer.Option(help="Whole articles, or without their words.")] = "full",
    rate: Annotated[float | None, typer.Option(help="The most events a second.")] = None,
    as_json: AsJson = False,
) -> None:
    """Makes an endpoint and shows its secret, this once."""
    from services.cli.operator import OPERATOR
    from services.runtime.database import transaction, utcnow
    from services.webhooks import subscriptions
    from services.webhooks.api.own import note
    from services.webhooks.views import EndpointMade, endpoint_view
    from services.webhooks.wanted import EndpointWanted

    conditions = {"sources": source, "kinds": kind, "tags": tag, "bylines": byline, "datelines": dateline}
    named = {name: values for name, values in (conditions | {"words": word}).items() if values}
    choice: dict[str, object] = {
        "event_types": event_type or None,
        "filter": {"match": match, **named} if named else None,
    }
    words: dict[str, object] = {"url": url, "description": description, "payload": payload, "rate": rate}
    wanted = parse_into(EndpointWanted, words | choice)
    _check(wanted.url)
    with transaction() as session:
        owner = _owner(session, key)
        ends_at = owner.expires_at
        made, secret = subscriptions.subscribe(session, owner.id or 0, wanted.model_dump(), utcnow(), ends_at)
        note(session, OPERATOR, "made", made.id)
    shown = secret.get_secret_value()
    if as_json:
        print_json(EndpointMade(**endpoint_view(made, utcnow()).model_dump(), secret=shown))
        return
    error(f"Endpoint {made.id} is made for key {made.owner}. Its secret, shown this once:")
    typer.echo(shown)


def send_test(number: Number, as_json: AsJson = False) -> None:
    """Sends a signed endpoint.test event, once."""
    from services.cli.operator import OPERATOR
    from services.runtime import bus
    from services.runtime.database import transaction, utcnow
    from services.webhooks.announce import announce_test
    from services.webhooks.api.own import note, serve_now
    from services.webhooks.views import TestOrdered

    with transaction() as session:
        _must_be_enabled(found := own(session, number, to_change=True))
        delivery = announce_test(session, found, utcnow())
        note(session, OPERATOR, "tested", number)
        serve_now(session, number)
    bus.flush()
    if as_json:
        print_json(TestOrdered(delivery=delivery))
    else:
        tell(f"Delivery {delivery} is due; `dateline webhooks deliveries {number}` tells how it went.")


def retry(number: Number, as_json: AsJson = False) -> None:
    """Tries at once all that waits for it, in order: for a receiver that was mended."""
    from services.cli.operator import OPERATOR
    from services.runtime import bus
    from services.runtime.database import transaction, utcnow
    from services.webhooks.api.own import note, serve_now
    from services.webhooks.release import wake
    from services.webhooks.views import Retried

    with transaction() as session:
        _must_be_enabled(own(session, number, to_change=True))
        due = wake(session, number, utcnow(), afresh=True)
        note(session, OPERATOR, "retried", number, f": {due} deliveries")
        serve_now(session, number)
    bus.flush()
    if as_json:
        print_json(Retried(deliveries=due))
    else:
        are_due = counted(due, "delivery is", "deliveries are")
        tell(f"{are_due} due now; `dateline webhooks show {number}` tells how it is.")


def rotate(
    number: Number,
    overlap: Annotated[float, typer.Option(help="Hours for which the old secret signs as well; 0 ends it now.")] = 24,
    as_json: AsJson = False,
) -> None:
    """Makes a new secret and shows it, this once."""
    from services.cli.operator import OPERATOR
    from services.runtime.database import transaction, utcnow
    from services.webhooks import rotation
    from services.webhooks.api.own import note
    from services.webhooks.views import Rotated
    from services.webhooks.wanted import RotationWanted

    hours = parse_into(RotationWanted, {"overlap_hours": overlap}).overlap_hours
    with transaction() as session:
        found = own(session, number, to_change=True)
        secret = rotation.rotate(found, timedelta(hours=hours), utcnow()).get_secret_value()
        note(session, OPERATOR, "rotated", number)
    if as_json:
        print_json(Rotated(secret=secret, old_secret_until=found.previous_until))
        return
    until = f"until {found.previous_until:%Y-%m-%d %H:%M} UTC" if found.previous_until else "no longer"
    error(f"The old secret signs {until}. The new one, shown this once:")
    typer.echo(secret)


def disable(number: Number, as_json: AsJson = False) -> None:
    """Sends it nothing until it is enabled again; what happens meanwhile is kept for it."""
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
    from services.cli.operator import OPERATOR
    from services.runtime import bus
    from services.runtime.database import transaction, utcnow
    from services.webhooks import subscriptions
    from services.webhooks.api.own import note, serve_now

    if not yes:
        raise UserError(f"This is for good; say `dateline webhooks delete {number} --yes` if you mean it.")
    with transaction() as session:
        subscriptions.delete(session, own(session, number, to_change=True), utcnow())
        note(session, OPERATOR, "deleted", number)
        serve_now(session, number)
    bus.flush()
    if as_json:
        print_json({"id": number, "state": "deleted"})
    else:
        tell(f"Endpoint {number} is deleted.")


def own(session: Session, number: int, *, to_change: bool = False) -> Endpoint:
    """The endpoint of this number; a `UserError` when there is none."""
    from services.cli.operator import OPERATOR
    from services.webhooks import subscriptions

    found = subscriptions.own(session, OPERATOR, number, to_change=to_change)
    if found is None:
        raise UserError(f"There is no endpoint {number}; `dateline webhooks` lists those there are.")
    return found


def _must_be_enabled(endpoint: Endpoint) -> None:
    from services.runtime.database import utcnow
    from services.webhooks.condition import is_served

    if not is_served(endpoint, utcnow()):
        raise UserError(f"Endpoint {endpoint.id} is disabled; `dateline webhooks enable {endpoint.id}` first.")


def _becomes(number: int, state: str, *, as_json: bool) -> None:
    from services.cli.operator import OPERATOR
    from services.runtime import bus
    from services.runtime.database import transaction, utcnow
    from services.webhooks import subscriptions
    from services.webhooks.api.own import note, serve_now
    from services.webhooks.views import endpoint_view

    with transaction() as session:
        found = own(session, number, to_change=True)
        subscriptions.change(session, found, {"state": state}, utcnow())
        note(session, OPERATOR, "changed", number, f": {state}")
        if state == "active":
            serve_now(session, number)
    bus.flush()
    if as_json:
        print_json(endpoint_view(found, utcnow()))
    else:
        tell(f"Endpoint {number} is {state}.")


def _owner(session: Session, key: int | None) -> ApiKey:
    from services.access import keys
    from services.runtime.database import utcnow

    now = utcnow()
    usable = {each.id or 0: each for each in keys.listed(session) if keys.usable(each, now)}
    if key is not None and key in usable:
        return usable[key]
    if key is not None:
        raise UserError(f"There is no usable key {key}; `dateline keys list` shows all.")
    if not (admins := [number for number, each in usable.items() if "admin" in each.scopes]):
        raise UserError("There is no admin key to own it; name another with --key, as `dateline keys list` shows them.")
    return usable[min(admins)]


def _check(url: str) -> None:
    from services.runtime.egress import Forbidden, egress_settings
    from services.webhooks.addresses import check_address

    try:
        check_address(url, egress_settings())
    except Forbidden as refusal:
        raise UserError(str(refusal)) from None


def _whole(endpoint: Endpoint, health: dict[str, Any]) -> dict[str, Any]:
    from services.runtime.database import utcnow
    from services.webhooks.views import Health, endpoint_view

    view = endpoint_view(endpoint, utcnow()).model_dump() | {"key": endpoint.owner}
    return view | {"health": Health(**health).model_dump()}


def _counts(health: dict[str, Any]) -> tuple[int, int, int]:
    return health["pending"], health["failed"], health["delivered"]


def _why(health: dict[str, Any]) -> tuple[datetime | None, datetime | None, str]:
    return health["failing_since"], health["held_until"], health["reason"] or health["last_error"] or ""


def _words(value: Any) -> Any:
    match value:
        case list():
            return ", ".join(map(str, value))
        case dict():
            return "; ".join(f"{name}: {_words(each)}" for name, each in value.items())
    return value
