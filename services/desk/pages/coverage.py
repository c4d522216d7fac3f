"""Coverage: what sources showed and Dateline does not have, and how complete each month is."""

from typing import get_args

from fastapi import APIRouter
from starlette.responses import Response

from services.contracts.choices import GapCause, GapState
from services.desk.active_filters import chips_of
from services.desk.api_client import Refused
from services.desk.signed_in import Form, SignedIn

router = APIRouter()

CHOICES = {"cause": get_args(GapCause), "state": get_args(GapState)}


@router.get("/gaps")
async def gaps(visit: SignedIn, source: str = "", cause: str = "", state: str = "open", after: str = "") -> Response:
    return await _gaps(visit, source, cause, state, after)


@router.post("/gaps/accept")
async def accept(visit: SignedIn, form: Form) -> Response:
    order: dict[str, object] = {"reason": form.get("reason", "").strip()}
    if form.get("gap", "").isdecimal():
        order["gap"] = int(form["gap"])
    else:
        order |= {"source": form.get("source", ""), "cause": form.get("cause", "")}
        order["pattern"] = form.get("pattern", "").strip() or None
    try:
        await visit.api.order("POST", "/gaps/acceptances", order)
    except Refused as refusal:
        return await _gaps(visit, refusal=refusal.sentence)
    return visit.leads("/gaps", "Accepted. It stays listed, and alarms nobody until its cause changes.")


@router.post("/gaps/acceptances/{number}/recount")
async def recount(visit: SignedIn, number: int, _form: Form) -> Response:
    await visit.api.order("DELETE", f"/gaps/acceptances/{number}")
    return visit.leads("/gaps", "They count again.")


async def _gaps(
    visit: SignedIn, source: str = "", cause: str = "", state: str = "open", after: str = "", refusal: str = ""
) -> Response:
    fields = {"source": source, "cause": cause, "state": state}
    match = await visit.api.search("/gaps", **fields, after=after)
    return visit.page(
        "gaps.html",
        asked=fields,
        gaps=match.rows,
        following=match.following,
        after=after,
        trouble=match.trouble,
        counts=await visit.api.get("/gaps/counts"),
        sources=await visit.api.source_names(),
        choices=CHOICES,
        chips=chips_of(f"{visit.base}/gaps", {"source": source, "cause": cause}, always={"state": state}),
        acceptances=await visit.api.get("/gaps/acceptances"),
        refusal=refusal,
    )


@router.get("/coverage/{name}")
async def coverage(visit: SignedIn, name: str) -> Response:
    return visit.page("coverage.html", coverage=await visit.api.get("/coverage", source=name))
