"""Pages: find any page that is known, and what became of it."""

from typing import Any, get_args

from fastapi import APIRouter
from starlette.responses import Response

from services.contracts.article import RejectionReason
from services.contracts.choices import PageState, PageVerdict
from services.desk.visit import Visiting
from services.desk.within import Refused

router = APIRouter(prefix="/pages")

CHOICES = {"state": get_args(PageState), "verdict": get_args(PageVerdict), "reason": get_args(RejectionReason)}


@router.get("")
async def search(
    visit: Visiting,
    address: str = "",
    source: str = "",
    host: str = "",
    state: str = "",
    verdict: str = "",
    reason: str = "",
    after: str = "",
) -> Response:
    asked = {"address": address, "source": source, "host": host, "state": state, "verdict": verdict, "reason": reason}
    trouble = ""
    found: dict[str, Any] = {"pages": [], "next": None}
    try:
        found = await visit.api.get("/pages", **asked, after=after)
    except Refused as refusal:
        if refusal.status != 422:
            raise
        trouble = refusal.sentence
    return visit.page(
        "pages.html",
        asked=asked,
        pages=found["pages"],
        following=found["next"],
        after=after,
        trouble=trouble,
        sources=[each["name"] for each in await visit.api.get("/sources")],
        choices=CHOICES,
    )


@router.get("/{number}")
async def show(visit: Visiting, number: str) -> Response:
    return visit.page("page.html", page=await visit.api.get(f"/pages/{number}"))
