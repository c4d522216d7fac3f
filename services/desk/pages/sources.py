"""Sources: how each is, and what an operator may ask of it."""

import asyncio
from collections.abc import Mapping
from typing import Any

from fastapi import APIRouter
from starlette.responses import Response

from services.desk.api_client import Refused
from services.desk.downloads import as_file
from services.desk.pages.source_forms import source_form
from services.desk.signed_in import DeskRequest, Form, SignedIn
from services.desk.source_state import STATES, source_state, wrong_with

router = APIRouter(prefix="/sources")

MONTHS = 6
"""Months of coverage that a source's page shows."""


@router.get("")
async def sources(visit: SignedIn, state: str = "") -> Response:
    listed, counts = await asyncio.gather(visit.api.get("/sources"), visit.api.get("/gaps/counts"))
    gaps = {entry["source"]: entry["gaps"] for entry in counts}
    rows = [
        {"source": entry, "state": source_state(entry), "wrong": wrong_with(entry), "gaps": gaps.get(entry["name"], 0)}
        | _looks(entry)
        for entry in listed
    ]
    rows.sort(key=lambda row: STATES.index(row["state"]))
    shown = [row for row in rows if state in {"", row["state"]}]
    counted = {name: sum(row["state"] == name for row in rows) for name in STATES}
    return visit.page("sources.html", sources=shown, total=len(rows), counted=counted, state=state)


@router.get("/sources.toml")
async def export(visit: SignedIn, name: str = "") -> Response:
    """All sources, or one, as a file that can be loaded again."""
    text = await visit.api.get("/sources.toml", name=name)
    return as_file(text, f"{name or 'sources'}.toml", "application/toml")


@router.get("/-/move")
async def move_form(visit: SignedIn) -> Response:
    return visit.page("source_move.html", asked={}, plan=None, trouble="")


@router.post("/-/move")
async def move(visit: SignedIn, form: Form) -> Response:
    """What a move of a site would change; done when it is confirmed."""
    order: dict[str, Any] = {name: form.get(name, "").strip() for name in ("old", "new")}
    order |= {"announce": form.get("announce") == "yes", "dry_run": form.get("step") != "move"}
    try:
        plan = await visit.api.order("POST", "/sources/move", order)
    except Refused as refusal:
        return visit.page("source_move.html", 422, asked=form, plan=None, trouble=refusal.sentence)
    if plan["done"]:
        return visit.leads("/sources", f"{plan['pages']} pages of {order['old']} and their articles follow in turns.")
    return visit.page("source_move.html", asked=form, plan=plan, trouble="")


@router.get("/{name}")
async def source(visit: SignedIn, name: str) -> Response:
    return await _show(visit, name)


@router.post("/{name}/poll")
async def poll(visit: SignedIn, name: str, _form: Form) -> Response:
    polled = await visit.api.order("POST", f"/sources/{name}/poll")
    return visit.leads(f"/sources/{name}", f"Looking at {polled['channels']} channel(s) now.")


@router.post("/{name}/pause")
async def pause(visit: SignedIn, name: str, form: Form) -> Response:
    paused = form.get("paused") == "yes"
    await visit.api.order("POST", f"/sources/{name}/pause", {"paused": paused})
    return visit.leads(f"/sources/{name}", "It rests." if paused else "It is watched again.")


@router.post("/{name}/remove")
async def remove(visit: SignedIn, name: str, form: Form) -> Response:
    if form.get("confirm", "").strip() != name:
        return await _show(visit, name, trouble=f"Not removed: type {name} to confirm.")
    await visit.api.order("DELETE", f"/sources/{name}")
    return visit.leads("/sources", f"{name} is watched no longer. Its articles and captures stay.")


@router.post("/{name}/backfill")
async def backfill(visit: SignedIn, name: str, form: Form) -> Response:
    order: dict[str, Any] = {"source": name, "reason": form.get("reason", "").strip(), "since": form.get("since", "")}
    order |= {"until": form.get("until") or None, "announce": form.get("announce") == "yes"}
    try:
        await visit.api.order("POST", "/admin/backfills", order)
    except Refused as refusal:
        return await _show(visit, name, trouble=refusal.sentence)
    return visit.leads(f"/sources/{name}", "The backfill is under way; this page shows how far it is.")


@router.post("/{name}/backfill/{number}/cancel")
async def cancel_backfill(visit: SignedIn, name: str, number: int, _form: Form) -> Response:
    await visit.api.order("POST", f"/admin/backfills/{number}/cancel")
    return visit.leads(f"/sources/{name}", "It looks at nothing more. Pages that it has found stay.")


async def _show(visit: DeskRequest, name: str, *, trouble: str = "") -> Response:
    record = await visit.api.get(f"/sources/{name}")
    articles, coverage, counts, backfills = await asyncio.gather(
        visit.api.get("/articles", source=name, limit=10),
        visit.api.get("/coverage", source=name),
        visit.api.get("/gaps/counts"),
        _backfills(visit, name),
    )
    return visit.page(
        "source.html",
        422 if trouble else 200,
        source=record,
        state_name=source_state(record),
        wrong=wrong_with(record),
        articles=articles["articles"],
        months=coverage["months"][:MONTHS],
        gaps=next((entry["gaps"] for entry in counts if entry["source"] == name), 0),
        backfills=backfills,
        asked=source_form(record),
        trouble=trouble,
        **_looks(record),
    )


async def _backfills(visit: DeskRequest, name: str) -> list[Mapping[str, Any]]:
    if not visit.caller.may("admin"):
        return []
    listed: list[Mapping[str, Any]] = (await visit.api.get("/admin/backfills", source=name, limit=5))["backfills"]
    return listed


def _looks(source: Mapping[str, Any]) -> dict[str, str | None]:
    """When a channel of the source was looked at last, and when one is next."""
    looked = [channel["polled_at"] for channel in source["channels"] if channel["polled_at"]]
    due = [channel["next_look"] for channel in source["channels"] if channel["next_look"]]
    return {"last_look": max(looked, default=None), "next_look": min(due, default=None)}
