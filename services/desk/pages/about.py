"""About this installation: its version, how it is, and where its other doors are."""

from fastapi import APIRouter
from starlette.responses import Response

from services.desk.api_client import Refused
from services.desk.signed_in import DeskRequest, SignedIn

router = APIRouter(prefix="/about")


@router.get("")
async def show(visit: SignedIn) -> Response:
    signpost = await visit.api.get("/")
    return visit.page("about_desk.html", signpost=signpost, readiness=await _readiness(visit))


async def _readiness(visit: DeskRequest) -> object:
    try:
        return await visit.api.get("/health/ready")
    except Refused as refusal:
        return refusal.problem
