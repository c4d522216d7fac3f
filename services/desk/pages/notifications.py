"""People who are told of events: who, how they answered, and whom to tell next."""

import asyncio
from collections.abc import Mapping
from typing import Any, get_args

from fastapi import APIRouter
from starlette.responses import Response

from services.contracts.changes import GRADES
from services.contracts.choices import Weekday
from services.desk.api_client import Refused
from services.desk.filter_form import KINDS
from services.desk.filter_preview import preview_of
from services.desk.signed_in import DeskRequest, Form, FormFields, SignedIn

router = APIRouter(prefix="/notifications")

TITLES = {"email": "E-mail", "teams": "Microsoft Teams", "ntfy": "ntfy"}
DAYS = [(day, day.title()) for day in get_args(Weekday)]
ABOUT = [
    ("article.*", "articles: new, changed, taken down"),
    ("article.created", "new articles only"),
    ("source.*", "sources: silent, blocked, gaps"),
    ("service.* source.*", "troubles of the service and its sources"),
]
"""What people may be notified of, by patterns of event types; the form of the endpoint offers each type."""
LISTS = ("sources", "words", "added", "removed")
"""The fields of a filter, each several values apart by commas."""
NOTES = {
    "test": "The test is on its way.",
    "pause": "Nothing is sent there.",
    "resume": "It is sent what comes, and what it missed.",
    "ask": "The recipient is asked to confirm it.",
    "delete": "It is gone for good.",
}


@router.get("")
async def notifications(visit: SignedIn) -> Response:
    """With the fields of the form in the address, it is filled in: a search is saved so."""
    sent = visit.request.query_params
    lists = [(name, ", ".join(values)) for name in (*LISTS, "min_grade") if (values := sent.getlist(name))]
    return await _list(visit, asked=FormFields([*lists, *(("kinds", kind) for kind in sent.getlist("kinds"))]))


@router.post("")
async def make(visit: SignedIn, form: Form) -> Response:
    if form.get("step") == "preview":
        return await _list(visit, asked=form, preview=await preview_of(visit, _choice(form)))
    try:
        made = await visit.api.order("POST", "/webhooks/endpoints", _order(form))
    except Refused as refusal:
        return await _list(visit, asked=form, preview=await preview_of(visit, _choice(form)), trouble=refusal.sentence)
    is_unconfirmed = made["state"] == "unconfirmed"
    return visit.leads("/notifications", NOTES["ask"] if is_unconfirmed else "They are told from now on.")


@router.post("/preview")
async def preview_part(visit: SignedIn, form: Form) -> Response:
    """What the half-written choice would have let through, while it is being written."""
    return visit.page("filter_preview.html", **await preview_of(visit, _choice(form)))


@router.post("/{endpoint}/{order}")
async def give(visit: SignedIn, endpoint: int, order: str, _form: Form) -> Response:
    path = f"/webhooks/endpoints/{endpoint}"
    match order:
        case "test":
            await visit.api.order("POST", f"{path}/test")
        case "pause":
            await visit.api.order("PATCH", path, {"state": "disabled"})
        case "resume" | "ask":
            await visit.api.order("PATCH", path, {"state": "active"})
        case "delete":
            await visit.api.order("DELETE", path)
        case _:
            raise Refused(404, {"title": "There is no such order"})
    return visit.leads("/notifications", NOTES[order])


async def _list(
    visit: DeskRequest, *, asked: FormFields, preview: Mapping[str, Any] | None = None, trouble: str = ""
) -> Response:
    page, kinds = await asyncio.gather(
        visit.api.get("/webhooks/endpoints", people="true", limit=100), visit.api.get("/webhooks/kinds")
    )
    ways = [(entry["kind"], _title(entry["kind"])) for entry in kinds if entry["kind"] != "webhook"]
    return visit.page(
        "notifications.html",
        422 if trouble else 200,
        endpoints=page["endpoints"],
        ways=ways,
        titles=dict(ways),
        missing=[entry["trouble"] for entry in kinds if entry["trouble"]],
        kinds=KINDS,
        grades=GRADES,
        days=DAYS,
        about=ABOUT,
        asked=asked,
        seen=preview or {"preview": None, "trouble": ""},
        trouble=trouble,
    )


def _title(way: str) -> str:
    return TITLES.get(way, way.title())


def _order(form: FormFields) -> dict[str, Any]:
    fields: dict[str, Any] = {name: form.get(name, "").strip() for name in ("kind", "to", "description")}
    fields |= {name: value for name in ("room", "token", "priority") if (value := form.get(name, "").strip())}
    return fields | _choice(form) | ({"digest": _digest(form)} if form.get("every") else {})


def _choice(form: FormFields) -> dict[str, Any]:
    """Which events, as the API takes it; nothing for all of them."""
    chosen: dict[str, Any] = {name: values for name in LISTS if (values := _values(form.get(name, "")))}
    chosen |= {"kinds": kinds} if (kinds := form.several("kinds")) else {}
    chosen |= {"min_grade": form["min_grade"]} if form.get("min_grade") else {}
    types = form.get("event_types", "").split()
    return ({"event_types": types} if types else {}) | ({"filter": chosen} if chosen else {})


def _digest(form: dict[str, str]) -> dict[str, str]:
    every = form["every"]
    named = {"hour": ("zone",), "day": ("zone", "at"), "week": ("zone", "at", "on")}.get(every, ())
    return {"every": every} | {name: form[name] for name in named if form.get(name)}


def _values(text: str) -> list[str]:
    return [value for part in text.split(",") if (value := part.strip())]
