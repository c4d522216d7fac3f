"""What somebody prefers, kept in their browser: the zone of times, and whether single keys lead somewhere."""

from fastapi import APIRouter
from starlette.responses import Response

from services.desk.signed_in import NO_KEYS, DeskRequest, Form, SignedIn
from services.desk.times import BROWSER, CHOSEN, zones

router = APIRouter(prefix="/preferences")

LASTS = 365 * 86_400
"""Seconds that a browser remembers them."""


@router.get("")
async def show(visit: SignedIn) -> Response:
    return _show(visit, visit.request.cookies.get(CHOSEN, ""))


@router.post("")
async def save(visit: SignedIn, form: Form) -> Response:
    zone = form.get("zone", "").strip().replace(" ", "_")
    if zone and zone not in zones():
        return _show(visit, zone, f"No zone is called {zone}. Write one as Europe/Paris, or UTC.")
    answer = visit.leads("/preferences", "Saved.")
    for name, value in {CHOSEN: zone, NO_KEYS: "" if "keys" in form else "off"}.items():
        answer.set_cookie(name, value, max_age=LASTS if value else 0, path=visit.base, samesite="lax")
    return answer


def _show(visit: DeskRequest, chosen: str, trouble: str = "") -> Response:
    browser = visit.request.cookies.get(BROWSER, "")
    known = {"browser": browser if browser in zones() else "", "zones": sorted(zones())}
    return visit.page("preferences.html", 422 if trouble else 200, chosen=chosen, trouble=trouble, **known)
