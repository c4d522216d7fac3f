"""What is happening right now: the news first, then what needs somebody, and the machinery folded beneath."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median
from typing import Any, Literal

from fastapi import APIRouter
from starlette.responses import Response

from services.desk.charts import PATTERNS, SPANS, BarChart, bar_chart
from services.desk.signed_in import DeskRequest, Form, SignedIn
from services.desk.times import clock, duration, shown_in
from services.desk.trouble import source_troubles
from services.runtime.database import utcnow

router = APIRouter()

STEPS = (
    ("published_at", "seen_at", "published → seen"),
    ("seen_at", "stored_at", "seen → stored"),
    ("stored_at", "delivered_at", "stored → delivered"),
)
LATEST = 8
"""Articles, and changes, that are shown."""
WINDOW = 200
"""The last events among which changes are looked for: after an import there may be none."""
ELSEWHERE = ("source_", "endpoint_", "dead_letters", "archive_", "database_", "secrets_")
"""How the kinds of troubles begin that the page shows in a place of their own."""


@dataclass(frozen=True)
class StepTime:
    """How long one step took for the latest stories: half were quicker than `typical`; both are in seconds."""

    title: str
    typical: float | None
    longest: float | None
    stories: int


@router.post("/retries")
async def try_all_now(visit: SignedIn, _form: Form) -> Response:
    claimed = await visit.api.order("POST", "/admin/retries", {})
    return visit.leads("/", f"{claimed['taken']} message(s) are tried again now.")


@router.post("/retries/{message_id}")
async def try_now(visit: SignedIn, message_id: int, _form: Form) -> Response:
    await visit.api.order("POST", f"/admin/retries/{message_id}")
    return visit.leads("/", f"Message {message_id} is tried again now.")


@router.get("/")
async def now(visit: SignedIn, last: Literal["hour", "day", "week"] = "day") -> Response:
    api, moment = visit.api, utcnow()
    yesterday = (moment - timedelta(days=1)).isoformat()
    (
        entry,
        sources,
        gaps,
        quarantined,
        arrivals,
        latest,
        removed,
        takedowns,
        changes,
        endpoints,
        own,
    ) = await asyncio.gather(
        api.get("/overview"),
        api.get("/sources"),
        api.get("/gaps/counts"),
        api.get("/quarantine", state="held"),
        api.get("/articles/arrivals", last=last),
        api.get("/articles", by="seen", limit=LATEST),
        api.get("/articles", status="removed", by="status", since=yesterday, limit=LATEST),
        api.get("/takedowns", state="open"),
        _changes(visit),
        _troubled_endpoints(visit),
        _own_troubles(visit),
    )
    with shown_in(visit.zone):
        chart = arrival_chart(arrivals)
    return visit.page(
        "now.html",
        now=entry,
        pages={
            state: sum(member[state] for member in entry["sources"])
            for state in ("due", "in_flight", "at_rest", "dead_lettered")
        },
        steps=[step_time(title, entry["stories"], begin, end) for begin, end, title in STEPS],
        chart=chart,
        arrived=sum(span["articles"] for span in arrivals["spans"]),
        last=last,
        lasts=SPANS,
        troubles=source_troubles(sources, gaps, quarantined["readings"], moment),
        watched=sum(not source["paused"] for source in sources),
        endpoints=endpoints,
        own=own,
        articles=latest["articles"],
        changes=changes,
        removed=removed["articles"],
        takedowns=takedowns,
    )


async def _changes(visit: DeskRequest) -> list[Mapping[str, Any]]:
    """The latest events of changed articles, the newest first."""
    end = (await visit.api.get("/events", latest="true", limit=1))["next"]
    page = await visit.api.get("/events", type="article.updated", after=max(0, end - WINDOW), limit=WINDOW)
    return list(reversed(page["events"][-LATEST:]))


async def _troubled_endpoints(visit: DeskRequest) -> Sequence[Mapping[str, Any]]:
    if not visit.caller.may("subscribe"):
        return ()
    result: Sequence[Mapping[str, Any]] = (await visit.api.get("/webhooks/endpoints", troubled="true"))["endpoints"]
    return result


async def _own_troubles(visit: DeskRequest) -> list[Mapping[str, Any]]:
    """What is wrong with the service itself; sources, endpoints and dead letters are shown by their own."""
    if not visit.caller.may("operate"):
        return []
    troubles = (await visit.api.get("/troubles"))["troubles"]
    return [trouble for trouble in troubles if not trouble["kind"].startswith(ELSEWHERE)]


def arrival_chart(arrivals: Mapping[str, Any]) -> BarChart:
    """Articles as they arrived, a bar for each part of the time, in the zone of the page."""
    width = timedelta(seconds=arrivals["seconds"])
    spans = [(datetime.fromisoformat(span["begin"]), {"new": span["articles"]}) for span in arrivals["spans"]]
    number = sum(span["articles"] for span in arrivals["spans"])
    summary = f"{number:,} articles in the last {arrivals['last']}, by {duration(arrivals['seconds'])}"

    def title(begin: datetime, counts: Mapping[str, float]) -> str:
        return f"{clock(begin, '%-d %b, %H:%M')} to {clock(begin + width)}: {counts['new']:,} articles"

    return bar_chart(summary, spans, title, pattern=PATTERNS[arrivals["last"]])


def step_time(title: str, stories: Sequence[Mapping[str, Any]], begin: str, end: str) -> StepTime:
    """One step of the way; a story that gives a date and no time is not in it."""
    took = [seconds for story in stories if (seconds := _between(story[begin], story[end])) is not None]
    return StepTime(title, median(took) if took else None, max(took, default=None), len(took))


def _between(begin: str | None, end: str | None) -> float | None:
    if begin is None or end is None or len(begin) == len("2024-12-02"):
        return None
    return max(0.0, (datetime.fromisoformat(end) - datetime.fromisoformat(begin)).total_seconds())
