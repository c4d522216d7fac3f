"""What was given up on, by cause: read why, see what hangs on it, replay or discard it; and what is being retried."""

import asyncio
from typing import Any

from fastapi import APIRouter
from starlette.responses import Response

from services.desk.active_filters import chips_of
from services.desk.signed_in import Form, FormFields, SignedIn

router = APIRouter(prefix="/dead-letters")


@router.get("")
async def groups(visit: SignedIn) -> Response:
    """Groups of messages of one cause, and what is still tried."""
    result, retries, sums = await asyncio.gather(
        visit.api.get("/admin/dead-letters/groups"),
        visit.api.get("/admin/retries", limit=25),
        visit.api.get("/webhooks/statistics"),
    )
    waiting = {entry["endpoint"]: entry["pending"] for entry in sums["endpoints"]}
    return visit.page(
        "dead_letters.html",
        groups=result["groups"],
        more=result["more"],
        waiting=waiting,
        retries=retries["messages"],
        more_retries=retries["next"],
    )


@router.get("/messages")
async def messages(
    visit: SignedIn, kind: str = "", cause: str | None = None, discarded: bool = False, after: str = ""
) -> Response:
    fields = {"kind": kind, "discarded": discarded} | ({"cause": cause} if cause is not None else {})
    record = await visit.api.search("/admin/dead-letters", **fields, after=after)
    return visit.page(
        "dead_letter_messages.html",
        messages=record.rows,
        following=record.following,
        trouble=record.trouble,
        after=after,
        asked={name: value for name, value in fields.items() if value},
        chips=chips_of(
            f"{visit.base}/dead-letters/messages",
            {"kind": kind, "cause": cause or ""},
            always={"discarded": "true"} if discarded else {},
        ),
        discarded=discarded,
    )


@router.get("/{message_id}")
async def message(visit: SignedIn, message_id: int) -> Response:
    return visit.page("message.html", message=await visit.api.get(f"/admin/dead-letters/{message_id}"))


@router.post("/replay")
async def replay_all(visit: SignedIn, form: Form) -> Response:
    claimed = await visit.api.order("POST", "/admin/dead-letters/replay", _group(form))
    left = f" {claimed['refused']} cannot be read by this version and stay." if claimed["refused"] else ""
    more = " There are more: replay again." if claimed["more"] else ""
    return visit.leads("/dead-letters", f"{claimed['taken']} message(s) enqueued again.{left}{more}")


@router.post("/discard")
async def discard_all(visit: SignedIn, form: Form) -> Response:
    order = _group(form) | {"reason": form.get("reason", "")}
    claimed = await visit.api.order("POST", "/admin/dead-letters/discard", order)
    more = " There are more: discard again." if claimed["more"] else ""
    return visit.leads(
        "/dead-letters", f"{claimed['taken']} message(s) discarded; they are kept with the reason.{more}"
    )


@router.post("/{message_id}/replay")
async def replay(visit: SignedIn, message_id: int, _form: Form) -> Response:
    await visit.api.order("POST", f"/admin/dead-letters/{message_id}/replay")
    return visit.leads("/dead-letters", f"Message {message_id} was enqueued again, with all its attempts.")


@router.post("/{message_id}/discard")
async def discard(visit: SignedIn, message_id: int, form: Form) -> Response:
    await visit.api.order("POST", f"/admin/dead-letters/{message_id}/discard", {"reason": form.get("reason", "")})
    return visit.leads("/dead-letters", f"Message {message_id} is discarded; it is kept with the reason.")


def _group(form: FormFields) -> dict[str, Any]:
    return {"kind": form.get("kind") or None} | ({"cause": form["cause"]} if "cause" in form else {})
