"""The web app of the desk, mounted beside the API."""

from urllib.parse import quote

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import HTMLResponse, RedirectResponse, Response

from services.desk.api_client import Refused
from services.desk.pages import (
    about,
    articles,
    coverage,
    dead_letters,
    frontier,
    keys,
    log,
    notifications,
    now,
    preferences,
    profiles,
    quarantine,
    record,
    reingestions,
    sign_in,
    source_forms,
    sources,
    taken_down,
    ticked,
    troubles,
    webhook_forms,
    webhooks,
)
from services.desk.render import POLICY, rendered, static
from services.desk.signed_in import SignInFirst

ROOMS = (
    sign_in,
    now,
    ticked,
    articles,
    taken_down,
    record,
    source_forms,
    sources,
    frontier,
    coverage,
    quarantine,
    profiles,
    reingestions,
    webhook_forms,
    webhooks,
    troubles,
    notifications,
    dead_letters,
    keys,
    log,
    about,
    preferences,
)
FOREVER = "public, max-age=31536000, immutable"
"""For files whose address changes with their bytes."""


def create_desk(api: FastAPI) -> FastAPI:
    """The desk over this API; `api.state` tells how a key and a key's id become a caller."""
    desk = FastAPI(openapi_url=None)
    desk.state.api = api
    desk.state.authenticate = api.state.authenticate
    desk.state.caller_of_key = api.state.caller_of_key
    desk.add_api_route("/static/{name}", _static)
    for pages in ROOMS:
        desk.include_router(pages.router)
    for kind, answer in {SignInFirst: _sign_in_first, Refused: _refused}.items():
        desk.add_exception_handler(kind, answer)
    for kind in (HTTPException, RequestValidationError):
        desk.add_exception_handler(kind, _not_here)
    return desk


def _static(name: str) -> Response:
    if name not in static():
        raise HTTPException(404)
    body, kind = static()[name]
    return Response(body, media_type=kind, headers={"Cache-Control": FOREVER})


async def _sign_in_first(request: Request, _error: Exception) -> Response:
    base, query = request.scope["root_path"], request.url.path
    criteria = f"?next={quote(query)}" if request.method == "GET" and query.startswith(f"{base}/") else ""
    return RedirectResponse(f"{base}/sign-in{criteria}", 303)


async def _refused(request: Request, error: Exception) -> Response:
    if not isinstance(error, Refused):
        raise error
    return _trouble(request, error.status, error.problem.get("title") or "Refused", str(error))


async def _not_here(request: Request, error: Exception) -> Response:
    status = error.status_code if isinstance(error, HTTPException) else 404  # a number that is none leads nowhere
    title = "Nothing is here" if status == 404 else "This cannot be done here"
    return _trouble(request, status, title, "The address is wrong, or what it showed is gone.")


def _trouble(request: Request, status: int, title: str, detail: str) -> Response:
    page = rendered("trouble.html", base=request.scope["root_path"], title=title, detail=detail)
    return HTMLResponse(page, status, headers=POLICY)
