"""What every request passes through, whatever route it takes."""

import time
from collections.abc import Callable
from functools import partial
from urllib.parse import unquote

import structlog
from prometheus_client import Histogram
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from services.runtime import tracing
from services.runtime.http.problems import Problem
from services.runtime.http.rate_limits import RateLimiter
from services.runtime.redaction import API_KEY

MAX_BODY = 250_000
"""Bytes of a request's body: twice a thousand addresses, the longest list that may be sent to Dateline over HTTP."""
MAX_RAW = 1_000_000
"""Bytes of a body that is put by as it is: what a hub pushes."""
RAW = "/push/"
"""How the paths begin whose bodies nobody reads on the way in."""
MAX_PARTS = 2_000
"""Members of a body, of all its lists and objects together. They are judged on the event loop, on which everybody
waits: each that is wrong takes about 15 µs. A field of a form takes twice as much, a `%` in it a twentieth."""
MAX_QUERY = 8_000
"""Bytes of a query."""
TRACE_HEADER = "Trace-Id"
# A route that needs other words, as a page with styles does, says them itself and is left alone.
HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}
# Said over TLS only: over plain HTTP it means nothing, and a name that serves both must not be locked out.
ONLY_TLS = {"Strict-Transport-Security": "max-age=31536000"}
QUIET = ("/health/", "/metrics")
"""Machines ask for these every few seconds; their lines would bury the others."""
METHODS = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}

REQUESTS = Histogram("dateline_request_seconds", "Answers of the web app.", ["method", "route", "status"])

log = structlog.get_logger()


def guarded(app: ASGIApp, turnstile: RateLimiter | None = None) -> ASGIApp:
    """Gives each request a trace id, a limit to its body and its pace, careful headers, one log line, and 500 for
    unexpected errors; answers HEAD as it would GET, without the body.
    """
    gate = turnstile or RateLimiter()

    async def serve(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or "caller" in scope.get("state", ()):  # the latter was here before: see `_admitted`
            await app(scope, receive, send)
            return
        verb = scope["method"]
        scope = {**scope, "method": "GET"} if verb == "HEAD" else scope
        scope.setdefault("state", {})
        sending = _Sending(send, scope["scheme"], bodiless=verb == "HEAD")
        began = time.perf_counter()
        with structlog.contextvars.bound_contextvars(trace_id=sending.trace_id):
            try:
                await _answer(app, scope, receive, sending, gate)
            finally:
                _note(scope, verb, sending.status, time.perf_counter() - began)

    return serve


class _Enough(Exception):  # noqa: N818 - no error: who asked for the headers has them
    """The rest of an answer is wanted by nobody."""


class _Sending:
    """Adds the headers, leaves out a body nobody asked for, and remembers the status; 0 while none went out."""

    def __init__(self, send: Send, scheme: str, *, bodiless: bool) -> None:
        self._send, self._bodiless, self.trace_id, self.status = send, bodiless, tracing.new(), 0
        self.told: Callable[[int], None] = lambda _status: None
        self._headers = {**HEADERS, **(ONLY_TLS if scheme == "https" else {}), TRACE_HEADER: self.trace_id}

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            await self._begin(message)
        elif not self._bodiless:
            await self._send(message)
        elif message.get("more_body"):
            raise _Enough

    async def _begin(self, message: Message) -> None:
        self.status = message["status"]
        self.told(self.status)
        headers = MutableHeaders(scope=message)
        for name, words in self._headers.items():
            headers.setdefault(name, words)
        await self._send(message)
        if self._bodiless:
            await self._send({"type": "http.response.body", "body": b"", "more_body": False})


async def _answer(app: ASGIApp, scope: Scope, receive: Receive, sending: _Sending, turnstile: RateLimiter) -> None:
    try:
        await _serve(app, scope, receive, sending, turnstile)
    except _Enough:
        return
    except Problem as problem:
        await problem.response()(scope, receive, sending)
    except Exception:
        log.exception("request_failed", method=scope["method"], path=scope["path"])
        if sending.status:
            raise
        advice = "The fault is ours, and logged under this trace id; asking again may help."
        await Problem(500, "Something unforeseen happened", advice).response()(scope, receive, sending)


async def _serve(app: ASGIApp, scope: Scope, receive: Receive, sending: _Sending, turnstile: RateLimiter) -> None:
    headers, client = Headers(scope=scope), scope.get("client") or ("", 0)
    who = headers.get("authorization", ""), client[0]
    _refuse_a_key_in_the_address(scope)
    _refuse_a_long_query(scope["query_string"])
    raw = scope["path"].startswith(RAW)
    _refuse_a_large_body(headers.get("content-length", "0"), MAX_RAW if raw else MAX_BODY)
    turnstile.admit(who[0], time.monotonic())
    # Whether a key is wrong is known where it is looked up.
    scope["state"]["turnstile"] = turnstile
    sending.told = partial(_count, turnstile, who, scope)
    await app(scope, _limited(receive, raw=raw), sending)


def _count(turnstile: RateLimiter, who: tuple[str, str], scope: Scope, status: int) -> None:
    if status == 401:
        turnstile.failed(*who, time.monotonic())
    elif "caller" in scope["state"]:
        turnstile.passed(who[0], time.monotonic())


def _limited(receive: Receive, *, raw: bool) -> Receive:
    seen, parts = 0, 0.0

    async def receiving() -> Message:
        nonlocal seen, parts
        message = await receive()
        body = message.get("body", b"")
        seen, parts = seen + len(body), parts + _parts(body)
        _refuse_a_large_body(str(seen), MAX_RAW if raw else MAX_BODY)
        _refuse_many_parts(0 if raw else parts)
        return message

    return receiving


def _refuse_a_key_in_the_address(scope: Scope) -> None:
    if API_KEY.search(scope["path"]) or API_KEY.search(unquote(scope["query_string"].decode("latin-1"))):
        advice = (
            "Addresses end up in logs and histories: revoke this key, and send the next in the Authorization header."
        )
        raise Problem(400, "A key does not belong in an address", advice)


def _refuse_a_long_query(query: bytes) -> None:
    if len(query) > MAX_QUERY:
        raise Problem(414, "Query too long", f"A query may have {MAX_QUERY} bytes; ask for less at a time.")


def _parts(body: bytes) -> float:
    return sum(map(body.count, (b",", b"[", b"{"))) + 2 * body.count(b"&") + body.count(b"%") / 20


def _refuse_many_parts(parts: float) -> None:
    if parts > MAX_PARTS:
        advice = f"A body may have {MAX_PARTS} members and fields in all; send less, or in several requests."
        raise Problem(413, "Too many parts", advice)


def _refuse_a_large_body(length: str, most: int) -> None:
    if length.isdecimal() and (len(length) > len(str(most)) or int(length) > most):
        raise Problem(413, "Body too large", f"A body may have {most} bytes; send less, or in several requests.")


def _note(scope: Scope, verb: str, status: int, seconds: float) -> None:
    method = verb if verb in METHODS else "other"
    REQUESTS.labels(method, getattr(scope.get("route"), "path", "none"), status).observe(seconds)
    caller = scope["state"].get("caller")
    write: Callable[..., None] = log.debug if scope["path"].startswith(QUIET) else log.info
    write(
        "answered",
        method=verb,
        path=scope["path"],
        status=status,
        ms=round(seconds * 1000, 1),
        **({"key": caller.key} if caller else {}),
    )
