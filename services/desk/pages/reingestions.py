"""Re-ingestions: order one, look what it would change, and let it."""

import asyncio
import secrets
from collections.abc import Mapping, Sequence
from typing import Any, get_args

from fastapi import APIRouter
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from services.contracts.article import ArticleKind, RejectionReason
from services.desk.active_filters import chips_of
from services.desk.api_client import Refused
from services.desk.finding_diff import with_changes
from services.desk.signed_in import DeskRequest, Form, SignedIn
from services.runtime.provenance.results import Finding

router = APIRouter(prefix="/reingestions")

KINDS, REASONS = get_args(ArticleKind), get_args(RejectionReason)
LISTS = ("articles", "urls")
"""Fields of a scope with several values, one on each line."""
WORDS = (
    "source",
    "kind",
    "published_from",
    "published_until",
    "layout",
    "layout_before",
    "parser_before",
    "text",
    "rejected",
    "dead_lettered",
)
OUTCOMES = get_args(Finding)
ENDED = ("done", "cancelled")
PROMOTION = ("promoting", "paused", "cancelling")
STEERED = {
    "pause": "No more pages are taken until it is resumed.",
    "resume": "It goes on.",
    "cancel": "No more pages are taken; what was done stays done.",
    "promote": "What the dry run found is being done, exactly so.",
    "discard": "What the dry run found is forgotten.",
}


@router.get("")
async def reingestions(visit: SignedIn, after: str = "") -> Response:
    entry = await visit.api.get("/admin/reingestions", after=after, limit=25)
    rows = entry["reingestions"]
    moving = any(row["state"] not in ENDED or row["preview"] in PROMOTION for row in rows)
    return visit.page("reingestions.html", reingestions=rows, following=entry["next"], after=after, moving=moving)


@router.get("/new")
async def compose(visit: SignedIn, source: str = "", articles: str = "") -> Response:
    """The form: empty, or filled in for a source or for articles, and then as a dry run as well."""
    return await _composing(visit, {"source": source, "articles": articles, "dry_run": "on"})


@router.post("/scope")
async def count(visit: SignedIn, form: Form) -> Response:
    """How many pages the scope of a half-written order holds, while it is being written."""
    scope = _scope(form)
    if not scope:
        return visit.page("scope.html", reach=None, trouble="")
    try:
        reach = await visit.api.order("POST", "/admin/reingestions/scope", {"scope": scope})
    except Refused as refusal:
        return visit.page("scope.html", reach=None, trouble=refusal.sentence)
    return visit.page("scope.html", reach=reach, trouble="")


@router.post("")
async def order(visit: SignedIn, form: Form) -> Response:
    fields = {
        "scope": _scope(form),
        "mode": form.get("mode", "reparse"),
        "reason": form.get("reason", ""),
        **{name: name in form for name in ("dry_run", "forced", "announce")},
    }
    once = {"Idempotency-Key": form.get("once", "")}
    try:
        made = await visit.api.order("POST", "/admin/reingestions", fields, headers=once)
    except Refused as refusal:
        return await _composing(visit, form, refusal.sentence)
    return visit.leads(f"/reingestions/{made['id']}", "Ordered.")


@router.get("/{reingestion}")
async def reingestion(visit: SignedIn, reingestion: int) -> Response:
    entry = await visit.api.get(f"/admin/reingestions/{reingestion}")
    ended = entry["state"] in ENDED
    report = await _report(visit, reingestion) if entry["dry_run"] and ended else None
    return visit.page(
        "reingestion.html",
        one=entry,
        report=report,
        counted=sum(entry["outcomes"].values()),
        ended=ended,
        moving=not ended or entry["preview"] in PROMOTION,
    )


@router.get("/{reingestion}/progress")
async def progress(visit: SignedIn, reingestion: int) -> Response:
    """Tells the page that there is more to see; what that is, the page asks for as ever."""
    return visit.api.passed_on(f"/admin/reingestions/{reingestion}/progress")


@router.get("/{reingestion}/findings")
async def findings(
    visit: SignedIn,
    reingestion: int,
    outcome: str = "",
    source: str = "",
    layout: str = "",
    field: str = "",
    after: str = "",
) -> Response:
    fields = {"outcome": outcome, "source": source, "layout": layout, "field": field}
    entry = await visit.api.get(f"/admin/reingestions/{reingestion}/findings", **fields, after=after, limit=25)
    return visit.page(
        "findings.html",
        number=reingestion,
        asked=fields,
        after=after,
        chips=chips_of(f"{visit.base}/reingestions/{reingestion}/findings", fields),
        findings=await _with_changes(entry["findings"]),
        following=entry["next"],
        outcomes=OUTCOMES,
        sources=await visit.api.source_names(),
    )


@router.post("/{reingestion}/{step}")
async def steer(visit: SignedIn, reingestion: int, step: str, _form: Form) -> Response:
    if step not in STEERED:
        raise Refused(404, {"title": "Nothing is here", "detail": "A re-ingestion knows no such order."})
    await visit.api.order("POST", f"/admin/reingestions/{reingestion}/{step}")
    return visit.leads(f"/reingestions/{reingestion}", STEERED[step])


async def _report(visit: DeskRequest, reingestion: int) -> dict[str, Any]:
    report: dict[str, Any] = await visit.api.get(f"/admin/reingestions/{reingestion}/report")
    return report | {"samples": await _with_changes(report["samples"])}


async def _with_changes(findings: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    # Comparing words takes a moment for each finding, in which others are served.
    return await run_in_threadpool(lambda: [with_changes(finding) for finding in findings])


async def _composing(visit: SignedIn, asked: Mapping[str, str], trouble: str = "") -> Response:
    sources, parser = await asyncio.gather(visit.api.source_names(), visit.api.get("/parser"))
    return visit.page(
        "order.html",
        422 if trouble else 200,
        asked=asked,
        trouble=trouble,
        sources=sources,
        parser=parser,
        layouts=_layouts(parser["layouts"], asked.get("layout", "")),
        kinds=KINDS,
        reasons=REASONS,
        # Sending the form twice orders once.
        once=asked.get("once") or secrets.token_hex(16),
    )


def _layouts(known: Sequence[Mapping[str, str]], chosen: str) -> list[tuple[str, str]]:
    """The layouts to choose from: those that the parser knows, and the chosen one, which an earlier parser knew."""
    titles = {entry["name"]: f"{entry['name']} (version {entry['version']})" for entry in known}
    return [*(({chosen: chosen} if chosen else {}) | titles).items()]


def _scope(form: Mapping[str, str]) -> dict[str, Any]:
    scope: dict[str, Any] = {name: form[name].strip() for name in WORDS if form.get(name, "").strip()}
    scope |= {name: form[name].split() for name in LISTS if form.get(name, "").split()}
    return scope | ({"all": True} if "all" in form else {})
