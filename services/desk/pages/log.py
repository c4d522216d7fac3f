"""The log: who did what, on what, why and with what result, searched and linked."""

import asyncio
import json
import re
from collections.abc import Mapping
from typing import Any

from fastapi import APIRouter
from starlette.responses import Response

from services.desk.active_filters import chips_of
from services.desk.local_times import instants
from services.desk.signed_in import SignedIn

router = APIRouter(prefix="/log")

PLACES = {
    "source": "/sources/",
    "endpoint": "/webhooks/",
    "reingestion": "/reingestions/",
    "article": "/articles/",
    "takedown": "/taken-down/",
    "message": "/dead-letters/",
    "key": "/keys#key-",
    "page": "/pages/",
}
"""By the first word of a subject: where on the desk the thing is that the second one names."""
_SUBJECT = re.compile(r"([a-z]+) ([a-zA-Z0-9][\w.-]*)")


@router.get("")
async def log(
    visit: SignedIn,
    q: str = "",
    actor: str = "",
    action: str = "",
    subject: str = "",
    since: str = "",
    until: str = "",
    after: str = "",
) -> Response:
    fields = {"q": q, "actor": actor, "action": action, "subject": subject, "since": since, "until": until}
    query = fields | instants(fields, visit.zone)
    match, choices, archive = await asyncio.gather(
        visit.api.search("/admin/audit", **query, after=after),
        visit.api.get("/admin/audit/choices"),
        visit.api.get("/archive"),
    )
    active = {name: value for name, value in fields.items() if value}
    return visit.page(
        "log.html",
        422 if match.trouble else 200,
        entries=[_shown(entry) for entry in match.rows],
        following=match.following,
        trouble=match.trouble,
        after=after,
        asked=fields,
        active=active,
        chips=chips_of(f"{visit.base}/log", fields),
        choices=choices,
        actions=_with_families(choices["actions"]),
        archive=archive,
    )


def place_of(subject: str) -> str:
    """Where on the desk the thing is that an entry is about; empty for what has no page."""
    match = _SUBJECT.match(subject)
    return PLACES[match[1]] + match[2] if match and match[1] in PLACES else ""


def _shown(entry: Mapping[str, Any]) -> dict[str, Any]:
    """The entry as people read it: where its subject is, and of the result what was counted."""
    return {**entry, "place": place_of(entry["subject"]), "result": _counted(entry["result"])}


def _counted(result: str | None) -> str:
    try:
        report = json.loads(result or "")
    except ValueError:
        return result or ""
    if not isinstance(report, dict):
        return str(report)
    texts = [value for value in report.values() if isinstance(value, str)]
    counts = [f"{value} {name}".replace("_", " ") for name, value in report.items() if isinstance(value, int) and value]
    return ", ".join([*texts, *counts])


def _with_families(actions: list[str]) -> list[str]:
    """The actions, and before those of one sort the word that stands for all of them."""
    return sorted({*actions, *(action.partition(".")[0] for action in actions)})
