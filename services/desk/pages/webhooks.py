"""Endpoints: who is told, what they were sent, how that went, and once more."""

import asyncio
from typing import Any

from fastapi import APIRouter
from starlette.responses import Response

from services.desk.active_filters import chips_of
from services.desk.api_client import Refused
from services.desk.attempt_charts import attempt_charts
from services.desk.charts import SPANS
from services.desk.filter_form import EVENT_TYPES
from services.desk.local_times import instants
from services.desk.signed_in import DeskRequest, Form, FormFields, SignedIn
from services.desk.times import shown_in

router = APIRouter(prefix="/webhooks")

STATES = ("pending", "delivered", "failed", "cancelled")
TESTED = "endpoint.test"


@router.get("")
async def endpoints(visit: SignedIn) -> Response:
    result, sums = await asyncio.gather(
        visit.api.get("/webhooks/endpoints", people="false", limit=200), visit.api.get("/webhooks/statistics")
    )
    summaries = {entry["endpoint"]: entry for entry in sums["endpoints"]}
    rows = [(entry, summaries.get(entry["id"])) for entry in result["endpoints"]]
    # Those in trouble first; of them, and of the others, the newest.
    rows.sort(key=lambda row: row[0]["state"] == "active")
    return visit.page("webhooks.html", endpoints=rows)


@router.get("/{endpoint}")
async def endpoint(
    visit: SignedIn,
    endpoint: int,
    *,
    state: str = "",
    type: str = "",  # noqa: A002 - as the API calls it
    article: str = "",
    since: str = "",
    until: str = "",
    after: str = "",
    span: str = "day",
) -> Response:
    fields = {"state": state, "type": type, "article": article, "since": since, "until": until}
    return await _show(visit, endpoint, fields, after=after, span=span, secret=await visit.shown_once())


@router.get("/{endpoint}/preview")
async def preview(visit: SignedIn, endpoint: int) -> Response:
    entry = await visit.api.get(f"/webhooks/endpoints/{endpoint}")
    judged = await visit.api.order("POST", f"/webhooks/endpoints/{endpoint}/preview", {})
    return visit.page("preview.html", endpoint=entry, preview=judged)


@router.get("/{endpoint}/deliveries/{delivery}")
async def delivery(visit: SignedIn, endpoint: int, delivery: int) -> Response:
    path = f"/webhooks/endpoints/{endpoint}"
    result, whole = await asyncio.gather(visit.api.get(path), visit.api.get(f"{path}/deliveries/{delivery}"))
    return visit.page("delivery.html", endpoint=result, delivery=whole)


@router.post("/{endpoint}/deliveries/{delivery}/replay")
async def replay_one(visit: SignedIn, endpoint: int, delivery: int, _form: Form) -> Response:
    done = await visit.api.order("POST", f"/webhooks/endpoints/{endpoint}/deliveries/{delivery}/replay")
    message = "It is on its way again." if done["deliveries"] else "It was cancelled, and does not come."
    return visit.leads(f"/webhooks/{endpoint}/deliveries/{delivery}", message)


@router.post("/{endpoint}/replay")
async def replay(visit: SignedIn, endpoint: int, form: Form) -> Response:
    """Those that failed, or what the form chooses; counted first where that is asked for."""
    order = _replay(visit, form)
    try:
        done = await visit.api.order("POST", f"/webhooks/endpoints/{endpoint}/replays", order)
    except Refused as refusal:
        return await _show(visit, endpoint, {}, replay=form, trouble=refusal.sentence)
    if done["dry_run"]:
        return await _show(visit, endpoint, {}, replay=form, counted=done["deliveries"])
    return visit.leads(f"/webhooks/{endpoint}", f"{done['deliveries']} deliveries are on their way again.")


@router.post("/{endpoint}/retry")
async def retry(visit: SignedIn, endpoint: int, _form: Form) -> Response:
    done = await visit.api.order("POST", f"/webhooks/endpoints/{endpoint}/retry")
    return visit.leads(f"/webhooks/{endpoint}", f"{done['deliveries']} deliveries are due now.")


@router.post("/{endpoint}/test")
async def test(visit: SignedIn, endpoint: int, _form: Form) -> Response:
    ordered = await visit.api.order("POST", f"/webhooks/endpoints/{endpoint}/test")
    return visit.leads(f"/webhooks/{endpoint}/deliveries/{ordered['delivery']}", "The test is on its way.")


@router.post("/{endpoint}/rotate")
async def rotate(visit: SignedIn, endpoint: int, form: Form) -> Response:
    order = {"overlap_hours": form.get("overlap_hours") or 24}
    made = await visit.api.order("POST", f"/webhooks/endpoints/{endpoint}/rotate", order)
    return await visit.leads_once(f"/webhooks/{endpoint}", made["secret"])


@router.post("/{endpoint}/state")
async def change_state(visit: SignedIn, endpoint: int, form: Form) -> Response:
    entry = form.get("state", "active")
    await visit.api.order("PATCH", f"/webhooks/endpoints/{endpoint}", {"state": entry})
    note = "Enabled: it is sent what it missed." if entry == "active" else "Disabled: nothing is sent there."
    return visit.leads(f"/webhooks/{endpoint}", note)


@router.post("/{endpoint}/delete")
async def delete(visit: SignedIn, endpoint: int, _form: Form) -> Response:
    await visit.api.order("DELETE", f"/webhooks/endpoints/{endpoint}")
    return visit.leads("/webhooks", f"Endpoint {endpoint} is gone for good.")


async def _show(
    visit: DeskRequest,
    endpoint: int,
    asked: dict[str, str],
    *,
    after: str = "",
    span: str = "day",
    secret: str = "",
    replay: FormFields | None = None,
    counted: int | None = None,
    trouble: str = "",
) -> Response:
    path = f"/webhooks/endpoints/{endpoint}"
    query = asked | instants(asked, visit.zone)
    entry, health, log, statistics = await asyncio.gather(
        visit.api.get(path),
        visit.api.get(f"{path}/health"),
        visit.api.search(f"{path}/deliveries", **query, after=after, limit=25),
        visit.api.get(f"{path}/statistics", span=span if span in SPANS else "day"),
    )
    with shown_in(visit.zone):
        charts = attempt_charts(statistics)
    return visit.page(
        "endpoint.html",
        422 if trouble or log.trouble else 200,
        endpoint=entry,
        health=health,
        log=log,
        asked=asked,
        after=after,
        chips=chips_of(f"{visit.base}/webhooks/{endpoint}", asked, fragment="#deliveries"),
        statistics=statistics,
        charts=charts,
        spans=SPANS,
        states=STATES,
        types=(*EVENT_TYPES, TESTED),
        secret=secret,
        replay=replay or {},
        counted=counted,
        trouble=trouble,
    )


def _replay(visit: DeskRequest, form: FormFields) -> dict[str, Any]:
    chosen: dict[str, Any] = {**instants(form, visit.zone)}
    if form.get("article", "").strip():
        chosen["article"] = form["article"].strip()
    if form.several("types"):
        chosen["types"] = form.several("types")
    if "failed" in form:  # the one button, without a form around it
        chosen = {"from_sequence": 1}
    return chosen | {"only": form.get("only", "failed"), "dry_run": form.get("step") == "count"}
