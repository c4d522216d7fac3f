"""Endpoints over HTTP: each key sees those it made, an admin sees all."""

from typing import Annotated

from fastapi import APIRouter, Request, Response
from sqlalchemy import select
from sqlmodel import Session, col

from services.contracts.caller import Caller
from services.contracts.messages import Deliver
from services.runtime.database import reading, transaction, utcnow
from services.runtime.egress import Forbidden, egress_settings
from services.runtime.ledger import say
from services.runtime.web import After, Id, Limit, Problem, cursor, page, position, requires
from services.webhooks import subscriptions
from services.webhooks.addresses import check_address
from services.webhooks.announce import announce_test
from services.webhooks.models import Delivery, Endpoint
from services.webhooks.views import (
    Deliveries,
    EndpointChanged,
    EndpointMade,
    Endpoints,
    EndpointView,
    EndpointWanted,
    TestOrdered,
    delivery_view,
)

router = APIRouter(prefix="/webhooks", tags=["webhooks"])

Subscriber = Annotated[Caller, requires("subscribe")]


@router.post("/endpoints", status_code=201)
def make_endpoint(wanted: EndpointWanted, caller: Subscriber, request: Request, response: Response) -> EndpointMade:
    """Subscribe. The answer shows the signing secret once; keep it."""
    _check(wanted.url)
    with transaction() as session:
        endpoint, secret = subscriptions.subscribe(session, caller.key, wanted.model_dump(), utcnow())
    view = EndpointView.model_validate(endpoint)
    response.headers["Location"] = request.url_for("endpoint", endpoint_id=view.id).path
    return EndpointMade(**view.model_dump(), secret=secret.get_secret_value())


@router.get("/endpoints")
def endpoints(caller: Subscriber, limit: Limit = 50, after: After = None) -> Endpoints:
    """Your endpoints, the newest first."""
    place = position("endpoints", after, int)
    older = [col(Endpoint.id) < place[0]] if place else []
    mine = select(Endpoint).where(*subscriptions.visible_to(caller), *older)
    with reading() as session:
        found = session.scalars(mine.order_by(col(Endpoint.id).desc()).limit(limit + 1)).all()
    shown, following = page(found, limit, lambda endpoint: cursor("endpoints", endpoint.id or 0))
    return Endpoints(endpoints=[EndpointView.model_validate(endpoint) for endpoint in shown], next=following)


@router.get("/endpoints/{endpoint_id}")
def endpoint(endpoint_id: Id, caller: Subscriber) -> EndpointView:
    """One endpoint."""
    with reading() as session:
        return EndpointView.model_validate(_own(session, caller, endpoint_id))


@router.patch("/endpoints/{endpoint_id}")
def change_endpoint(endpoint_id: Id, wanted: EndpointChanged, caller: Subscriber) -> EndpointView:
    """Change what you name. Enabling it also brings what was waiting; what happened meanwhile is in GET /events."""
    named = wanted.model_dump(exclude_none=True)
    if wanted.url is not None:
        _check(wanted.url)
    with transaction() as session:
        found = _own(session, caller, endpoint_id, to_change=True)
        if subscriptions.change(found, named, utcnow()):
            for delivery, due in subscriptions.pending(session, endpoint_id):
                say(session, Deliver(delivery=delivery), key=str(delivery), due_at=due)
    return EndpointView.model_validate(found)


@router.delete("/endpoints/{endpoint_id}", status_code=204)
def delete_endpoint(endpoint_id: Id, caller: Subscriber) -> None:
    """Unsubscribe for good. What is still owed is cancelled, and the secret is forgotten."""
    with transaction() as session:
        found = _own(session, caller, endpoint_id, to_change=True)
        subscriptions.delete(found, utcnow())


@router.post("/endpoints/{endpoint_id}/test", status_code=202)
def test_endpoint(endpoint_id: Id, caller: Subscriber) -> TestOrdered:
    """Send a signed `endpoint.test` event, once; the delivery log tells how it went."""
    with transaction() as session:
        found = _own(session, caller, endpoint_id, to_change=True)
        if found.state != "active":
            raise Problem(409, "The endpoint is disabled", 'Enable it first: PATCH it with {"state": "active"}.')
        delivery = announce_test(session, endpoint_id, utcnow())
        say(session, Deliver(delivery=delivery), key=str(delivery))
    return TestOrdered(delivery=delivery)


@router.get("/endpoints/{endpoint_id}/deliveries")
def deliveries(endpoint_id: Id, caller: Subscriber, limit: Limit = 50, after: After = None) -> Deliveries:
    """What was sent to an endpoint, the newest first, with every attempt."""
    place = position("deliveries", after, int)
    with reading() as session:
        _own(session, caller, endpoint_id)
        before = place[0] if place else None
        found = subscriptions.delivery_log(session, endpoint_id, before=before, limit=limit + 1)
        shown, following = page(found, limit, lambda row: cursor("deliveries", row[0].id or 0))
        attempts = subscriptions.attempts_of(session, [_id(row[0]) for row in shown])
    views = [delivery_view(row, kind, sequence, attempts[_id(row)]) for row, kind, sequence in shown]
    return Deliveries(deliveries=views, next=following)


def _check(url: str) -> None:
    try:
        check_address(url, egress_settings())
    except Forbidden as refusal:
        raise Problem(422, "Address not possible", str(refusal)) from None


def _own(session: Session, caller: Caller, endpoint_id: int, *, to_change: bool = False) -> Endpoint:
    found = subscriptions.own(session, caller, endpoint_id, to_change=to_change)
    if found is None:
        raise Problem(404, "No such endpoint", "GET /webhooks/endpoints lists yours.")
    return found


def _id(row: Delivery) -> int:
    return row.id or 0
