"""Site profiles: the lines that stand on many pages of a site, and what people say of them."""

from fastapi import APIRouter
from starlette.responses import Response

from services.desk.signed_in import Form, SignedIn

router = APIRouter(prefix="/profiles")
NOTES = {
    "protected": "The line stays in articles from now on.",
    "unwanted": "The line is taken out of articles from now on.",
    "none": "What was said of the line is taken back.",
}


@router.get("")
async def hosts(visit: SignedIn, after: str = "") -> Response:
    record = await visit.api.get("/profiles", after=after)
    return visit.page("profiles.html", profiles=record["profiles"], following=record["next"])


@router.get("/{host}")
async def one_host(visit: SignedIn, host: str) -> Response:
    return visit.page("profile.html", profile=await visit.api.get(f"/profiles/{host}"))


@router.post("/{host}/lines")
async def judge_line_of_site(visit: SignedIn, host: str, form: Form) -> Response:
    order = {"text": form.get("text", ""), "ruling": form.get("ruling", "")}
    await visit.api.order("POST", f"/profiles/{host}/lines", order)
    note = f"{NOTES.get(order['ruling'], '')} What that changes of stored articles is proposed as a re-ingestion."
    return visit.leads(f"/profiles/{host}", note)


@router.post("/{host}/learn")
async def learn_anew(visit: SignedIn, host: str) -> Response:
    await visit.api.order("POST", f"/profiles/{host}/learn", None)
    return visit.leads(f"/profiles/{host}", "The profile is being learned in the background.")
