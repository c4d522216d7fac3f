"""Readings that wait because their pages are built otherwise than before: look at both, then release or discard."""

from typing import Any

from fastapi import APIRouter
from starlette.responses import Response

from services.desk.active_filters import chips_of
from services.desk.signed_in import Form, SignedIn

router = APIRouter(prefix="/quarantine")


@router.get("")
async def readings(visit: SignedIn, state: str = "held", source: str = "", after: str = "") -> Response:
    record = await visit.api.get("/quarantine", state=state, source=source, after=after)
    return visit.page(
        "quarantine.html",
        readings=record["readings"],
        following=record["next"],
        state=state,
        source=source,
        after=after,
        sources=await visit.api.source_names(),
        chips=chips_of(f"{visit.base}/quarantine", {"source": source}, always={"state": state}),
        waiting=sorted({entry["source"] for entry in record["readings"]}),
        changes=await visit.api.get("/shared-changes", source=source),
    )


@router.get("/changes/{change}")
async def shared(visit: SignedIn, change: str, after: str = "") -> Response:
    """One change on many pages, with all of them."""
    found = await visit.api.get(f"/shared-changes/{change}", after=after)
    return visit.page("shared_change.html", change=found, after=after)


@router.get("/{article}")
async def both(visit: SignedIn, article: str) -> Response:
    return visit.page("quarantined.html", reading=await visit.api.get(f"/quarantine/{article}"))


@router.post("/decide")
async def decide(visit: SignedIn, form: Form) -> Response:
    """What is ticked, or all of a source."""
    chosen, source = form.several("article"), form.get("source")
    if not chosen and not source:
        return visit.leads("/quarantine", "Nothing was ticked, so nothing was decided.")
    order: dict[str, Any] = {"decision": form.get("decision"), "announce": form.get("announce") == "yes"}
    order |= {"articles": chosen} if chosen else {"source": source}
    decided = await visit.api.order("POST", "/quarantine/decisions", order)
    more = " There are more: decide again." if decided["more"] else ""
    done = "released" if form.get("decision") == "release" else "discarded"
    return visit.leads("/quarantine", f"{decided['readings']} reading(s) {done}.{more}")
