"""Endpoints: who is told, what they were sent, and once more."""

import asyncio
from typing import Any

from fastapi import APIRouter
from starlette.responses import Response

from services.desk.api_client import Refused
from services.desk.signed_in import Form, SignedIn

router = APIRouter(prefix="/webhooks")

LISTS = ("sources", "kinds", "tags", "bylines", "datelines", "words")
"""The fields of a filter, each several values apart by commas."""
STATES = ("pending", "delivered", "failed", "cancelled")


@router.get("")
async def endpoints(visit: SignedIn) -> Response:
    return await _list(visit)


@router.post("")
async def make(visit: SignedIn, form: Form) -> Response:
    try:
        made = await visit.api.order("POST", "/webhooks/endpoints", _wanted(form))
    except Refused as refusal:
        return await _list(visit, asked=form, trouble=refusal.sentence)
    return await visit.leads_once(f"/webhooks/{made['id']}", made["secret"])


@router.get("/{endpoint}")
async def endpoint(visit: SignedIn, endpoint: int, state: str = "", after: str = "") -> Response:
    return await _show(visit, endpoint, state=state, after=after, secret=await visit.shown_once())


@router.get("/{endpoint}/preview")
async def preview(visit: SignedIn, endpoint: int) -> Response:
    entry = await visit.api.get(f"/webhooks/endpoints/{endpoint}")
    judged = await visit.api.order("POST", f"/webhooks/endpoints/{endpoint}/preview", {})
    return visit.page("preview.html", endpoint=entry, preview=judged)


@router.get("/{endpoint}/deliveries/{delivery}")
async def delivery(visit: SignedIn, endpoint: int, delivery: int) -> Response:
    path = f"/webhooks/endpoints/{endpoint}"
    result, whole = await asyncio.gather(visit.api.get(path), visit.api.get(f"{path}/deliveries/{delivery}"))
    return visit.page("delivery.html", endpoint=result, delivery=whole)


@router.post("/{endpoint}/deliveries/{delivery}/replay")
async def replay_one(visit: SignedIn, endpoint: int, delivery: int, _form: Form) -> Response:
    done = await visit.api.order("POST", f"/webhooks/endpoints/{endpoint}/deliveries/{delivery}/replay")
    message = "It is on its way again." if done["deliveries"] else "It was cancelled, and does not come."
    return visit.leads(f"/webhooks/{endpoint}/deliveries/{delivery}", message)


@router.post("/{endpoint}/replay")
async def replay_failed(visit: SignedIn, endpoint: int, _form: Form) -> Response:
    order = {"from_sequence": 1, "only": "failed"}
    done = await visit.api.order("POST", f"/webhooks/endpoints/{endpoint}/replays", order)
    return visit.leads(f"/webhooks/{endpoint}", f"{done['deliveries']} deliveries are on their way again.")


@router.post("/{endpoint}/retry")
async def retry(visit: SignedIn, endpoint: int, _form: Form) -> Response:
    done = await visit.api.order("POST", f"/webhooks/endpoints/{endpoint}/retry")
    return visit.leads(f"/webhooks/{endpoint}", f"{done['deliveries']} deliveries are due now.")


@router.post("/{endpoint}/test")
async def test(visit: SignedIn, endpoint: int, _form: Form) -> Response:
    ordered = await visit.api.order("POST", f"/webhooks/endpoints/{endpoint}/test")
    return visit.leads(f"/webhooks/{endpoint}/deliveries/{ordered['delivery']}", "The test is on its way.")


@router.post("/{endpoint}/rotate")
async def rotate(visit: SignedIn, endpoint: int, form: Form) -> Response:
    order = {"overlap_hours": form.get("overlap_hours") or 24}
    made = await visit.api.order("POST", f"/webhooks/endpoints/{endpoint}/rotate", order)
    return await visit.leads_once(f"/webhooks/{endpoint}", made["secret"])


@router.post("/{endpoint}/state")
async def change(visit: SignedIn, endpoint: int, form: Form) -> Response:
    entry = form.get("state", "active")
    await visit.api.order("PATCH", f"/webhooks/endpoints/{endpoint}", {"state": entry})
    return visit.leads(f"/webhooks/{endpoint}", "It is told again." if entry == "active" else "Nothing is sent there.")


@router.post("/{endpoint}/delete")
async def delete(visit: SignedIn, endpoint: int, _form: Form) -> Response:
    await visit.api.order("DELETE", f"/webhooks/endpoints/{endpoint}")
    return visit.leads("/webhooks", f"Endpoint {endpoint} is gone for good.")


async def _list(visit: SignedIn, *, asked: dict[str, str] | None = None, trouble: str = "") -> Response:
    result = (await visit.api.get("/webhooks/endpoints", people="false", limit=100))["endpoints"]
    health = await asyncio.gather(*(visit.api.get(f"/webhooks/endpoints/{entry['id']}/health") for entry in result))
    return visit.page(
        "webhooks.html",
        422 if trouble else 200,
        endpoints=list(zip(result, health, strict=True)),
        lists=LISTS,
        asked=asked or {},
        trouble=trouble,
    )


async def _show(visit: SignedIn, endpoint: int, *, state: str = "", after: str = "", secret: str = "") -> Response:
    path = f"/webhooks/endpoints/{endpoint}"
    result, health, log = await asyncio.gather(
        visit.api.get(path),
        visit.api.get(f"{path}/health"),
        visit.api.get(f"{path}/deliveries", state=state, after=after, limit=25),
    )
    return visit.page(
        "endpoint.html",
        endpoint=result,
        health=health,
        deliveries=log["deliveries"],
        following=log["next"],
        asked_state=state,
        states=STATES,
        secret=secret,
    )


def _wanted(form: dict[str, str]) -> dict[str, Any]:
    chosen = {name: _values(form[name]) for name in LISTS if form.get(name)}
    fields: dict[str, Any] = {name: form.get(name, "").strip() for name in ("url", "description")}
    if chosen:
        fields["filter"] = {"match": form.get("match", "all"), **chosen}
    return fields | {"payload": form.get("payload", "full")}


def _values(text: str) -> list[str]:
    return [value for part in text.split(",") if (value := part.strip())]
