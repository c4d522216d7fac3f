"""Keys, and the log of who did what."""

import json
from collections.abc import Mapping
from typing import Any

from fastapi import APIRouter
from starlette.responses import Response

from services.desk.api_client import Refused
from services.desk.signed_in import Form, SignedIn

router = APIRouter()

SCOPES = (
    ("read", "read articles, events and sources"),
    ("subscribe", "also make webhook endpoints"),
    ("sources", "also see what happens to sources: silent, blocked, gaps"),
    ("log", "also see checkpoints of the transparency log as events"),
    ("operate", "also see and be sent trouble of the service itself"),
    ("admin", "everything"),
)


@router.get("/keys")
async def keys(visit: SignedIn, after: str = "") -> Response:
    return _keys(visit, await visit.api.get("/admin/keys", after=after), await visit.shown_once())


@router.post("/keys")
async def make(visit: SignedIn, form: Form) -> Response:
    fields = {"name": form.get("name", ""), "scopes": [form.get("scope", "read")]}
    try:
        made = await visit.api.order("POST", "/admin/keys", fields | _named(form, "reason"))
    except Refused as refusal:
        return _keys(visit, await visit.api.get("/admin/keys"), asked=form, trouble=refusal.sentence)
    return await visit.leads_once("/keys", made["key"])


@router.post("/keys/{key_id}/rotate")
async def rotate(visit: SignedIn, key_id: int, form: Form) -> Response:
    fields = {"overlap_hours": form.get("overlap_hours") or 24} | _named(form, "reason")
    made = await visit.api.order("POST", f"/admin/keys/{key_id}/rotate", fields)
    return await visit.leads_once("/keys", made["key"])


@router.post("/keys/{key_id}/revoke")
async def revoke(visit: SignedIn, key_id: int, form: Form) -> Response:
    await visit.api.order("DELETE", f"/admin/keys/{key_id}", params=_named(form, "reason"))
    return visit.leads("/keys", f"Key {key_id} opens nothing any more.")


@router.get("/log")
async def log(visit: SignedIn, after: str = "") -> Response:
    entry = await visit.api.get("/admin/audit", after=after)
    entries, archive = [_with_words(member) for member in entry["entries"]], await visit.api.get("/archive")
    return visit.page("log.html", entries=entries, following=entry["next"], archive=archive)


def _keys(
    visit: SignedIn, found: dict[str, Any], made: str = "", *, asked: Mapping[str, str] | None = None, trouble: str = ""
) -> Response:
    return visit.page(
        "keys.html",
        422 if trouble else 200,
        keys=found["keys"],
        following=found["next"],
        made=made,
        scopes=SCOPES,
        asked=asked or {},
        trouble=trouble,
    )


def _with_words(entry: Mapping[str, Any]) -> dict[str, Any]:
    """The entry, its result as a person reads it: what was counted, without what was not."""
    try:
        report = json.loads(entry["result"] or "")
    except ValueError:
        report = entry["result"]
    if isinstance(report, dict):
        counted = (
            f"{element} {name}".replace("_", " ")
            for name, element in report.items()
            if isinstance(element, int) and element
        )
        report = ", ".join([*(member for member in report.values() if isinstance(member, str)), *counted])
    return {**entry, "result": report}


def _named(form: dict[str, str], name: str) -> dict[str, str]:
    return {name: form[name]} if form.get(name) else {}
