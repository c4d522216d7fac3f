"""Pages: find any page that is known, and what became of it."""

from typing import get_args

from fastapi import APIRouter
from starlette.responses import Response

from services.contracts.article import RejectionReason
from services.contracts.choices import PageState, PageVerdict
from services.desk.signed_in import SignedIn

router = APIRouter(prefix="/pages")

CHOICES = {"state": get_args(PageState), "verdict": get_args(PageVerdict), "reason": get_args(RejectionReason)}


@router.get("")
async def search(
    visit: SignedIn,
    address: str = "",
    source: str = "",
    host: str = "",
    state: str = "",
    verdict: str = "",
    reason: str = "",
    after: str = "",
) -> Response:
    fields = {"address": address, "source": source, "host": host, "state": state, "verdict": verdict, "reason": reason}
    match = await visit.api.search("/pages", **fields, after=after)
    return visit.page(
        "pages.html",
        asked=fields,
        pages=match.rows,
        following=match.following,
        after=after,
        trouble=match.trouble,
        sources=await visit.api.source_names(),
        choices=CHOICES,
    )


@router.get("/{number}")
async def show(visit: SignedIn, number: str) -> Response:
    return visit.page("page.html", page=await visit.api.get(f"/pages/{number}"))
