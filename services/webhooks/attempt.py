"""One attempt: what an endpoint is sent at one go, and what came of it; whatever happens on the network is a value.

A sender is what knows a kind of endpoint. That of webhooks is `post`: the frozen bytes, signed anew.
"""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from pydantic import SecretStr

from services.runtime.egress import Client, EgressError, Limits, Response, send
from services.webhooks.limits import KEPT, SECONDS
from services.webhooks.models import Outcome
from services.webhooks.retries import outcome_of, retry_after
from services.webhooks.signing import signed_headers

LIMITS = Limits(seconds=SECONDS, wire=KEPT, decoded=KEPT, cut=True, status_alone=True)
MASK = "***"


@dataclass(frozen=True)
class Parcel:
    """One delivery whose turn it is; `number` counts all its attempts, `tries` those in the schedule before this."""

    delivery: int
    sequence: int
    event: str
    event_type: str
    body: bytes
    number: int
    tries: int
    trace_id: str
    digest_at: datetime | None = None
    """Which digest it is a part of; None for one that is sent alone."""


@dataclass(frozen=True)
class Address:
    """Where to. Of a webhook: what signs, and the owner's own headers; of people: what opens their channel."""

    url: str
    signers: Sequence[SecretStr] = ()
    headers: Mapping[str, str] = field(default_factory=dict)
    endpoint: int = 0
    target: Mapping[str, str] = field(default_factory=dict, repr=False)
    zone: str = "UTC"
    """The time zone of the people, by its IANA name."""


@dataclass(frozen=True)
class SendResult:
    """What came of sending: `request` are the headers as the log may show them, `error` is one sentence for people.

    `outcome` decides. `delivered`: done. `throttled`: again, not before `retry_after`. `refused` and `unreachable`:
    again by the schedule. `rejected`: this message never. `gone`: nothing more, until the endpoint is enabled again.
    `postponed`: what is in the way is ours; again soon, for as long as it takes, at no cost to the endpoint.
    """

    outcome: Outcome
    request: Mapping[str, str]
    status: int | None = None
    response: str = ""
    error: str | None = None
    retry_after: timedelta | None = None


@dataclass(frozen=True)
class Tried(SendResult):
    """What came of one attempt for one of its deliveries; `ended` is when we knew."""

    parcel: Parcel = field(kw_only=True)
    at: datetime = field(kw_only=True)
    ended: datetime = field(kw_only=True)


Sender = Callable[[Client, Address, Sequence[Parcel], datetime], SendResult]
"""Sends these deliveries of one endpoint as one message: a single one, or those of a digest. It raises nothing that the
network or the other side can cause. The client must serve this endpoint only, because connections are kept.
"""


def attempt(sender: Sender, client: Client, to: Address, parcels: Sequence[Parcel], now: datetime) -> list[Tried]:
    """Sends the parcels together, and says of each what came of it."""
    began = time.perf_counter()
    answer = sender(client, to, parcels, now)
    ended = _since(now, began)
    return [Tried(**vars(answer), parcel=parcel, at=now, ended=ended) for parcel in parcels]


def post(client: Client, to: Address, parcels: Sequence[Parcel], now: datetime) -> SendResult:
    """Posts the one parcel to a webhook."""
    (parcel,) = parcels
    signed = signed_headers(to.signers, parcel.event, now, parcel.body)
    fields = {
        "content-type": "application/json",
        "accept-encoding": "identity",
        "dateline-sequence": str(parcel.sequence),
        **signed,
    }
    shown = {**fields, **dict.fromkeys(to.headers, MASK), "webhook-signature": MASK}
    began = time.perf_counter()
    try:
        headers = {**to.headers, **fields}
        response = send(client, "POST", to.url, headers=headers, content=parcel.body, limits=LIMITS)
    except EgressError as trouble:
        return SendResult("unreachable", shown, error=str(trouble))
    return answered(response, shown, _since(now, began))


def answered(response: Response, request: Mapping[str, str], ended: datetime) -> SendResult:
    """What an answer over HTTP means."""
    outcome = outcome_of(response.status)
    return SendResult(
        outcome=outcome,
        request=request,
        status=response.status,
        response=answer_excerpt(response),
        error=None if outcome == "delivered" else _sentence(response.status),
        retry_after=retry_after(response.header("retry-after"), ended) if outcome == "throttled" else None,
    )


def answer_excerpt(response: Response) -> str:
    """The beginning of an answer, as the log keeps it."""
    # PostgreSQL's text knows no NUL.
    return response.body[:KEPT].decode("utf-8", "replace").replace("\x00", "�")


def _since(at: datetime, began: float) -> datetime:
    return at + timedelta(seconds=time.perf_counter() - began)


def _sentence(status: int) -> str:
    if 300 <= status < 400:
        return f"The endpoint answered {status}; redirects are not followed, so give the final address."
    return f"The endpoint answered {status}."
