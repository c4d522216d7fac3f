"""Endpoints: made, looked at, changed, tried out and deleted."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Annotated

from fastapi import Query, Request, Response
from sqlalchemy import select
from sqlmodel import col

from services.contracts.caller import Caller
from services.contracts.choices import EndpointKind
from services.contracts.events import SCOPES
from services.runtime.database import reading, transaction, utcnow
from services.runtime.egress import Forbidden, egress_settings
from services.runtime.http.problems import After, Id, Limit, Problem, cursor, page, position
from services.webhooks import delivery_log, preview, rotation, subscriptions
from services.webhooks.addresses import check_address
from services.webhooks.announce import announce_test
from services.webhooks.api.confirmations import admit_question
from services.webhooks.api.own import Subscriber, amount, note, own, router, serve_now
from services.webhooks.condition import in_trouble, is_served
from services.webhooks.filters import Filter, lacking_scope
from services.webhooks.kinds import PEOPLE, default_rate, endpoint_kind
from services.webhooks.limits import DeliveryLimits, limits
from services.webhooks.models import SERVED, Endpoint
from services.webhooks.release import wake
from services.webhooks.requests import WHERE, Choice, EndpointChanged, EndpointWanted, RotationWanted, misfit
from services.webhooks.settings import webhook_settings
from services.webhooks.views import (
    EndpointHealth,
    EndpointKindView,
    EndpointMade,
    Endpoints,
    EndpointView,
    FilterPreview,
    Retried,
    Rotated,
    TestOrdered,
    endpoint_view,
)

People = Annotated[bool | None, Query(description="Only those that notify people, or only webhooks")]
Troubled = Annotated[bool, Query(description="Only those that are disabled, held or failing")]


@router.get("/limits")
def show_limits(_caller: Subscriber) -> DeliveryLimits:
    """Every limit of webhooks. Durations are in seconds."""
    return limits(webhook_settings().retention)


@router.get("/kinds")
def list_endpoint_kinds(_caller: Subscriber) -> list[EndpointKindView]:
    """The kinds of endpoints, and why one cannot be made here yet: e-mail needs a relay."""
    people = [EndpointKindView(kind=kind, trouble=entry.ready()) for kind, entry in PEOPLE.items()]
    return [EndpointKindView(kind="webhook", trouble=None), *people]


@router.post("/endpoints", status_code=201)
def make_endpoint(order: EndpointWanted, caller: Subscriber, request: Request, response: Response) -> EndpointMade:
    """Subscribe: a webhook for programs, or a notification for people, by e-mail (email) or chat.

    The answer shows the signing secret of a webhook once, so keep it.
    """
    target = _target(order.kind, order)
    if order.url is not None:
        _check(order.url)
    owner = _owner(request, caller, order.key)
    scopes = _scopes_of(owner)
    _refuse_without_scope(order, scopes)
    chosen = order.model_dump(exclude={"key", *WHERE}) | scopes
    chosen["rate"] = order.rate or default_rate(order.kind)
    with transaction() as session:
        made, secret = subscriptions.subscribe(session, owner.key, chosen, utcnow(), owner.ends_at, target=target)
        _must_still_open(request, owner)
        note(session, caller, "made", made.id)
        if made.state == "unconfirmed":
            admit_question(caller, made)
            serve_now(session, made.id or 0)
    view = endpoint_view(made, utcnow())
    response.headers["Location"] = request.url_for("show_endpoint", endpoint_id=view.id).path
    return EndpointMade(**view.model_dump(), secret=secret and secret.get_secret_value())


@router.get("/endpoints")
def list_endpoints(
    caller: Subscriber,
    *,
    troubled: Troubled = False,
    people: People = None,
    limit: Limit = 50,
    after: After = None,
) -> Endpoints:
    """Your endpoints, webhooks and notifications (e-mail, chat) alike, the newest first."""
    now, place = utcnow(), position("endpoints", after, int)
    older = [col(Endpoint.id) < place[0]] if place else []
    ill = [in_trouble(now)] if troubled else []
    sort = [] if people is None else [(col(Endpoint.kind) != "webhook") == people]
    mine = select(Endpoint).where(*subscriptions.visible_to(caller), *older, *ill, *sort)
    with reading() as session:
        rows = session.scalars(mine.order_by(col(Endpoint.id).desc()).limit(limit + 1)).all()
    shown, following = page(rows, limit, lambda endpoint: cursor("endpoints", endpoint.id or 0))
    return Endpoints(endpoints=[endpoint_view(endpoint, now) for endpoint in shown], next=following)


@router.get("/endpoints/{endpoint_id}")
def show_endpoint(endpoint_id: Id, caller: Subscriber) -> EndpointView:
    """One endpoint."""
    with reading() as session:
        return endpoint_view(own(session, caller, endpoint_id), utcnow())


@router.get("/endpoints/{endpoint_id}/health")
def show_endpoint_health(endpoint_id: Id, caller: Subscriber) -> EndpointHealth:
    """Pending deliveries of the endpoint, and how its last attempts went."""
    with reading() as session:
        return EndpointHealth(**delivery_log.health(session, own(session, caller, endpoint_id), utcnow()))


@router.post("/preview")
def preview_filter(chosen: Choice, caller: Subscriber) -> FilterPreview:
    """Which of the last 100 events an endpoint with this choice would be sent, and why not the others."""
    scopes = _scopes_of(caller)
    _refuse_without_scope(chosen, scopes)
    with reading() as session:
        return preview.preview(session, chosen.event_types or (), chosen.filter or Filter(), _has(scopes))


@router.patch("/endpoints/{endpoint_id}")
def change_endpoint(endpoint_id: Id, order: EndpointChanged, caller: Subscriber) -> EndpointView:
    """Change what you name. Enabling it also brings what it missed."""
    if order.url is not None:
        _check(order.url)
    with transaction() as session:
        result = own(session, caller, endpoint_id, to_change=True)
        _refuse_without_scope(order, _scopes(result))
        named = order.named()
        if sentence := misfit(endpoint_kind(result), named):
            raise Problem(422, "Not of this kind", sentence)
        target = _target(endpoint_kind(result), order) if order.to else None
        chosen = {name: value for name, value in named.items() if name not in WHERE}
        subscriptions.change(session, result, chosen, utcnow(), target=target)
        if result.state == "unconfirmed" and (target or named.get("state")):
            admit_question(caller, result)
        note(session, caller, "changed", endpoint_id, f": {', '.join(sorted(named))}")
        if result.state in SERVED:
            serve_now(session, endpoint_id)
    return endpoint_view(result, utcnow())


@router.delete("/endpoints/{endpoint_id}", status_code=204)
def delete_endpoint(endpoint_id: Id, caller: Subscriber) -> None:
    """Unsubscribe for good. Pending deliveries are cancelled, and the secret is forgotten."""
    with transaction() as session:
        result = own(session, caller, endpoint_id, to_change=True)
        subscriptions.delete(session, result, utcnow())
        note(session, caller, "deleted", endpoint_id)
        serve_now(session, endpoint_id)


@router.post("/endpoints/{endpoint_id}/rotate")
def rotate_secret(endpoint_id: Id, caller: Subscriber, order: RotationWanted | None = None) -> Rotated:
    """A new secret, shown once. Until the overlap is over, the old one signs as well, so that no delivery is lost."""
    overlap = timedelta(hours=(order or RotationWanted()).overlap_hours)
    with transaction() as session:
        result = own(session, caller, endpoint_id, to_change=True)
        if result.kind != "webhook":
            raise Problem(409, "Nothing to rotate", "Nothing is signed for people; PATCH `to` changes where they are.")
        try:
            secret = rotation.rotate(result, overlap, utcnow())
        except rotation.Overlapping as refusal:
            raise Problem(409, "A rotation is under way", str(refusal)) from None
        note(session, caller, "rotated", endpoint_id)
    return Rotated(secret=secret.get_secret_value(), old_secret_until=result.previous_until)


@router.post("/endpoints/{endpoint_id}/test", status_code=202)
def test_endpoint(endpoint_id: Id, caller: Subscriber) -> TestOrdered:
    """Send a signed `endpoint.test` event, once. The delivery log tells how it went."""
    with transaction() as session:
        _must_be_enabled(result := own(session, caller, endpoint_id, to_change=True))
        delivery = announce_test(session, result, utcnow())
        note(session, caller, "tested", endpoint_id)
        serve_now(session, endpoint_id)
    return TestOrdered(delivery=delivery)


@router.post("/endpoints/{endpoint_id}/retry", status_code=202)
def retry_endpoint(endpoint_id: Id, caller: Subscriber) -> Retried:
    """Try at once, whatever the schedule says: all that waits is due now, in order. For a receiver that was mended.

    An endpoint that was held gets one delivery first. When that is taken, the rest follows.
    """
    with transaction() as session:
        _must_be_enabled(own(session, caller, endpoint_id, to_change=True))
        due = wake(session, endpoint_id, utcnow(), afresh=True)
        note(session, caller, "retried", endpoint_id, amount(due))
        serve_now(session, endpoint_id)
    return Retried(deliveries=due)


@router.post("/endpoints/{endpoint_id}/preview")
def preview_endpoint(endpoint_id: Id, caller: Subscriber, instead: Choice | None = None) -> FilterPreview:
    """Which of the last 100 events it would have been sent, and why not the others; `instead` tries another choice."""
    with reading() as session:
        result = own(session, caller, endpoint_id)
        chosen = instead or Choice(event_types=result.event_types or None, filter=Filter.model_validate(result.filter))
        _refuse_without_scope(chosen, _scopes(result))
        return preview.preview(session, chosen.event_types or (), chosen.filter or Filter(), _has(_scopes(result)))


def _scopes_of(key: Caller) -> dict[str, bool]:
    """Which of the scopes that some types of events ask for the key has."""
    return {scope: key.may(scope) for scope in SCOPES.values()}


def _scopes(endpoint: Endpoint) -> dict[str, bool]:
    """Which of the scopes that some types of events ask for the endpoint's key has."""
    return {scope: getattr(endpoint, scope) for scope in SCOPES.values()}


def _has(scopes: Mapping[str, bool]) -> list[str]:
    return [scope for scope, has in scopes.items() if has]


def _refuse_without_scope(chosen: Choice, scopes: Mapping[str, bool]) -> None:
    """Raises a 403 problem where only a key with a further scope could be sent what a pattern asks for."""
    if lacking := lacking_scope(chosen.event_types or (), _has(scopes)):
        pattern, scope = lacking
        advice = f"Events like {pattern!r} need the scope `{scope}`, which the endpoint's key lacks."
        raise Problem(403, "Not permitted", f"{advice} Ask the operator for a key that has it.", scope=scope)


def _owner(request: Request, caller: Caller, key: int | None) -> Caller:
    """The key that an endpoint is made for: the caller's own, unless an admin names another."""
    if key in {None, caller.key}:
        return caller
    if not caller.may("admin"):
        raise Problem(403, "Not permitted", "Only an admin makes endpoints for other keys; leave `key` out.")
    owner: Caller | None = request.app.state.caller_of_key(key, utcnow())
    if owner is None:
        raise Problem(422, "No such key in use", f"There is no usable key {key}; GET /admin/keys lists all.")
    return owner


def _must_still_open(request: Request, caller: Caller) -> None:
    # A key that was revoked since the request came would have an endpoint that nobody disables.
    if request.app.state.caller_of_key(caller.key, utcnow()) is None:
        raise Problem(401, "Not authenticated", "This key has ended.")


def _must_be_enabled(endpoint: Endpoint) -> None:
    if endpoint.state in {"unconfirmed", "unsubscribed"}:
        advice = 'Its recipient must confirm it first: PATCH it with {"state": "active"} asks again.'
        raise Problem(409, "The endpoint is not confirmed", advice)
    if not is_served(endpoint, utcnow()):
        raise Problem(409, "The endpoint is disabled", 'Enable it first: PATCH it with {"state": "active"}.')


def _target(kind: EndpointKind, order: EndpointWanted | EndpointChanged) -> Mapping[str, str] | None:
    """What opens the channel of an endpoint for people; None for a webhook. Refusals become problems."""
    if kind == "webhook":
        return None
    if sentence := PEOPLE[kind].ready():
        raise Problem(409, "Not possible here", sentence)
    try:
        named = {name: str(value) for name in WHERE if (value := getattr(order, name)) is not None}
        return PEOPLE[kind].target(named)
    except (ValueError, Forbidden) as refusal:
        raise Problem(422, "Address not possible", str(refusal)) from None


def _check(url: str) -> None:
    try:
        check_address(url, egress_settings())
    except Forbidden as refusal:
        raise Problem(422, "Address not possible", str(refusal)) from None
