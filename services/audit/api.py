"""What is wrong, over HTTP: for those who look after the service."""

from fastapi import APIRouter
from pydantic import BaseModel

from services.audit.troubles import TroubleView, troubles_before, troubles_now
from services.runtime.database import reading
from services.runtime.http.problems import requires

router = APIRouter(prefix="/troubles", tags=["admin"])


class Troubles(BaseModel):
    """What is wrong now, and what of the service's own was wrong and is over, the latest first."""

    troubles: list[TroubleView]
    ended: list[TroubleView]


@router.get("", dependencies=[requires("operate")])
def list_troubles() -> Troubles:
    """What is wrong now: with the service itself, and with the sources that it watches. Each says what to do next."""
    with reading() as session:
        return Troubles(troubles=troubles_now(session), ended=troubles_before(session))
