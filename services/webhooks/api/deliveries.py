"""What an endpoint was and will be sent: the log, the same by pulling, and once more."""

import asyncio
import json
from typing import Annotated

from fastapi import Query, Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from services.contracts.caller import Caller
from services.contracts.choices import DeliveryState
from services.runtime.database import reading, transaction, utcnow
from services.runtime.http.long_poll import Watch, seat, stopping
from services.runtime.http.problems import MAX_ID, After, Id, Instant, Limit, Problem, Storable, cursor, page, position
from services.webhooks import delivery_log, pull, subscriptions
from services.webhooks.api.own import Subscriber, amount, note, own, router, serve_now
from services.webhooks.limits import WAIT
from services.webhooks.models import Delivery
from services.webhooks.replay import Range, count, replay
from services.webhooks.requests import ReplayWanted
from services.webhooks.views import (
    ArticleDeliveries,
    ArticleDelivery,
    Deliveries,
    DeliveryInFull,
    PulledPage,
    Replayed,
    delivery_view,
)

Word = Annotated[Storable | None, Query(max_length=100)]
Number = Annotated[int, Query(ge=0, le=MAX_ID, description="`next` of the page before. 0 begins at the first.")]
Since = Annotated[Instant | None, Query(description="Made at this time or later.")]
Until = Annotated[Instant | None, Query(description="Made before this time, exclusive.")]
Wait = Annotated[float, Query(ge=0, le=WAIT, description="Seconds to wait for a delivery when there is none yet.")]

_watch = Watch(pull.look)


@router.get("/endpoints/{endpoint_id}/deliveries")
def list_deliveries(
    endpoint_id: Id,
    caller: Subscriber,
    *,
    state: DeliveryState | None = None,
    kind: Annotated[Storable | None, Query(alias="type", max_length=50)] = None,
    article: Word = None,
    since: Since = None,
    until: Until = None,
    limit: Limit = 50,
    after: After = None,
) -> Deliveries:
    """Deliveries of an endpoint, the newest first, each with every attempt."""
    place = position("deliveries", after, int)
    query = delivery_log.DeliveryQuery(state, kind, article, since, until)
    with reading() as session:
        own(session, caller, endpoint_id)
        result = delivery_log.delivery_log(
            session, endpoint_id, query, before=place[0] if place else None, limit=limit + 1
        )
        shown, following = page(result, limit, lambda row: cursor("deliveries", row[0].sequence))
        attempts = delivery_log.attempts_of(session, [_id(row[0]) for row in shown])
    return Deliveries(
        deliveries=[delivery_view(row, kind, headline, attempts[_id(row)]) for row, kind, headline in shown],
        next=following,
    )


@router.get("/deliveries")
def list_deliveries_of_article(
    caller: Subscriber, article: Annotated[Storable, Query(max_length=100, examples=["art_mfrggzdfmztwq2lk"])]
) -> ArticleDeliveries:
    """What your endpoints were sent of one article, the newest first, 100 at most. An admin sees those of all."""
    with reading() as session:
        rows = delivery_log.deliveries_of(session, article, subscriptions.visible_to(caller), 100)
    return ArticleDeliveries(deliveries=[ArticleDelivery.model_validate(row) for row in rows])


@router.get("/endpoints/{endpoint_id}/deliveries/{delivery_id}")
def show_delivery(endpoint_id: Id, delivery_id: Id, caller: Subscriber) -> DeliveryInFull:
    """One delivery: the body, and each attempt with what was sent and what came back."""
    with reading() as session:
        own(session, caller, endpoint_id)
        result = delivery_log.one_delivery(session, endpoint_id, delivery_id)
        if result is None:
            raise _no_such_delivery()
        attempts = delivery_log.attempts_of(session, [delivery_id])[delivery_id]
    row, event_type, body = result
    event = json.loads(body)
    view = delivery_view(row, event_type, delivery_log.headline_of(event), attempts)
    return DeliveryInFull(**view.model_dump(), body=event)


@router.post("/endpoints/{endpoint_id}/deliveries/{delivery_id}/replay", status_code=202)
def replay_delivery(endpoint_id: Id, delivery_id: Id, caller: Subscriber) -> Replayed:
    """Send one delivery again at once, whatever became of it. A pending one does not wait any longer."""
    with reading() as session:
        own(session, caller, endpoint_id)
        if delivery_log.one_delivery(session, endpoint_id, delivery_id) is None:
            raise _no_such_delivery()
    return _replay(endpoint_id, caller, Range(deliveries=[delivery_id], failed_only=False), dry_run=False)


@router.post("/endpoints/{endpoint_id}/replays", status_code=202)
def replay_deliveries(endpoint_id: Id, caller: Subscriber, order: ReplayWanted) -> Replayed:
    """Send a range again, each delivery once: those that failed, or all. Pending ones are due now, in order.

    GET …/health tells what is still owed.
    """
    labels = order.model_dump(exclude={"only", "dry_run"})
    return _replay(endpoint_id, caller, Range(**labels, failed_only=order.only == "failed"), dry_run=order.dry_run)


@router.get("/endpoints/{endpoint_id}/events", response_model=PulledPage)
async def pull_events(
    endpoint_id: Id, caller: Subscriber, request: Request, after: Number = 0, limit: Limit = 50, wait: Wait = 0
) -> Response:
    """The same deliveries that are pushed, under the same numbers: to find a gap, and to fill it.

    With `wait`, an empty page comes only after so many seconds, and a delivery the moment it is owed.
    """
    answer, pulled = await run_in_threadpool(_pull, caller, endpoint_id, after, limit)
    if wait and not pulled.deliveries:
        with seat(caller.key):
            pulled = await _wait(request, (caller, endpoint_id, after, limit), answer, wait)
    return Response(pulled.page(), media_type="application/json")


async def _wait(request: Request, pulling: tuple[Caller, int, int, int], seen: int, seconds: float) -> pull.Pull:
    """What comes within so many seconds; what other endpoints are owed meanwhile does not end it."""
    now = asyncio.get_running_loop().time
    ends = now() + seconds
    while True:
        await _watch.beyond(seen, ends - now())
        seen, pulled = await run_in_threadpool(_pull, *pulling)
        over = now() >= ends or stopping.is_set() or await request.is_disconnected()
        if pulled.deliveries or over:
            return pulled


def _pull(caller: Caller, endpoint_id: int, after: int, limit: int) -> tuple[int, pull.Pull]:
    answer = pull.look()  # first: what is committed in between wakes us again
    with reading() as session:
        own(session, caller, endpoint_id)
        return answer, pull.pull(session, endpoint_id, after, limit)


def _replay(endpoint_id: int, caller: Caller, criteria: Range, *, dry_run: bool) -> Replayed:
    if dry_run:
        with reading() as session:
            own(session, caller, endpoint_id)
            return Replayed(deliveries=count(session, endpoint_id, criteria), dry_run=True)
    with transaction() as session:
        own(session, caller, endpoint_id, to_change=True)
        brought = replay(session, endpoint_id, criteria, utcnow())
        note(session, caller, "replayed", endpoint_id, amount(brought))
        serve_now(session, endpoint_id)
    return Replayed(deliveries=brought, dry_run=False)


def _id(row: Delivery) -> int:
    return row.id or 0


def _no_such_delivery() -> Problem:
    return Problem(404, "No such delivery", "GET …/deliveries lists those that this endpoint has.")
