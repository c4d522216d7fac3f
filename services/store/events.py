"""Appends events about articles to the event log."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Row
from sqlmodel import Session

from services.contracts.article import ArticleKind
from services.contracts.changes import ArticleChange
from services.contracts.messages import Announce, Cause, SaveArticle
from services.runtime.events.append import NewEvent, append_all, id_of_event
from services.store.changes.diff import shortened
from services.store.decide import Reading
from services.store.views import article_view

TOLD: frozenset[Cause] = frozenset({"live", "refetch"})
"""Causes whose events are announced: the page was looked at just now, so what it says is news. A backlog, an import
or a reparse tells of old pages; their events are in the sequence, for whoever reads it, and nobody is called."""
SILENT: frozenset[ArticleKind] = frozenset({"reference"})
"""Kinds that are kept and are no news, whatever the cause."""


def is_told(order: SaveArticle) -> bool:
    """Whether endpoints hear of what changes: for its cause, or because the operator wants it, if it is news at all."""
    if order.article.kind in SILENT or order.released == "silent":
        return False
    return order.released == "announced" or order.origin.cause in TOLD or order.origin.announce


def event_id(article: str, revision: int, content_hash: str) -> str:
    """The id of the event of this revision: the same again when the work has to be done again."""
    return id_of_event(f"{article}:{revision}:{content_hash}")


def append_news(session: Session, new: Sequence[NewEvent]) -> list[Announce]:
    """Appends these events, in this order; returns what is to be announced of them."""
    numbered = zip(new, append_all(session, new), strict=True)
    return [announce for event, sequence in numbered if (announce := announcement(event, sequence))]


def announcement(event: NewEvent, sequence: int) -> Announce | None:
    """The message that calls the endpoints for an event with this number; None for one that only stands in the log."""
    return Announce(event=event.id, article=event.subject, sequence=sequence) if event.announced else None


def _sent(change: ArticleChange | None) -> dict[str, Any] | None:
    """The change as an event carries it, within its bounds."""
    if change is None:
        return None
    diff, truncated = shortened(change.diff)
    return change.model_copy(update={"diff": diff, "truncated": truncated}).model_dump(mode="json")


def new_event(
    article: Row[Any],
    reading: Reading,
    changed: tuple[str, ...],
    *,
    previous: int | None,
    change: ArticleChange | None = None,
    quiet: bool = False,
    now: datetime,
    trace_id: str | None = None,
) -> NewEvent:
    """The event that tells of the article's current revision; `previous` is None for a new article.

    A `quiet` one is in the sequence, and nobody is called for it.
    """
    view = article_view(article, reading.order.article).model_dump(mode="json")
    return NewEvent(
        id=event_id(article.id, article.revision, reading.content_hash),
        type="article.created" if previous is None else "article.updated",
        subject=article.id,
        occurred_at=now,
        data={"article": view, "previous_revision": previous, "changed": changed, "change": _sent(change), "files": []},
        source=article.source,
        kind=reading.order.article.kind,
        cause=reading.order.origin.cause,
        changed=changed,
        announced=is_told(reading.order) and not quiet,
        trace_id=trace_id,
    )
