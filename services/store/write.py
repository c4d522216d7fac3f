"""The rows that a change leaves behind."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Row, bindparam, insert, select, update
from sqlmodel import Session

from services.contracts.messages import SaveArticle
from services.contracts.urls import article_id
from services.store.decide import Change, Known, Late, Reading, Refreshed, Unchanged, Updated, refreshed
from services.store.fulltext import enter, enter_again
from services.store.models import articles, revisions
from services.store.wording import instant

# Made once: to make a statement costs more than to run it.
_INSERT_ARTICLE = insert(articles).returning(*articles.c)
_UPDATE_ARTICLE = update(articles).where(articles.c.id == bindparam("this")).returning(*articles.c)
_INSERT_REVISION = insert(revisions)


def begin(session: Session, new: Sequence[tuple[str, Reading]], now: datetime) -> list[Row[Any]]:
    """Writes new articles, each under its identity; returns their rows."""
    if not new:
        return []
    rows = {
        row.id: row for row in session.execute(_INSERT_ARTICLE, [_first(key, reading, now) for key, reading in new])
    }
    made = [(rows[article_id(key)], reading) for key, reading in new]
    session.execute(_INSERT_REVISION, [_revision(row.id, 1, reading, now) for row, reading in made])
    enter(session, [(row.id, reading.order.article) for row, reading in made])
    return [row for row, _ in made]


def _first(key: str, reading: Reading, now: datetime) -> dict[str, Any]:
    first = {"id": article_id(key), "key": key, "revision": 1, "revisions": 1, "first_seen": now, "updated": now}
    return first | _head(reading) | _face(reading, now)


def follow(
    session: Session, row: Row[Any], known: Known | None, reading: Reading, change: Change, now: datetime
) -> Row[Any]:
    """Writes what the change makes of a known article; returns its row afterwards."""
    following = row.revisions + 1
    match change:
        case Updated():
            if known and (before := refreshed(known, reading)):
                _reread(session, row, before)  # so that two revisions differ by what the page changed, and by no more
            _add_revision(session, row.id, following, reading, now)
            enter_again(session, row.id, reading.order.article)
            current = {"revision": following, "revisions": following, "updated": now}
            return _set(session, row.id, current | _head(reading) | _face(reading, row.first_seen))
        case Refreshed():
            _reread(session, row, reading)
            enter_again(session, row.id, reading.order.article)
            return _set(session, row.id, _head(reading) | _face(reading, row.first_seen))
        case Unchanged():
            return _set(session, row.id, _head(reading))
        case Late() if not _seen(session, row.id, reading.content_hash):
            _add_revision(session, row.id, following, reading, now)
            return _set(session, row.id, {"revisions": following})
    return row


def _set(session: Session, article: str, values: dict[str, Any]) -> Row[Any]:
    return session.execute(_UPDATE_ARTICLE, values | {"this": article}).one()


def _add_revision(session: Session, article: str, number: int, reading: Reading, now: datetime) -> None:
    session.execute(_INSERT_REVISION, _revision(article, number, reading, now))


def _revision(article: str, number: int, reading: Reading, now: datetime) -> dict[str, Any]:
    own = {"article": article, "number": number, "cause": reading.order.origin.cause, "created_at": now}
    return own | _read(reading)


def _reread(session: Session, row: Row[Any], reading: Reading) -> None:
    current = (revisions.c.article == row.id) & (revisions.c.number == row.revision)
    session.execute(update(revisions).where(current).values(_read(reading)))


def _seen(session: Session, article: str, content_hash: str) -> bool:
    same = (revisions.c.article == article) & (revisions.c.content_hash == content_hash)
    return session.execute(select(revisions.c.number).where(same).limit(1)).first() is not None


def _head(reading: Reading) -> dict[str, Any]:
    origin = reading.order.origin
    of = {"page": origin.page, "url": origin.url, "source": origin.source, "layout": reading.order.article.layout}
    return of | _capture(reading.order)


def _face(reading: Reading, first_seen: datetime) -> dict[str, Any]:
    article = reading.order.article
    return {
        "kind": article.kind,
        "headline": article.headline,
        "published_at": article.published_at and article.published_at.isoformat(),
        "dated_at": instant(article.published_at) or first_seen,
    }


def _read(reading: Reading) -> dict[str, Any]:
    words = {"content_hash": reading.content_hash, "reading": reading.order.article.model_dump_json()}
    return words | _capture(reading.order)


def _capture(order: SaveArticle) -> dict[str, Any]:
    read_by = {"parser": order.parser, "layout_version": order.layout_version}
    return {"capture": order.capture, "fetched_at": order.fetched_at} | read_by
