"""Coverage: what sources showed and Dateline does not have, and how complete each month is."""

from typing import get_args

from fastapi import APIRouter
from starlette.responses import Response

from services.contracts.choices import GapCause, GapState
from services.desk.signed_in import SignedIn

router = APIRouter()

CHOICES = {"cause": get_args(GapCause), "state": get_args(GapState)}


@router.get("/gaps")
async def gaps(visit: SignedIn, source: str = "", cause: str = "", state: str = "open", after: str = "") -> Response:
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
        sources=[entry["name"] for entry in await visit.api.get("/sources")],
        choices=CHOICES,
    )


@router.get("/coverage/{name}")
async def coverage(visit: SignedIn, name: str) -> Response:
    return visit.page("coverage.html", coverage=await visit.api.get("/coverage", source=name))
