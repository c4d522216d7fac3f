"""What an endpoint is sent of an event: its frozen body, whole or thin."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import bindparam, select
from sqlmodel import Session

from services.runtime.events.append import frozen
from services.runtime.events.tables import events

STATUS = ("status", "status_since", "status_looks")
THIN = ("id", "url", "source", "kind", "headline", "published_at", "revision", "first_seen", "updated", *STATUS)
"""What a thin payload tells of an article; the rest is at `GET /articles/{id}`. It is made of the frozen body at each
attempt, so that another list would change what is sent again: it would need a payload of another name."""
THIN_CHANGE = ("grade", "facts", "returns_to")
"""What it tells of a change; the words are at `GET /articles/{id}/diff`."""

# Made once: to make a statement costs more than to run it.
_BODIES = select(events.c.id, events.c.body).where(events.c.id.in_(bindparam("these", expanding=True)))


def frozen_bodies(session: Session, these: Sequence[str]) -> dict[str, str]:
    """The bodies of these events, by the ids of the events."""
    return {row.id: row.body for row in session.execute(_BODIES, {"these": these})}


def sent(body: str, payload: str) -> bytes:
    """The bytes that are signed and sent to an endpoint with this payload: the same at each attempt."""
    return (frozen(thinned(json.loads(body))) if payload == "thin" else body).encode()


def thinned(event: Mapping[str, Any]) -> dict[str, Any]:
    """An event's body without the words of its article."""
    article = event["data"].get("article")
    if article is None:
        return dict(event)
    brief = {name: article[name] for name in THIN if name in article}
    thin = {**event["data"], "article": brief}
    if change := thin.get("change"):
        thin["change"] = {name: change[name] for name in THIN_CHANGE if name in change}
    return {**event, "data": thin}
