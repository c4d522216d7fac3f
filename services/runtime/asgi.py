"""What every request passes through, whatever route it takes."""

import time
from collections.abc import Callable

import structlog
from prometheus_client import Histogram
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from services.runtime import tracing
from services.runtime.web import Problem

MAX_BODY = 1_000_000
"""Bytes of a request's body; nothing that may be sent to Dateline over HTTP comes near."""
TRACE_HEADER = "Trace-Id"
# A route that needs other words, as a page with styles does, says them itself and is left alone.
HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}
QUIET = ("/health/", "/metrics")
"""Machines ask for these every few seconds; their lines would bury the others."""
METHODS = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}

REQUESTS = Histogram("dateline_request_seconds", "Answers of the web app.", ["method", "route", "status"])

log = structlog.get_logger()


def guarded(app: ASGIApp) -> ASGIApp:
    """Gives each request a trace id, a limit to its body, careful headers, one log line, and 500 for surprises."""

    async def serve(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await app(scope, receive, send)
            return
        scope.setdefault("state", {})
        began, sending = time.perf_counter(), _Sending(send, tracing.new())
        with structlog.contextvars.bound_contextvars(trace_id=sending.trace_id):
            try:
                await _answer(app, scope, receive, sending)
            finally:
                _note(scope, sending.status, time.perf_counter() - began)

    return serve


class _Sending:
    """Adds the headers, and remembers the status that went out; 0 while none did."""

    def __init__(self, send: Send, trace_id: str) -> None:
        self._send, self.trace_id, self.status = send, trace_id, 0

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            headers = MutableHeaders(scope=message)
            for name, words in {**HEADERS, TRACE_HEADER: self.trace_id}.items():
                headers.setdefault(name, words)
        await self._send(message)


async def _answer(app: ASGIApp, scope: Scope, receive: Receive, sending: _Sending) -> None:
    try:
        _refuse_a_large_body(Headers(scope=scope).get("content-length", "0"))
        await app(scope, _limited(receive), sending)
    except Problem as problem:
        await problem.response()(scope, receive, sending)
    except Exception:
        log.exception("surprise", method=scope["method"], path=scope["path"])
        if sending.status:
            raise
        advice = "The fault is ours, and logged under this trace id; asking again may help."
        await Problem(500, "Something unforeseen happened", advice).response()(scope, receive, sending)


def _limited(receive: Receive) -> Receive:
    seen = 0

    async def receiving() -> Message:
        nonlocal seen
        message = await receive()
        seen += len(message.get("body", b""))
        _refuse_a_large_body(str(seen))
        return message

    return receiving


def _refuse_a_large_body(length: str) -> None:
    if length.isdecimal() and (len(length) > len(str(MAX_BODY)) or int(length) > MAX_BODY):
        raise Problem(413, "Body too large", f"A body may have {MAX_BODY} bytes; send less, or in several requests.")


def _note(scope: Scope, status: int, seconds: float) -> None:
    method = scope["method"] if scope["method"] in METHODS else "other"
    REQUESTS.labels(method, getattr(scope.get("route"), "path", "none"), status).observe(seconds)
    caller = scope["state"].get("caller")
    write: Callable[..., None] = log.debug if scope["path"].startswith(QUIET) else log.info
    write(
        "answered",
        method=scope["method"],
        path=scope["path"],
        status=status,
        ms=round(seconds * 1000, 1),
        **({"key": caller.key} if caller else {}),
    )
