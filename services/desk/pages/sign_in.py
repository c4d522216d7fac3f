"""Signing in with an API key, and out again."""

import time
from collections.abc import Mapping
from typing import Annotated
from urllib.parse import urlsplit

from fastapi import APIRouter, Form, Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import HTMLResponse, RedirectResponse, Response

from services.access import sessions
from services.contracts.caller import Caller
from services.desk.render import POLICY, rendered
from services.desk.signed_in import COOKIE, SignedIn
from services.desk.signed_in import Form as OurForm
from services.runtime.database import transaction, utcnow
from services.runtime.http.problems import Problem, refuse_wrong_keys

router = APIRouter()


@router.get("/sign-in")
def sign_in(request: Request, next: str = "") -> Response:  # noqa: A002 - the name in the address
    return _asking(request, wanted=next)


@router.post("/sign-in")
def begin(request: Request, key: Annotated[str, Form()] = "", next: Annotated[str, Form()] = "") -> Response:  # noqa: A002
    # No session yet, hence no token in the form.
    if _comes_from_elsewhere(request):
        return _asking(request, 403, wanted=next, trouble="Sign in from this page, not from another site.")
    try:
        caller = _admitted(request, key.strip())
    except Problem as wait:
        return _asking(request, wait.status_code, wanted=next, trouble=wait.detail, headers=wait.headers)
    if caller is None:
        trouble = "This key is unknown, revoked or expired. `dateline keys` lists those that there are."
        return _asking(request, 401, wanted=next, trouble=trouble)
    with transaction() as session:
        token = sessions.sign_in(session, caller.key, utcnow())
    base = request.scope["root_path"]
    answer = RedirectResponse(next if next.startswith(f"{base}/") else f"{base}/", 303)
    answer.set_cookie(
        COOKIE,
        token,
        max_age=int(sessions.LASTS.total_seconds()),
        path=base,
        secure=request.url.scheme == "https",
        httponly=True,
        samesite="lax",
    )
    return answer


@router.post("/sign-out")
async def end(visit: SignedIn, _form: OurForm) -> Response:
    def forget() -> None:
        with transaction() as session:
            sessions.sign_out(session, visit.request.cookies[COOKIE])

    await run_in_threadpool(forget)
    answer = RedirectResponse(f"{visit.base}/sign-in", 303)
    answer.delete_cookie(COOKIE, path=visit.base)
    return answer


def _comes_from_elsewhere(request: Request) -> bool:
    """Whether another site sends this form, as the browser tells: in old ones, and without TLS, by the Origin alone."""
    report = request.headers
    if "sec-fetch-site" in report:
        return report["sec-fetch-site"] not in {"same-origin", "none"}
    sender = report.get("origin") or report.get("referer")
    return sender is not None and urlsplit(sender).netloc.lower() != report.get("host", "").lower()


def _admitted(request: Request, key: str) -> Caller | None:
    """Who holds this key, at the pace of the API: here as there, an address may be wrong only so often."""
    turnstile, presented = request.state.turnstile, f"Bearer {key}"
    turnstile.admit(presented, time.monotonic())
    caller: Caller | None = request.app.state.authenticate(key)
    if caller is None:
        refuse_wrong_keys(request)
        turnstile.failed(presented, request.client.host if request.client else "", time.monotonic())
    return caller


def _asking(
    request: Request,
    status: int = 200,
    *,
    wanted: str = "",
    trouble: str = "",
    headers: Mapping[str, str] | None = None,
) -> Response:
    page = rendered("sign_in.html", base=request.scope["root_path"], wanted=wanted, trouble=trouble)
    return HTMLResponse(page, status, headers={**POLICY, **(headers or {})})
