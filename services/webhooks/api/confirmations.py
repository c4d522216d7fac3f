"""Where recipients decide: pages without sign-in, opened by the tokens in their mails. Only a POST does anything.

Programs that look at every link of a mail therefore confirm nothing. The POST that ends a subscription is the one of
RFC 8058, so that mail programs can offer a button of their own for it. A token that opens nothing gets one answer,
whatever it is.
"""

import math
import time
from collections.abc import Callable
from datetime import datetime
from html import escape
from typing import Annotated

from fastapi import APIRouter, Query, Request
from sqlmodel import Session
from starlette.responses import HTMLResponse

from services.contracts.caller import Caller
from services.runtime.database import transaction, utcnow
from services.runtime.http.problems import Problem
from services.runtime.http.rate_limits import TokenBucket
from services.webhooks import confirming
from services.webhooks.confirming import token_digest
from services.webhooks.kinds import opened_target
from services.webhooks.models import Endpoint

router = APIRouter(prefix="/notifications", include_in_schema=False)

Token = Annotated[str, Query(max_length=200)]

_bucket = TokenBucket(rate=1, burst=60)
_of_recipients = TokenBucket(rate=3 / 86_400, burst=3)
"""How often one address is asked, whoever wants it: strangers must not be flooded with questions."""
_of_keys = TokenBucket(rate=1 / 300, burst=20)
"""How often one key asks."""
_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'",
    "X-Robots-Tag": "noindex",
}
_PAGE = """<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>{title} – Dateline</title>
<style>:root {{ color-scheme: light dark; font: 1.1rem/1.5 sans-serif }}
body {{ max-width: 30em; margin: 15vh auto; padding: 0 1em }}
button {{ font: inherit; padding: .5em 1.5em }}</style></head>
<body><main><h1>{title}</h1><p>{text}</p>{form}</main></body></html>
"""
_BUTTON = '<form method="post"><button type="submit">{}</button></form>'


@router.get("/confirm")
def ask_to_confirm() -> HTMLResponse:
    """The button that confirms; the same page whatever the token."""
    text = "Press the button if you want notifications from Dateline at the address where you got this link."
    return _page("Confirm notifications", text, button="Confirm")


@router.post("/confirm")
def confirm(request: Request, token: Token = "") -> HTMLResponse:
    """Begins the subscription."""
    return _done(request, confirming.confirm, token, "Confirmed", "You will be notified from now on.")


@router.get("/unsubscribe")
def ask_to_unsubscribe() -> HTMLResponse:
    """The button that ends it; the same page whatever the token."""
    text = "Press the button if you want no more of these notifications."
    return _page("Unsubscribe", text, button="Unsubscribe")


@router.post("/unsubscribe")
def unsubscribe(request: Request, token: Token = "") -> HTMLResponse:
    """Ends the subscription: one click, as RFC 8058 has it."""
    return _done(request, confirming.unsubscribe, token, "Unsubscribed", "You will get no more of these notifications.")


def admit_question(caller: Caller, endpoint: Endpoint) -> None:
    """Raises a 429 problem when the recipient of this endpoint was asked too often, or this key asks too much."""
    recipient, now = token_digest(opened_target(endpoint.sealed_secret)["to"].lower()), time.monotonic()
    buckets = ((_of_recipients, recipient), (_of_keys, caller.key))
    if wait := max(bucket.wait(asker, now) for bucket, asker in buckets):
        seconds = math.ceil(wait)
        advice = f"Recipients are asked three times a day at most, and by one key every 5 minutes; come in {seconds} s."
        raise Problem(429, "Asked too often", advice, headers={"Retry-After": str(seconds)})
    for bucket, asker in buckets:
        bucket.take(asker, now)


def _done(
    request: Request, do: Callable[[Session, str, datetime], bool], token: str, title: str, text: str
) -> HTMLResponse:
    address, now = request.client.host if request.client else "", time.monotonic()
    if wait := _bucket.wait(address, now):
        headers = {"Retry-After": str(math.ceil(wait))}
        return _page("Too many requests", "Please try again in a moment.", status=429, headers=headers)
    _bucket.take(address, now)
    with transaction() as session:
        known = bool(token) and do(session, token, utcnow())
    if not known:
        return _page("This link opens nothing", "It is too old, or was used up. Ask for a new one.", status=404)
    return _page(title, text)


def _page(
    title: str, text: str, *, button: str = "", status: int = 200, headers: dict[str, str] | None = None
) -> HTMLResponse:
    form = _BUTTON.format(escape(button)) if button else ""
    content = _PAGE.format(title=escape(title), text=escape(text), form=form)
    return HTMLResponse(content, status, headers=_HEADERS | (headers or {}))
