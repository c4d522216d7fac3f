"""What a person decides about readings in quarantine."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import Row, Select, select, update
from sqlmodel import Session

from services.contracts.caller import Caller
from services.contracts.messages import SaveArticle
from services.runtime import audit_log
from services.runtime.ledger.jobs import Outgoing, enqueue_all
from services.store.models import articles, quarantine, revisions

AT_ONCE = 500
"""Readings that one order decides about."""
Decision = Literal["release", "discard"]
Place = tuple[datetime, str]


def find_quarantined(
    session: Session, state: str, source: str | None, limit: int, after: Place | None = None
) -> Sequence[Row[Any]]:
    """Readings in this state, the oldest first, each with its article's row."""
    rows = _lines().where(quarantine.c.state == state)
    if source is not None:
        rows = rows.where(quarantine.c.source == source)
    if after is not None:
        at, article = after
        later = (quarantine.c.held_at == at) & (quarantine.c.article > article)
        rows = rows.where((quarantine.c.held_at > at) | later)
    return session.execute(rows.order_by(quarantine.c.held_at, quarantine.c.article).limit(limit)).all()


def find_reading(session: Session, article: str) -> Row[Any] | None:
    """The latest reading of an article in quarantine, with the wording that stands."""
    current = (revisions.c.article == articles.c.id) & (revisions.c.number == articles.c.revision)
    whole = _lines().add_columns(quarantine.c.message, revisions.c.reading).join(revisions, current)
    # Of an article that was withdrawn meanwhile, nothing is left.
    return session.execute(whole.where(quarantine.c.article == article, quarantine.c.message != "")).one_or_none()


def decide_all(
    session: Session,
    decision: Decision,
    chosen: Sequence[str] | None,
    source: str | None,
    *,
    announce: bool,
    caller: Caller,
    now: datetime,
) -> tuple[int, bool]:
    """Releases or discards what is held of these articles, or of a source; how many, and whether there are more.

    What is released is kept as the current wording by the next worker. A discarded reading is not held again while the
    page says the same.
    """
    these = [quarantine.c.state == "held"]
    if chosen is not None:
        these.append(quarantine.c.article.in_(chosen))
    if source is not None:
        these.append(quarantine.c.source == source)
    first = select(quarantine.c.article, quarantine.c.message).where(*these).order_by(quarantine.c.article)
    rows = session.execute(first.limit(AT_ONCE + 1).with_for_update()).all()
    released = rows[:AT_ONCE]
    state = {"release": "released", "discard": "discarded"}[decision]
    decided = {"state": state, "decided_at": now, "decided_by": caller.name}
    ids = [row.article for row in released]
    session.execute(update(quarantine).where(quarantine.c.article.in_(ids)).values(decided))
    if decision == "release":
        enqueue_all(session, [_released(row.message, announce=announce) for row in released])
    subject = f"article {ids[0]}" if len(ids) == 1 else f"{len(ids)} articles{f' of {source}' if source else ''}"
    audit_log.note(session, caller, f"quarantine.{state}", subject, now)
    return len(released), len(rows) > AT_ONCE


def _released(message: str, *, announce: bool) -> Outgoing:
    order = SaveArticle.model_validate_json(message)
    return Outgoing(order.model_copy(update={"released": "announced" if announce else "silent"}))


def _lines() -> Select[Any]:
    columns = [column for column in quarantine.c if column.name != "message"]
    return select(*columns, articles.c.headline, articles.c.url, articles.c.revision).join(
        articles, articles.c.id == quarantine.c.article
    )
