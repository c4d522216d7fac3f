"""An event: what happened to an article, in the very bytes that subscribers are sent and signed for."""

import hashlib
import json
from base64 import b32encode
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Row

from services.contracts.article import ArticleKind
from services.contracts.messages import Announce, Cause, SaveArticle
from services.store.decide import Reading
from services.store.views import article_view

TOLD: frozenset[Cause] = frozenset({"live", "refetch"})
"""Causes whose events are announced: the page was looked at just now, so what it says is news. A backlog, an import
or a reparse tells of old pages; their events are in the sequence, for whoever reads it, and nobody is called."""
SILENT: frozenset[ArticleKind] = frozenset({"reference"})
"""Kinds that are kept and are no news, whatever the cause."""


def is_told(order: SaveArticle) -> bool:
    """Whether endpoints hear of what changes: for its cause, or because the operator wants it, if it is news at all."""
    return order.article.kind not in SILENT and (order.origin.cause in TOLD or order.origin.announce)


def event_id(article: str, revision: int, content_hash: str) -> str:
    """The id of the event of this revision: the same again when the work has to be done again."""
    digest = hashlib.sha256(f"{article}:{revision}:{content_hash}".encode()).digest()
    return "evt_" + b32encode(digest[:15]).decode().lower()


def event_row(
    sequence: int, article: Row[Any], reading: Reading, changed: tuple[str, ...], *, previous: int | None, now: datetime
) -> dict[str, Any]:
    """The row of `events` that tells of the article's current revision; `previous` is None for a new article."""
    kind = "article.created" if previous is None else "article.updated"
    view = article_view(article, reading.order.article).model_dump(mode="json")
    facts = {"article": view, "previous_revision": previous, "changed": changed}
    return {
        "sequence": sequence,
        "id": event_id(article.id, article.revision, reading.content_hash),
        "type": kind,
        "occurred_at": now,
        "article": article.id,
        "revision": article.revision,
        "source": article.source,
        "kind": reading.order.article.kind,
        "cause": reading.order.origin.cause,
        "changed": list(changed),
        "announced": is_told(reading.order),
        "body": _frozen({"type": kind, "timestamp": now.isoformat(), "sequence": sequence, "data": facts}),
    }


def announcement(event: Mapping[str, Any], source: str) -> Announce:
    """The message that brings an event to the endpoints."""
    return Announce(
        event=event["id"],
        sequence=event["sequence"],
        type=event["type"],
        source=source,
        occurred_at=event["occurred_at"],
        body=event["body"],
    )


def _frozen(body: dict[str, Any]) -> str:
    return json.dumps(body, ensure_ascii=False, separators=(",", ":"))
