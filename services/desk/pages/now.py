"""What is happening right now."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from statistics import median
from typing import Any

from fastapi import APIRouter
from starlette.responses import Response

from services.desk.signed_in import DeskRequest, Form, SignedIn

router = APIRouter()

STEPS = (
    ("published_at", "seen_at", "published → seen"),
    ("seen_at", "stored_at", "seen → stored"),
    ("stored_at", "delivered_at", "stored → delivered"),
)
HEIGHT = 40
"""Of a chart, in its own units; a bar is one unit wide for each story."""


@dataclass(frozen=True)
class Chart:
    """How long one step took for each of the latest stories, the oldest first; `bars` are heights."""

    title: str
    typical: float | None
    longest: float | None
    bars: tuple[float, ...]


@router.post("/retries")
async def try_all_now(visit: SignedIn, _form: Form) -> Response:
    claimed = await visit.api.order("POST", "/admin/retries", {})
    return visit.leads("/", f"{claimed['taken']} message(s) are tried again now.")


@router.post("/retries/{message_id}")
async def try_now(visit: SignedIn, message_id: int, _form: Form) -> Response:
    await visit.api.order("POST", f"/admin/retries/{message_id}")
    return visit.leads("/", f"Message {message_id} is tried again now.")


@router.get("/")
async def now(visit: SignedIn) -> Response:
    entry = await visit.api.get("/overview")
    sources = await visit.api.get("/sources")
    latest = await visit.api.get("/articles", by="seen", limit=10)
    troubled_endpoints = await _troubled_endpoints(visit)
    return visit.page(
        "now.html",
        now=entry,
        pages={
            state: sum(member[state] for member in entry["sources"])
            for state in ("due", "in_flight", "at_rest", "dead_lettered")
        },
        charts=[chart(title, entry["stories"], begin, end) for begin, end, title in STEPS],
        troubled=[source for source in sources if _is_troubled(source)],
        endpoints=troubled_endpoints,
        articles=latest["articles"],
        height=HEIGHT,
    )


async def _troubled_endpoints(visit: DeskRequest) -> Sequence[Mapping[str, Any]]:
    if not visit.caller.may("subscribe"):
        return ()
    result: Sequence[Mapping[str, Any]] = (await visit.api.get("/webhooks/endpoints", troubled="true"))["endpoints"]
    return result


def chart(title: str, stories: Sequence[Mapping[str, Any]], begin: str, end: str) -> Chart:
    """One step of the way; a story that gives a date and no time is not in it."""
    took = [seconds for story in reversed(stories) if (seconds := _between(story[begin], story[end])) is not None]
    longest = max(took, default=None)
    bars = tuple(round(HEIGHT * seconds / longest, 1) if longest else 0.0 for seconds in took)
    return Chart(title, median(took) if took else None, longest, bars)


def _between(begin: str | None, end: str | None) -> float | None:
    if begin is None or end is None or len(begin) == len("2024-12-02"):
        return None
    return max(0.0, (datetime.fromisoformat(end) - datetime.fromisoformat(begin)).total_seconds())


def _is_troubled(source: Mapping[str, Any]) -> bool:
    channels = any(channel["failures"] or channel["retrying"] for channel in source["channels"])
    return not source["paused"] and bool(source["channels"] and (source["retrying"] or channels))
