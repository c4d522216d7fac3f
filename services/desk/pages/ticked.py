"""What is done with the articles that were ticked in a list: re-ingest, export, withdraw."""

import csv
import io
import json
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from typing import Any

from fastapi import APIRouter
from starlette.responses import Response

from services.desk.api_client import Refused
from services.desk.downloads import as_file
from services.desk.signed_in import DeskRequest, Form, SignedIn

router = APIRouter(prefix="/articles")

TICK = "tick-"
"""How the name of a ticked box begins; the article's id follows."""
COLUMNS = ("id", "source", "kind", "published_at", "first_seen", "status", "revision", "headline", "url")
"""Of an article, in a file for a spreadsheet."""


@router.post("")
async def order(visit: SignedIn, form: Form) -> Response:
    articles = [name.removeprefix(TICK) for name in form if name.startswith(TICK)]
    act = ORDERS.get(form.get("order", ""))
    if act is None:
        raise Refused(404, {"title": "Nothing is here", "detail": "Ticked articles know no such order."})
    if not articles:
        return visit.leads("/articles", "Nothing was ticked. Tick the articles first.")
    return await act(visit, articles, form)


async def _reingest(visit: DeskRequest, articles: Sequence[str], form: Mapping[str, str]) -> Response:
    order = {"scope": {"articles": list(articles)}, "mode": "reparse", "dry_run": "dry_run" in form}
    reason = form.get("reason") or "Ticked in the list of articles at the desk"
    made = await visit.api.order("POST", "/admin/reingestions", order | {"reason": reason})
    return visit.leads(f"/reingestions/{made['id']}", f"Ordered for {len(articles)} articles.")


async def _withdraw(visit: DeskRequest, articles: Sequence[str], form: Mapping[str, str]) -> Response:
    done = 0
    for article in articles:
        try:
            await visit.api.order("POST", f"/admin/withdrawals/{article}", {"reason": form.get("reason", "")})
        except Refused as refusal:
            return visit.leads("/articles", f"{done} withdrawn, then {article} was refused: {refusal.sentence}")
        done += 1
    return visit.leads("/articles?status=withdrawn", f"{done} withdrawn; the audit log says so.")


async def _json(visit: DeskRequest, articles: Sequence[str], _form: Mapping[str, str]) -> Response:
    return as_file(
        json.dumps(await _whole(visit, articles), ensure_ascii=False, indent=1), "articles.json", "application/json"
    )


async def _csv(visit: DeskRequest, articles: Sequence[str], _form: Mapping[str, str]) -> Response:
    text = io.StringIO()
    lines = csv.writer(text)
    lines.writerow(COLUMNS)
    lines.writerows([as_text(article[name]) for name in COLUMNS] for article in await _whole(visit, articles))
    return as_file(text.getvalue(), "articles.csv", "text/csv")


async def _whole(visit: DeskRequest, articles: Sequence[str]) -> list[Mapping[str, Any]]:
    """The articles as the API shows them; one that was withdrawn meanwhile is not among them."""
    whole = []
    for article in articles:
        with suppress(Refused):
            whole.append(await visit.api.get(f"/articles/{article}"))
    return whole


def as_text(value: object) -> str:
    """A cell that a spreadsheet takes for text: what a newsroom wrote is no formula."""
    text = "" if value is None else str(value)
    return f"'{text}" if text[:1] in {"=", "+", "-", "@", "\t", "\r"} else text


Act = Callable[[DeskRequest, Sequence[str], Mapping[str, str]], Awaitable[Response]]
ORDERS: Mapping[str, Act] = {"reingest": _reingest, "withdraw": _withdraw, "json": _json, "csv": _csv}
