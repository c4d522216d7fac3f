"""One attempt: the frozen bytes, signed anew and posted; whatever happens on the network is a value."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
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


@dataclass(frozen=True)
class Address:
    """Where to, what signs, and the owner's own headers."""

    url: str
    signers: Sequence[SecretStr]
    headers: Mapping[str, str]


@dataclass(frozen=True)
class Tried:
    """What came of one attempt; `ended` is when we knew, `request` the headers as the log may show them."""

    parcel: Parcel
    outcome: Outcome
    at: datetime
    ended: datetime
    request: Mapping[str, str]
    status: int | None = None
    response: str = ""
    error: str | None = None
    retry_after: timedelta | None = None


def attempt(client: Client, to: Address, parcel: Parcel, now: datetime) -> Tried:
    """Posts the parcel; the client must serve this endpoint only, because connections are kept."""
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
        return Tried(parcel, "unreachable", now, _since(now, began), shown, error=str(trouble))
    return answered(parcel, response, at=now, ended=_since(now, began), request=shown)


def answered(parcel: Parcel, response: Response, *, at: datetime, ended: datetime, request: Mapping[str, str]) -> Tried:
    """What an answer means."""
    outcome = outcome_of(response.status)
    return Tried(
        parcel=parcel,
        outcome=outcome,
        at=at,
        ended=ended,
        request=request,
        status=response.status,
        # PostgreSQL's text knows no NUL.
        response=response.body[:KEPT].decode("utf-8", "replace").replace("\x00", "�"),
        error=None if outcome == "delivered" else _sentence(response.status),
        retry_after=retry_after(response.header("retry-after"), ended) if outcome == "throttled" else None,
    )


def _since(at: datetime, began: float) -> datetime:
    return at + timedelta(seconds=time.perf_counter() - began)


def _sentence(status: int) -> str:
    if 300 <= status < 400:
        return f"The endpoint answered {status}; redirects are not followed, so give the final address."
    return f"The endpoint answered {status}."
