"""The addresses that an article had: where it was first, and each move."""

import json
from typing import Any

from sqlalchemy import Row, select
from sqlmodel import Session

from services.runtime.events.tables import events
from services.store.views import ArticleAddress

MOVES = 100
"""Moves that are looked at, the latest ones."""


def addresses_of(session: Session, row: Row[Any]) -> tuple[ArticleAddress, ...]:
    """The addresses of the article of this row, the first first, as far as its events of moves are kept."""
    moved = select(events.c.occurred_at, events.c.body).where(
        events.c.subject == row.id, events.c.type == "article.moved", events.c.sequence.is_not(None)
    )
    since, result = row.first_seen, list[ArticleAddress]()
    for event in reversed(session.execute(moved.order_by(events.c.sequence.desc()).limit(MOVES)).all()):
        if before := json.loads(event.body).get("data", {}).get("previous_url"):
            result.append(ArticleAddress(url=before, since=since, until=event.occurred_at))
            since = event.occurred_at
    return (*result, ArticleAddress(url=row.url, since=since, until=None)) if row.url else tuple(result)
