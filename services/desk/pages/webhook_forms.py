"""Endpoints made and changed: all that the API can, with a look at what a choice would have let through."""

import asyncio
from collections.abc import Mapping
from typing import Any

from fastapi import APIRouter
from starlette.responses import Response

from services.desk import filter_form
from services.desk.api_client import Refused
from services.desk.filter_form import EndpointForm, offered
from services.desk.filter_preview import preview_of
from services.desk.signed_in import DeskRequest, Form, SignedIn

router = APIRouter(prefix="/webhooks")


@router.get("/new")
async def compose(visit: SignedIn) -> Response:
    """An empty form, or one that a search has filled in: its address says what is chosen."""
    query_params = visit.request.query_params
    return await _form(visit, EndpointForm({name: query_params.getlist(name) for name in query_params}))


@router.post("")
async def make(visit: SignedIn, form: Form) -> Response:
    sent = EndpointForm(form.every)
    if form.get("step") == "preview":
        return await _form(visit, sent, preview=await preview_of(visit, sent.choice()))
    order = sent.order() | ({"key": int(form["key"])} if form.get("key", "").isdecimal() else {})
    try:
        made = await visit.api.order("POST", "/webhooks/endpoints", order)
    except Refused as refusal:
        return await _form(visit, sent, trouble=refusal.sentence)
    return await visit.leads_once(f"/webhooks/{made['id']}", made["secret"])


@router.post("/preview")
async def preview_part(visit: SignedIn, form: Form) -> Response:
    """What the half-written choice would have let through, while it is being written."""
    return visit.page(
        "filter_preview.html", **await preview_of(visit, EndpointForm(form.every).choice(), form.get("endpoint", ""))
    )


@router.get("/{endpoint}/edit")
async def edit(visit: SignedIn, endpoint: int) -> Response:
    known = await visit.api.get(f"/webhooks/endpoints/{endpoint}")
    return await _form(visit, EndpointForm.of(known), known)


@router.post("/{endpoint}/edit")
async def change(visit: SignedIn, endpoint: int, form: Form) -> Response:
    sent, known = EndpointForm(form.every), await visit.api.get(f"/webhooks/endpoints/{endpoint}")
    if form.get("step") == "preview":
        return await _form(visit, sent, known, preview=await preview_of(visit, sent.choice(), str(endpoint)))
    try:
        order = sent.order() if known["kind"] == "webhook" else sent.order_of_people()
        await visit.api.order("PATCH", f"/webhooks/endpoints/{endpoint}", order)
    except Refused as refusal:
        return await _form(visit, sent, known, trouble=refusal.sentence)
    return visit.leads(f"/webhooks/{endpoint}", "Changed. What is sent from now on goes by it.")


async def _form(
    visit: DeskRequest,
    asked: EndpointForm,
    endpoint: Mapping[str, Any] | None = None,
    *,
    preview: Mapping[str, Any] | None = None,
    trouble: str = "",
) -> Response:
    sources, keys = await asyncio.gather(visit.api.source_names(), _keys(visit))
    names = offered(sources, [*asked.lines("sources"), *asked.lines("not_sources")])
    return visit.page(
        "endpoint_form.html",
        422 if trouble else 200,
        asked=asked,
        endpoint=endpoint,
        ticked={"sources": names, "kinds": filter_form.KINDS, "changed": filter_form.CHANGES},
        types=filter_form.event_types(asked.lines("event_types")),
        grades=filter_form.GRADES,
        labels=filter_form.LABELS,
        key_choices=[(str(key["id"]), f"{key['name']} ({key['id']})") for key in keys],
        seen=preview or {"preview": None, "trouble": ""},
        trouble=trouble,
    )


async def _keys(visit: DeskRequest) -> list[Mapping[str, Any]]:
    """The keys that an endpoint can be made for: an admin may choose."""
    if not visit.caller.may("admin"):
        return []
    listed = (await visit.api.get("/admin/keys", limit=200))["keys"]
    return [key for key in listed if not key["revoked_at"]]
