"""The one door of the commands: the API, of the installation on this machine or, by `--server`, of another.

On this machine a command asks in the name of the user, within its own process: no web app need run, and no key is
needed. It imports no more of the API than it asks.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import quote

from services.cli import remote
from services.contracts.errors import UserError

if TYPE_CHECKING:
    import httpx
    from fastapi import FastAPI

ROUTERS = {
    "/articles": "services.store.api",
    "/events": "services.store.api",
    "/sources.toml": "services.fetcher.editing.api",
    "/sources/patterns": "services.fetcher.editing.api",
    "/sources/doctor": "services.doctor.api",
    "/admin/withdrawals": "services.store.withdrawals.api",
    "/log": "services.store.transparency.api",
    "/sources": "services.fetcher.api",
    "/pages": "services.fetcher.pages.api",
    "/admin/backfills": "services.fetcher.backfill.api",
    "/gaps": "services.fetcher.coverage.api",
    "/coverage": "services.fetcher.coverage.api",
    "/captures": "services.parser.api",
    "/profiles": "services.parser.profiles.api",
    "/archive": "services.admin.archive.api",
    "/troubles": "services.audit.api",
    "/quarantine": "services.store.quarantine.api",
    "/shared-changes": "services.store.shared_changes_api",
    "/takedowns": "services.fetcher.removals.api",
    "/webhooks": "services.webhooks.api",
    "/admin/keys": "services.admin.api",
    "/admin/dead-letters": "services.admin.api",
    "/admin/audit": "services.admin.api",
    "/admin/retries": "services.admin.retries.api",
    "/admin/reingestions": "services.reingest.api",
}
"""By the beginning of a path: the module whose `router` answers."""
PATIENCE = 60.0
"""Seconds in which another installation must answer; the largest order takes some."""

Refusals = Mapping[int, str]
"""What to say for a status of refusal, in place of the API's own words."""


class ListPage(NamedTuple):
    """Rows of a list, and the cursor of what follows; None when that was all."""

    rows: Sequence[Any]
    following: str | None


def get(path: str, refusals: Refusals | None = None, **query: Any) -> Any:
    """What the API answers to this question; empty parameters are left out. A refusal is a `UserError`."""
    from pydantic_core import to_jsonable_python

    params = {name: to_jsonable_python(value) for name, value in query.items() if value not in (None, "")}
    return _call("GET", path, refusals or {}, params=params)


def find(path: str) -> Any | None:
    """The same, and None where there is no such thing."""
    from services.desk.api_client import Refused

    try:
        return _answer("GET", path)
    except Refused as refusal:
        if refusal.status != HTTPStatus.NOT_FOUND:
            raise UserError(refusal.sentence) from None
        return None


def refuse_unknown_source(name: str | None) -> None:
    """A `UserError` when there is no source of this name: a list of nothing would look as if all were well."""
    if name and find(f"/sources/{quote(name, safe='')}") is None:
        raise UserError(f"There is no source {name!r}; `dateline sources` lists those there are.")


def order(method: str, path: str, words: Any = None, refusals: Refusals | None = None) -> Any:
    """What the API answers to this order, None where it has nothing to say. A refusal is a `UserError`."""
    from services.runtime.celery import wake_ups

    answer = _call(method, path, refusals or {}, json=words)
    if remote.server() is None:
        wake_ups.flush()
    return answer


def listed(path: str, name: str, limit: int, refusals: Refusals | None = None, **query: Any) -> ListPage:
    """At most `limit` rows of the list at this path, by as many questions as it takes."""
    from services.runtime.http.problems import LIMIT

    rows: list[Any] = []
    following = query.pop("after", None)
    while True:
        page = get(path, refusals, limit=min(LIMIT, limit - len(rows)), after=following, **query)
        rows, following = [*rows, *page[name]], page["next"]
        if following is None or len(rows) >= limit:
            return ListPage(rows, following)


def _call(method: str, path: str, refusals: Refusals, **more: Any) -> Any:
    from services.desk.api_client import Refused

    try:
        return _answer(method, path, **more)
    except Refused as refusal:
        raise UserError(refusals.get(refusal.status, refusal.sentence)) from None


def _answer(method: str, path: str, **more: Any) -> Any:
    import asyncio

    return asyncio.run(_ask(_client(path), method, path, **more))


async def _ask(client: httpx.AsyncClient, method: str, path: str, **more: Any) -> Any:
    import httpx

    from services.desk.api_client import ask

    async with client:
        try:
            return await ask(client, method, path, **more)
        except httpx.HTTPError:
            raise UserError(f"No Dateline answers at {client.base_url}: is that right, and is it running?") from None
        except ValueError:
            raise UserError(f"What answers at {client.base_url} is no Dateline; look at --server.") from None


def _client(path: str) -> httpx.AsyncClient:
    import httpx

    from services.cli.operator import OPERATOR
    from services.cli.processes.startup import open_installation
    from services.desk.api_client import within

    if server := remote.server():
        key = {"Authorization": f"Bearer {server.key}"}
        return httpx.AsyncClient(base_url=server.url, headers=key, timeout=PATIENCE, trust_env=False)
    open_installation()
    return within(_app(next(module for prefix, module in ROUTERS.items() if path.startswith(prefix))), OPERATOR)


@lru_cache
def _app(module: str) -> FastAPI:
    """As much of the web app as this router needs."""
    from importlib import import_module

    from fastapi import Depends, FastAPI

    from services.access import keys
    from services.runtime.database import utcnow
    from services.runtime.http.problems import answer_with_problems, refuse_unknown_parameters

    app = FastAPI(openapi_url=None, redirect_slashes=False)
    app.state.caller_of_key = lambda key, since: keys.caller_of(key, since, utcnow())
    answer_with_problems(app)
    _connect(app, module)
    app.include_router(import_module(module).router, dependencies=[Depends(refuse_unknown_parameters)])
    return app


def _connect(app: FastAPI, module: str) -> None:
    """What only some routers ask of other services."""
    from importlib import import_module

    if module == ROUTERS["/admin/keys"]:
        app.state.key_ended = import_module("services.webhooks.subscriptions").stop
    if module == ROUTERS["/admin/reingestions"]:
        import_module("services.scopes").connect()
