"""Taken down: mass takedowns that wait for a decision, and the articles whose pages are not there."""

from fastapi import APIRouter
from starlette.responses import Response

from services.desk.active_filters import chips_of
from services.desk.signed_in import Form, SignedIn

router = APIRouter(prefix="/taken-down")

TOGETHER = ("open", "released", "discarded", "returned")
STATUSES = ("removed", "missing", "blocked", "moved", "withdrawn")


@router.get("")
async def listed(visit: SignedIn, status: str = "removed", source: str = "", after: str = "") -> Response:
    fields = {"status": status, "source": source}
    match = await visit.api.search("/articles", **fields, by="status", after=after)
    return visit.page(
        "taken_down.html",
        takedowns=await visit.api.get("/takedowns", state="open"),
        articles=match.rows,
        following=match.following,
        trouble=match.trouble,
        asked=fields,
        after=after,
        statuses=STATUSES,
        sources=await visit.api.source_names(),
        chips=chips_of(f"{visit.base}/taken-down", {"source": source}, always={"status": status}),
    )


@router.get("/together")
async def together(visit: SignedIn, state: str = "open") -> Response:
    """Mass takedowns, those that wait and those that were decided."""
    takedowns = await visit.api.get("/takedowns", state=state)
    return visit.page("takedowns.html", takedowns=takedowns, state=state, states=TOGETHER)


@router.get("/{takedown}")
async def takedown(visit: SignedIn, takedown: int) -> Response:
    return visit.page("takedown.html", takedown=await visit.api.get(f"/takedowns/{takedown}"))


@router.post("/{takedown}/release")
async def release(visit: SignedIn, takedown: int, _form: Form) -> Response:
    await visit.api.order("POST", f"/takedowns/{takedown}/release")
    return visit.leads("/taken-down", "Released: each page that did not come back is announced as removed.")


@router.post("/{takedown}/discard")
async def discard(visit: SignedIn, takedown: int, _form: Form) -> Response:
    await visit.api.order("POST", f"/takedowns/{takedown}/discard")
    return visit.leads("/taken-down", "Discarded: the articles stay missing, and nobody is sent an event.")
