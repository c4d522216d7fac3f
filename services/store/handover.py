"""Which captures prove which articles: what an export hands over."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, select, union
from sqlmodel import Session

from services.store.models import articles, revisions

WITHDRAWN = "withdrawn"


def proving_captures(
    session: Session,
    *,
    article: str | None = None,
    source: str | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
) -> Sequence[Row[Any]]:
    """The captures of every wording, and the latest of each article, in their order: article, page, capture, at.

    `since` and `until` (exclusive) are about when an article was published. What was withdrawn is not among them.
    """
    columns = (articles.c.id, articles.c.page, articles.c.url, articles.c.source, articles.c.headline)
    conditions = [articles.c.status != WITHDRAWN, *_conditions(article, source, since, until)]
    wordings = (
        select(*columns, revisions.c.capture, revisions.c.fetched_at.label("at"))
        .join(revisions, revisions.c.article == articles.c.id)
        .where(*conditions)
    )
    latest = select(*columns, articles.c.capture, articles.c.fetched_at.label("at")).where(*conditions)
    entries = union(wordings, latest).subquery()
    return session.execute(select(entries).order_by(entries.c.at, entries.c.capture)).all()


def _conditions(
    article: str | None, source: str | None, since: datetime | None, until: datetime | None
) -> list[ColumnElement[bool]]:
    conditions = []
    if article:
        conditions.append(articles.c.id == article)
    if source:
        conditions.append(articles.c.source == source)
    if since:
        conditions.append(articles.c.dated_at >= since)
    if until:
        conditions.append(articles.c.dated_at < until)
    return conditions
