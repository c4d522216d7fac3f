"""The API as the desk and the commands ask it: within this process or over the network, with the same answers.

Within, a request passes the same routes and checks as one from outside, in the caller's name.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, NamedTuple
from urllib.parse import quote

import httpx
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from services.contracts.caller import Caller

JsonObject = Mapping[str, Any]
_ASKED = ("type", "asgi", "http_version", "scheme", "server", "client", "method", "headers")


class Refused(Exception):  # noqa: N818 - named for what happened
    """The API said no: with which status, and the problem (RFC 9457) that it told."""

    def __init__(self, status: int, problem: JsonObject) -> None:
        super().__init__(problem.get("detail") or problem.get("title") or str(status))
        self.status, self.problem = status, problem

    @property
    def sentence(self) -> str:
        """What is wrong, as it stands beside a form: each fault with the field it is about."""
        faults = [(str(fault["where"]).split("/"), fault["detail"]) for fault in self.problem.get("errors") or ()]
        return " ".join(f"{'/'.join(where[1:]) or where[0]}: {detail}" for where, detail in faults) or str(self)


class ResultPage(NamedTuple):
    """A page of a list: its rows, where the next page begins, and what was wrong with the question, if anything.

    `previous` is the cursor of the page before, of lists that lead back.
    """

    rows: Sequence[Any] = ()
    following: str | None = None
    trouble: str = ""
    previous: str | None = None


@dataclass(frozen=True)
class Api:
    """The API as this caller may use it; answers are parsed JSON, None where there is no body."""

    app: ASGIApp
    caller: Caller

    async def get(self, path: str, **query: Any) -> Any:
        """What the API answers to this question; empty parameters are left out."""
        return await self._ask("GET", path, params={k: v for k, v in query.items() if v not in (None, "")})

    async def search(self, path: str, **query: Any) -> ResultPage:
        """One page of the list at this path; a question that the API cannot read finds nothing, and is told why."""
        try:
            page = await self.get(path, **query)
        except Refused as refusal:
            if refusal.status != HTTPStatus.UNPROCESSABLE_ENTITY:
                raise
            return ResultPage(trouble=refusal.sentence)
        rows = next(value for value in page.values() if isinstance(value, list))
        return ResultPage(rows, page["next"], previous=page.get("previous"))

    async def source_names(self) -> list[str]:
        """The names of all sources, to choose from."""
        return [entry["name"] for entry in await self.get("/sources")]

    async def order(self, method: str, path: str, words: JsonObject | None = None, **more: Any) -> Any:
        """What the API answers to this order; `more` is httpx's `params` and `headers`."""
        return await self._ask(method, path, json=words, **more)

    def passed_on(self, path: str) -> Response:
        """The API's answer to this question as it comes, piece by piece, for one that does not end."""
        return _PassedOn(self, path)

    async def _ask(self, method: str, path: str, **options: Any) -> Any:
        async with within(self.app, self.caller) as client:
            return await ask(client, method, path, **options)


def within(app: ASGIApp, caller: Caller) -> httpx.AsyncClient:
    """A client of this app, in the name of a caller who need not show a key."""
    transport = httpx.ASGITransport(_admitting(app, caller))
    return httpx.AsyncClient(transport=transport, base_url="http://within", trust_env=False)


async def ask(client: httpx.AsyncClient, method: str, path: str, **options: Any) -> Any:
    """The API's answer as parsed JSON, None where it has no body; `options` are httpx's `params`, `json` and `headers`.
    An answer in TOML is its text.

    Raises `Refused` for a problem, httpx's errors where nobody answers, and ValueError for what is no JSON.
    """
    # A path is made of what a visitor's address named: none of it may become a query.
    answer = await client.request(method, quote(path), **options)
    is_toml = answer.headers.get("content-type", "").startswith("application/toml")
    report: Any = (answer.text if is_toml else answer.json()) if answer.content else None
    if not answer.is_success:
        # A redirect leads to what a path without its last part means, which nobody asked for.
        raise Refused(HTTPStatus.NOT_FOUND if answer.is_redirect else answer.status_code, report or {})
    return report


def _admitting(app: ASGIApp, caller: Caller) -> ASGIApp:
    async def admitted(scope: Scope, receive: Receive, send: Send) -> None:
        # Nobody outside can write into the state of a request: whoever stands there has been admitted by us.
        await app({**scope, "state": {"caller": caller}}, receive, send)

    return admitted


class _PassedOn(Response):
    def __init__(self, api: Api, path: str) -> None:
        super().__init__()
        self._api, self._path = api, path

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        fields = {name: scope[name] for name in _ASKED}
        place = {"path": self._path, "raw_path": self._path.encode(), "root_path": "", "query_string": b""}
        await _admitting(self._api.app, self._api.caller)(fields | place, receive, send)
