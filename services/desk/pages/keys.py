"""API keys: who may do what, until when, and who used theirs last."""

from datetime import timedelta, tzinfo
from typing import Any

from fastapi import APIRouter
from starlette.responses import Response

from services.desk.api_client import Refused
from services.desk.local_times import instant_of
from services.desk.signed_in import DeskRequest, Form, FormFields, SignedIn
from services.runtime.database import utcnow

router = APIRouter(prefix="/keys")

SCOPES = (
    ("read", "read articles, events and sources"),
    ("subscribe", "make webhook endpoints; may also read"),
    ("sources", "see what happens to sources: silent, blocked, gaps"),
    ("log", "see checkpoints of the transparency log as events"),
    ("operate", "see and be sent trouble of the service itself"),
    ("admin", "everything"),
)
LASTING = (("30", "in 30 days"), ("90", "in 90 days"), ("365", "in a year"))
SOON = timedelta(days=14)
"""A key that ends within this time is marked."""


@router.get("")
async def keys(visit: SignedIn, after: str = "") -> Response:
    return await _keys(visit, after=after, made=await visit.shown_once())


@router.post("")
async def make(visit: SignedIn, form: Form) -> Response:
    try:
        made = await visit.api.order("POST", "/admin/keys", _order(form, visit.zone))
    except Refused as refusal:
        return await _keys(visit, asked=form, trouble=refusal.sentence)
    return await visit.leads_once("/keys", made["key"])


@router.post("/{key_id}/rotate")
async def rotate(visit: SignedIn, key_id: int, form: Form) -> Response:
    fields = {"overlap_hours": form.get("overlap_hours") or 24} | _named(form, "reason")
    made = await visit.api.order("POST", f"/admin/keys/{key_id}/rotate", fields)
    return await visit.leads_once("/keys", made["key"])


@router.post("/{key_id}/revoke")
async def revoke(visit: SignedIn, key_id: int, form: Form) -> Response:
    await visit.api.order("DELETE", f"/admin/keys/{key_id}", params=_named(form, "reason"))
    return visit.leads("/keys", f"Key {key_id} opens nothing any more.")


async def _keys(
    visit: DeskRequest, *, after: str = "", made: str = "", asked: FormFields | None = None, trouble: str = ""
) -> Response:
    page, now = await visit.api.get("/admin/keys", after=after), utcnow()
    return visit.page(
        "keys.html",
        422 if trouble else 200,
        keys=page["keys"],
        following=page["next"],
        after=after,
        made=made,
        scopes=SCOPES,
        lasting=LASTING,
        now=now.isoformat(),
        soon=(now + SOON).isoformat(),
        asked=asked if asked is not None else FormFields([("scopes", "read")]),
        trouble=trouble,
    )


def _order(form: FormFields, zone: tzinfo) -> dict[str, Any]:
    fields = {"name": form.get("name", ""), "scopes": form.several("scopes")} | _named(form, "reason")
    if form.get("expires_at"):
        return fields | {"expires_at": instant_of(form["expires_at"], zone)}
    days = form.get("ends", "")
    return fields | ({"expires_at": (utcnow() + timedelta(days=int(days))).isoformat()} if days.isdecimal() else {})


def _named(form: FormFields, name: str) -> dict[str, str]:
    return {name: form[name]} if form.get(name) else {}
