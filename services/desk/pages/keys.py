"""Keys, and the log of who did what."""

from fastapi import APIRouter
from starlette.responses import Response

from services.desk.visit import Form, Visiting

router = APIRouter()

SCOPES = (
    ("read", "read articles, events and sources"),
    ("subscribe", "also make webhook endpoints"),
    ("admin", "everything"),
)


@router.get("/keys")
async def keys(visit: Visiting, after: str = "") -> Response:
    return _keys(visit, await visit.api.get("/admin/keys", after=after))


@router.post("/keys")
async def make(visit: Visiting, form: Form) -> Response:
    wanted = {"name": form.get("name", ""), "scopes": [form.get("scope", "read")]}
    made = await visit.api.order("POST", "/admin/keys", wanted | _named(form, "reason"))
    # Shown on this answer and nowhere else: a redirect would have to carry the key.
    return _keys(visit, await visit.api.get("/admin/keys"), made["key"])


@router.post("/keys/{key_id}/revoke")
async def revoke(visit: Visiting, key_id: int, form: Form) -> Response:
    await visit.api.order("DELETE", f"/admin/keys/{key_id}", params=_named(form, "reason"))
    return visit.leads("/keys", f"Key {key_id} opens nothing any more.")


@router.get("/log")
async def log(visit: Visiting, after: str = "") -> Response:
    found = await visit.api.get("/admin/audit", after=after)
    return visit.page("log.html", entries=found["entries"], following=found["next"])


def _keys(visit: Visiting, found: dict[str, list[object]], made: str = "") -> Response:
    return visit.page("keys.html", keys=found["keys"], following=found["next"], made=made, scopes=SCOPES)


def _named(form: dict[str, str], name: str) -> dict[str, str]:
    return {name: form[name]} if form.get(name) else {}
