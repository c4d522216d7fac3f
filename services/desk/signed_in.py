"""One request of somebody who is signed in: who they are, the API in their name, and the page they get."""

import hmac
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import tzinfo
from typing import Annotated, Any
from urllib.parse import quote, unquote

from fastapi import Depends, Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import HTMLResponse, RedirectResponse, Response

from services.access import sessions
from services.contracts.caller import Caller
from services.desk.api_client import Api, Refused
from services.desk.navigation import navigation
from services.desk.render import POLICY, rendered
from services.desk.times import zone_of
from services.runtime.database import reading, transaction, utcnow

COOKIE = "dateline_session"
SAID = "dateline_said"
"""Carries one sentence from an order to the page that follows it."""
NO_KEYS = "dateline_keys"
"""Says `off` where somebody does not want single keys to lead anywhere."""
MOST_FIELDS = 5_000
"""Of one form: tick boxes for a long list, and the hidden fields beside them."""
CARRY = 60
"""Seconds that such a sentence waits to be shown."""


class SignInFirst(Exception):  # noqa: N818 - named for what is to be done
    """Nobody is signed in, or no longer."""


@dataclass(frozen=True)
class DeskRequest:
    """Somebody who is signed in, and what they ask."""

    request: Request
    caller: Caller
    form_token: str
    api: Api

    @property
    def base(self) -> str:
        """Where the desk is mounted."""
        return str(self.request.scope["root_path"])

    @property
    def zone(self) -> tzinfo:
        """The zone in which they read times."""
        return zone_of(self.request.cookies)

    @property
    def has_keys(self) -> bool:
        """Whether single keys lead somewhere, as they like."""
        return self.request.cookies.get(NO_KEYS) != "off"

    def page(self, template: str, status: int = 200, **words: Any) -> Response:
        """A page of the desk."""
        here = self.request.scope["path"].removeprefix(self.base).rstrip("/")
        words |= {"visit": self, "navigation": list(navigation(self.caller, here)), "said": _said(self.request)}
        answer = HTMLResponse(rendered(template, self.zone, base=self.base, **words), status, headers=POLICY)
        if SAID in self.request.cookies:
            answer.delete_cookie(SAID, path=self.base)
        return answer

    def leads(self, path: str, said: str = "") -> Response:
        """What follows an order: a page to look at, and what it says on top."""
        answer = RedirectResponse(self.base + path, 303)
        if said:
            answer.set_cookie(SAID, quote(said), max_age=CARRY, path=self.base, httponly=True, samesite="lax")
        return answer

    async def leads_once(self, path: str, secret: str) -> Response:
        """The same, to a page that shows this secret; to look at it again shows it no more."""

        def keep() -> None:
            with transaction() as session:
                sessions.store_secret(session, self._token, secret)

        await run_in_threadpool(keep)
        return self.leads(path)

    async def shown_once(self) -> str:
        """The secret that this page is to show; empty but after `leads_once`."""

        def take() -> str:
            with reading() as session:
                if not sessions.has_secret(session, self._token):
                    return ""
            with transaction() as session:
                return sessions.take_secret(session, self._token)

        return await run_in_threadpool(take)

    @property
    def _token(self) -> str:
        return self.request.cookies[COOKIE]


async def signed_in(request: Request) -> DeskRequest:
    """Who is signed in; raises `SignInFirst` when nobody is."""
    token = request.cookies.get(COOKIE, "")
    caller = await run_in_threadpool(_caller, request, token) if token else None
    if caller is None:
        raise SignInFirst
    request.state.caller = caller
    return DeskRequest(request, caller, sessions.form_token(token), Api(request.app.state.api, caller))


class FormFields(dict[str, str]):
    """The fields of a form by name; of a name that comes several times it is the last value."""

    def __init__(self, fields: Iterable[tuple[str, str]]) -> None:
        self.every: dict[str, list[str]] = {}
        """All values of each name, in their order."""
        for name, value in fields:
            self.every.setdefault(name, []).append(value)
        super().__init__({name: values[-1] for name, values in self.every.items()})

    def several(self, name: str) -> list[str]:
        """The values of a name that may come several times, as those of tick boxes."""
        return self.every.get(name, [])


async def form(request: Request, visit: Annotated[DeskRequest, Depends(signed_in)]) -> FormFields:
    """The fields of a form that this session was shown; raises `Refused` for any other."""
    fields = (await request.form(max_fields=MOST_FIELDS)).multi_items()
    sent = FormFields((name, value) for name, value in fields if isinstance(value, str))
    if not hmac.compare_digest(sent.pop("form_token", "").encode(), visit.form_token.encode()):
        raise Refused(403, {"title": "The form is not ours", "detail": "Open the page again and send its form anew."})
    return sent


SignedIn = Annotated[DeskRequest, Depends(signed_in)]
Form = Annotated[FormFields, Depends(form)]


def _caller(request: Request, token: str) -> Caller | None:
    now = utcnow()
    with reading() as session:
        begun = sessions.signed_in_key(session, token, now)
    result: Caller | None = request.app.state.caller_of_key(*begun) if begun else None
    return result


def _said(request: Request) -> str:
    return unquote(request.cookies.get(SAID, ""))
