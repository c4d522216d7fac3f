"""The callback of WebSub hubs: the only route of the API that strangers may write to, and only what is signed."""

from typing import Annotated

from fastapi import APIRouter, Depends, Header, Path, Query, Request
from fastapi.responses import PlainTextResponse
from starlette.responses import Response

from services.fetcher.push import receive
from services.fetcher.push.push_secrets import readable
from services.runtime.database import transaction, utcnow
from services.runtime.http.problems import Problem, Storable

router = APIRouter(prefix="/push", tags=["sources"])

Token = Annotated[str, Path(pattern="^[A-Za-z0-9_-]{20,64}$")]
Text = Annotated[Storable, Query(max_length=2_000)]


@router.get("/{token}", response_class=PlainTextResponse, include_in_schema=False)
def confirm_subscription(
    token: Token,
    mode: Annotated[Text, Query(alias="hub.mode")],
    topic: Annotated[Text, Query(alias="hub.topic")],
    challenge: Annotated[Storable, Query(alias="hub.challenge", max_length=2_000)] = "",
    lease: Annotated[float | None, Query(alias="hub.lease_seconds", ge=0)] = None,
    _reason: Annotated[Text, Query(alias="hub.reason")] = "",
) -> Response:
    """Tells a WebSub hub that we asked for what it asks about, if we did."""
    with transaction() as session:
        if not receive.is_meant(session, token, mode, topic, lease, utcnow()):
            raise Problem(404, "No such subscription", "Dateline did not ask for it, or does not want it any more.")
    # As text, and never as a page: the hub chooses what it says.
    return PlainTextResponse(challenge, headers={"X-Content-Type-Options": "nosniff"})


async def _body(request: Request) -> bytes:
    return await request.body()


@router.post("/{token}", status_code=202, include_in_schema=False)
def receive_push(
    token: Token,
    body: Annotated[bytes, Depends(_body)],
    content_type: Annotated[str, Header()] = "",
    x_hub_signature: Annotated[str | None, Header(max_length=300)] = None,
) -> None:
    """Takes news of a feed from its WebSub hub. What is not signed is thrown away without a word."""
    with transaction() as session:
        subscription = receive.of_token(session, token)
        if subscription is None:
            raise Problem(410, "No such subscription", "Dateline does not want it any more.")
        # A secret that nobody can read proves nothing; the next question to the hub gives it another one.
        secret = readable(subscription)
        if secret is None or not receive.is_signed(secret, body, x_hub_signature):
            return
        if not receive.put_by(session, subscription, content_type, body, utcnow()):
            raise Problem(503, "Too much at once", "Earlier news is still to be read.", headers={"Retry-After": "60"})
