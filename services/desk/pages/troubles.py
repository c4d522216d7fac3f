"""What is wrong with the service and its sources, since when, and what to do next."""

from fastapi import APIRouter
from starlette.responses import Response

from services.desk.signed_in import SignedIn

router = APIRouter(prefix="/troubles")

PLACES = {
    "dead_letters": "/dead-letters",
    "endpoint_disabled": "/webhooks",
    "endpoint_failing": "/webhooks",
    "source_silent": "/sources",
    "source_blocked": "/sources",
    "source_gaps": "/gaps",
}
"""Where at the desk an operator goes on, by the kind of trouble."""


@router.get("")
async def troubles(visit: SignedIn) -> Response:
    report = await visit.api.get("/troubles")
    return visit.page("troubles.html", troubles=report["troubles"], ended=report["ended"], places=PLACES)
