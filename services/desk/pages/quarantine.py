"""Readings that wait because their pages are built otherwise than before: look at both, then release or discard."""

from fastapi import APIRouter
from starlette.responses import Response

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
        sources=sorted({entry["source"] for entry in record["readings"]}),
    )


@router.get("/{article}")
async def both(visit: SignedIn, article: str) -> Response:
    return visit.page("quarantined.html", reading=await visit.api.get(f"/quarantine/{article}"))


@router.post("/decide")
async def decide(visit: SignedIn, form: Form) -> Response:
    words = {
        "decision": form.get("decision"),
        "articles": [form["article"]] if form.get("article") else None,
        "source": form.get("source") or None,
        "announce": form.get("announce") == "yes",
    }
    decided = await visit.api.order("POST", "/quarantine/decisions", words)
    more = " There are more: ask again." if decided["more"] else ""
    done = "released" if form.get("decision") == "release" else "discarded"
    return visit.leads("/quarantine", f"{decided['readings']} reading(s) {done}.{more}")
