"""Coverage: what sources showed and Dateline does not have, and how complete each month is."""

from http import HTTPStatus
from typing import get_args

from fastapi import APIRouter
from starlette.responses import Response

from services.contracts.choices import GapCause, GapState
from services.desk.active_filters import chips_of
from services.desk.api_client import Refused
from services.desk.signed_in import Form, SignedIn

router = APIRouter()

ACCEPTED = "Accepted. They stay listed, and alarm nobody until their cause changes."
CHOICES = {"cause": get_args(GapCause), "state": get_args(GapState)}


@router.get("/gaps")
async def gaps(visit: SignedIn, source: str = "", cause: str = "", state: str = "open", after: str = "") -> Response:
    return await _gaps(visit, source, cause, state, after)


@router.post("/gaps/accept")
async def accept(visit: SignedIn, form: Form) -> Response:
    order: dict[str, object] = {"reason": form.get("reason", "").strip()}
    order |= {"source": form.get("source", ""), "cause": form.get("cause", "")}
    order["pattern"] = form.get("pattern", "").strip() or None
    try:
        await visit.api.order("POST", "/gaps/acceptances", order)
    except Refused as refusal:
        return await _gaps(visit, refusal=refusal.sentence)
    return visit.leads("/gaps", ACCEPTED)


@router.post("/gaps/accept-ticked")
async def accept_ticked(visit: SignedIn, form: Form) -> Response:
    """Each gap that is ticked, for the same reason; one that is not open any more keeps none of the others."""
    numbers = [int(number) for number in form.several("gap") if number.isdecimal()]
    if not numbers:
        return await _gaps(visit, refusal="Nothing was ticked. Tick the gaps that are right first.")
    closed = 0
    for number in numbers:
        try:
            await visit.api.order(
                "POST", "/gaps/acceptances", {"gap": number, "reason": form.get("reason", "").strip()}
            )
        except Refused as refusal:
            if refusal.status != HTTPStatus.NOT_FOUND:
                return await _gaps(visit, refusal=refusal.sentence)
            closed += 1
    note = f"{len(numbers) - closed} accepted. They stay listed, and alarm nobody until their cause changes."
    return visit.leads("/gaps", note + (f" {closed} were not open any more." if closed else ""))


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
