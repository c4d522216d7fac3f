"""A file of an article was kept, or replaced: a leaf of the transparency log, and an event where it was replaced."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Row, bindparam, select, update
from sqlmodel import Session

from services.contracts.article import Article
from services.contracts.files import FileChange
from services.contracts.messages import Announce, EraseCaptures, NoteFile
from services.runtime.events.append import NewEvent, hold, id_of_event
from services.runtime.transparency_log.append import append_leaves
from services.runtime.transparency_log.leaf import NewLeaf, canonical_json
from services.runtime.withholding import withhold_captures
from services.store.events import SILENT, append_news
from services.store.models import articles, revisions
from services.store.views import article_view

CHANGED = ("attachments",)
"""What an event says of a file that was replaced, whatever kind of file it is."""
Noted = tuple[NoteFile, str | None]
"""An order, with the trace id of its story."""


def note_all_files(session: Session, orders: Sequence[Noted], now: datetime) -> list[Announce | EraseCaptures]:
    """Writes down which files were kept; returns what is to be said. Of a withdrawn article nothing is."""
    hold(session)
    rows = {row.id: row for row in session.execute(_FIND, {"articles": sorted({order.article for order, _ in orders})})}
    known = [(order, trace, rows[order.article]) for order, trace in orders if order.article in rows]
    shown = [entry for entry in known if entry[2].status != "withdrawn"]
    append_leaves(session, [_leaf(order, row, now) for order, _, row in shown])
    replaced = [entry for entry in shown if entry[0].previous_digest]
    if replaced:
        session.execute(_TOUCH, [{"this": row.id, "at": now} for _, _, row in replaced])
    announced = append_news(session, [_event(order, row, now, trace) for order, trace, row in replaced])
    hidden = [_hide(session, order, row) for order, _, row in known if row.status == "withdrawn"]
    return [*announced, *(order for order in hidden if order)]


def _leaf(order: NoteFile, row: Row[Any], now: datetime) -> NewLeaf:
    facts = order.model_dump(mode="json", include={"url", "kind", "digest", "previous_digest"})
    return NewLeaf("file", row.id, row.revision, canonical_json(facts), now, order.capture, order.fetched_at)


def _event(order: NoteFile, row: Row[Any], now: datetime, trace_id: str | None) -> NewEvent:
    view = article_view(row, Article.model_validate_json(row.reading)).model_copy(update={"updated": now})
    change = FileChange.model_validate(order.model_dump(include=set(FileChange.model_fields)))
    facts = {"previous_revision": row.revision, "changed": CHANGED, "change": None}
    return NewEvent(
        id=id_of_event(f"{row.id}:attachments:{order.url}:{order.capture}"),
        type="article.updated",
        subject=row.id,
        occurred_at=now,
        data={"article": view.model_dump(mode="json"), **facts, "files": [change.model_dump(mode="json")]},
        source=row.source,
        kind=row.kind,
        cause="live",
        changed=CHANGED,
        announced=order.announce and row.kind not in SILENT,
        trace_id=trace_id,
    )


def _hide(session: Session, order: NoteFile, row: Row[Any]) -> EraseCaptures | None:
    """Of a withdrawn article the capture is hidden; of an erased one it goes, too."""
    withhold_captures(session, row.id, [order.capture], erased=row.erased_at is not None)
    return EraseCaptures(article=row.id, captures=(order.capture,)) if row.erased_at is not None else None


# Made once: to make a statement costs more than to run it.
_FIND = (
    select(articles, revisions.c.reading)
    .join(revisions, (revisions.c.article == articles.c.id) & (revisions.c.number == articles.c.revision))
    .where(articles.c.id.in_(bindparam("articles", expanding=True)))
)
_AT = bindparam("at", type_=articles.c.updated.type)
_TOUCH = update(articles).where(articles.c.id == bindparam("this")).values(updated=_AT)
