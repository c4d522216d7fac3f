"""What `dateline audit` asks of the store: how much it holds, and whether it holds together."""

from typing import Any

from sqlalchemy import Select, and_, func, select
from sqlmodel import Session

from services.contracts.checks import Check
from services.runtime.events.tables import events
from services.store.models import articles, revisions


def counts(session: Session) -> dict[str, int]:
    """How many articles and revisions there are."""
    tables = {"articles": articles, "revisions": revisions}
    return {name: _number(session, select(func.count()).select_from(table)) for name, table in tables.items()}


def checks(session: Session) -> tuple[Check, ...]:
    """Every invariant of the store, as it stands now."""
    current = and_(revisions.c.article == articles.c.id, revisions.c.number == articles.c.revision)
    without = (
        select(func.count()).select_from(articles.outerjoin(revisions, current)).where(revisions.c.number.is_(None))
    )
    kept = select(func.count()).where(revisions.c.article == articles.c.id).scalar_subquery()
    fewer = select(func.count()).select_from(articles).where(articles.c.revisions != kept)
    nameless = select(func.count()).select_from(revisions).where(revisions.c.capture == "")
    created = (events.c.subject == articles.c.id, events.c.type == "article.created")
    times = select(func.count()).where(*created).scalar_subquery()
    untold = select(func.count()).select_from(articles).where(times != 1)
    return (
        _none(session, without, "current revisions", "articles lack their current revision"),
        _none(session, fewer, "kept revisions", "articles do not keep as many wordings as they counted"),
        _none(session, nameless, "named captures", "revisions do not name their capture"),
        _none(session, untold, "articles created once", "articles do not have exactly one event of their creation"),
    )


def _none(session: Session, amiss: Select[Any], name: str, fault: str) -> Check:
    number = _number(session, amiss)
    return Check(name, holds=not number, sentence=f"{number} {fault}.")


def _number(session: Session, query: Select[Any]) -> int:
    return int(session.execute(query).scalar() or 0)
