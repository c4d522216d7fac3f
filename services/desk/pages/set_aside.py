"""What was given up on: read why, then say it again or decide that it will not be said."""

from fastapi import APIRouter
from starlette.responses import Response

from services.desk.signed_in import Form, SignedIn

router = APIRouter(prefix="/set-aside")


@router.get("")
async def messages(visit: SignedIn, kind: str = "", discarded: bool = False, after: str = "") -> Response:
    found = await visit.api.get("/admin/messages", kind=kind, discarded=discarded, after=after)
    return visit.page(
        "set_aside.html",
        messages=found["messages"],
        following=found["next"],
        kind=kind,
        discarded=discarded,
        kinds=sorted({each["kind"] for each in found["messages"]} | ({kind} if kind else set())),
    )


@router.get("/{message_id}")
async def message(visit: SignedIn, message_id: int) -> Response:
    return visit.page("message.html", message=await visit.api.get(f"/admin/messages/{message_id}"))


@router.post("/replay")
async def replay_all(visit: SignedIn, form: Form) -> Response:
    taken = await visit.api.order("POST", "/admin/messages/replay", {"kind": form.get("kind") or None})
    more = " There are more: ask again." if taken["more"] else ""
    return visit.leads("/set-aside", f"{taken['taken']} message(s) said again.{more}")


@router.post("/{message_id}/replay")
async def replay(visit: SignedIn, message_id: int, _form: Form) -> Response:
    await visit.api.order("POST", f"/admin/messages/{message_id}/replay")
    return visit.leads("/set-aside", f"Message {message_id} was said again, with all its attempts.")


@router.post("/{message_id}/discard")
async def discard(visit: SignedIn, message_id: int, form: Form) -> Response:
    await visit.api.order("POST", f"/admin/messages/{message_id}/discard", {"reason": form.get("reason", "")})
    return visit.leads("/set-aside", f"Message {message_id} will not be said again; it is kept among the discarded.")
