"""What was given up on: read why, then replay it or decide that it will not be said."""

from fastapi import APIRouter
from starlette.responses import Response

from services.desk.signed_in import Form, SignedIn

router = APIRouter(prefix="/dead-letters")


@router.get("")
async def messages(visit: SignedIn, kind: str = "", discarded: bool = False, after: str = "") -> Response:
    record = await visit.api.get("/admin/dead-letters", kind=kind, discarded=discarded, after=after)
    return visit.page(
        "dead_letters.html",
        messages=record["messages"],
        following=record["next"],
        kind=kind,
        discarded=discarded,
        kinds=sorted({entry["kind"] for entry in record["messages"]} | ({kind} if kind else set())),
    )


@router.get("/{message_id}")
async def message(visit: SignedIn, message_id: int) -> Response:
    return visit.page("message.html", message=await visit.api.get(f"/admin/dead-letters/{message_id}"))


@router.post("/replay")
async def replay_all(visit: SignedIn, form: Form) -> Response:
    claimed = await visit.api.order("POST", "/admin/dead-letters/replay", {"kind": form.get("kind") or None})
    more = " There are more: ask again." if claimed["more"] else ""
    return visit.leads("/dead-letters", f"{claimed['taken']} message(s) enqueued again.{more}")


@router.post("/{message_id}/replay")
async def replay(visit: SignedIn, message_id: int, _form: Form) -> Response:
    await visit.api.order("POST", f"/admin/dead-letters/{message_id}/replay")
    return visit.leads("/dead-letters", f"Message {message_id} was enqueued again, with all its attempts.")


@router.post("/{message_id}/discard")
async def discard(visit: SignedIn, message_id: int, form: Form) -> Response:
    await visit.api.order("POST", f"/admin/dead-letters/{message_id}/discard", {"reason": form.get("reason", "")})
    return visit.leads(
        "/dead-letters", f"Message {message_id} will not be enqueued again; it is kept among the discarded."
    )
