"""The web app called without a socket, by a synchronous httpx client."""

import asyncio

import httpx
from fastapi import FastAPI

from services.runtime.http.problems import answer_with_problems


class InProcess(httpx.BaseTransport):
    """Hands each request to the ASGI app as a server would, and answers 500 as a client would see it."""

    def __init__(self, app):
        self._app = httpx.ASGITransport(app, raise_app_exceptions=False)

    def handle_request(self, request):
        return asyncio.run(self._ask(request))

    async def _ask(self, request):
        # Without a declared length the body goes in pieces, as a chunked one does.
        body = b"".join(request.stream)
        pieces = body if "content-length" in request.headers else _pieces(body)
        requests = httpx.Request(request.method, request.url, headers=request.headers, content=pieces)
        answer = await self._app.handle_async_request(requests)
        return httpx.Response(answer.status_code, headers=answer.headers, content=await answer.aread())


async def _pieces(body, size=64_000):
    for start in range(0, len(body), size):
        yield body[start : start + size]


def client(app, key=None):
    """A client of the app that presents this key."""
    headers = {"Authorization": f"Bearer {key}"} if key else {}
    return httpx.Client(transport=InProcess(app), base_url="http://dateline.test", headers=headers)


def is_listing(path, method, operation):
    """Whether the route is asked without naming anything, and answers at once."""
    needed = [parameter for parameter in operation.get("parameters", ()) if parameter.get("required")]
    streams = "text/event-stream" in operation["responses"].get("200", {}).get("content", {})
    return method == "GET" and "{" not in path and not needed and not streams


def app_of(callers, *routers):
    """A web app of these routers alone, which knows these callers by their keys."""
    app = FastAPI()
    for router in routers:
        app.include_router(router)
    answer_with_problems(app)
    app.state.authenticate = callers.get
    return app
