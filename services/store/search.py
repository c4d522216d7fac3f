"""Lists out of the store, newest first and page by page; each asks for one row more than it shows."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import ColumnElement, Row, Select, TextClause, bindparam, literal, select, tuple_
from sqlmodel import Session

from services.runtime.provenance.sightings import IS_SHARED, sightings
from services.store.events import SILENT
from services.store.fulltext import asks_for_text, found, label
from services.store.models import IS_NOT_LIVE, articles, revisions, texts

By = Literal["published", "seen", "updated", "status"]
ORDER = {
    "published": articles.c.dated_at,
    "seen": articles.c.first_seen,
    "updated": articles.c.updated,
    "status": articles.c.status_since,
}


@dataclass(frozen=True)
class ArticleQuery:
    """Which articles: all of these must hold; `since` is part of the span, `until` is not.

    `source` is any that showed the article's page, not only the one that did so first.

    `q` are words as `asked.Terms` reads them; tag and VIRIN are whole, in any case. `news` leaves out what is kept and
    is no news, unless its kind is asked for. In the order of `status` are those whose page is not simply there.
    """

    source: str | None = None
    kind: str | None = None
    q: str | None = None
    tag: str | None = None
    virin: str | None = None
    status: str | None = None
    by: By = "published"
    news: bool = False
    same_story: str | None = None
    """The id of an article: those that tell its story, itself among them."""
    since: datetime | None = None
    until: datetime | None = None


def find_articles(
    session: Session, wanted: ArticleQuery, limit: int, after: tuple[datetime, str] | None
) -> Sequence[Row[Any]]:
    """The articles wanted, beginning after the one at `after` (its time in that order, and its id)."""
    return _rows(session, select(articles), wanted, limit, after)


def read_articles(
    session: Session, wanted: ArticleQuery, limit: int, after: tuple[datetime, str] | None
) -> Sequence[Row[Any]]:
    """The same, each with the reading of its current revision."""
    return _rows(session, _READINGS, wanted, limit, after)


def find_article(session: Session, article: str) -> Row[Any] | None:
    """An article with the reading of its current revision."""
    return session.execute(_READINGS.where(articles.c.id == article)).one_or_none()


def place_of(wanted: ArticleQuery, row: Row[Any]) -> tuple[datetime, str]:
    """The place of an article in the order that is wanted: what a list begins after."""
    return getattr(row, ORDER[wanted.by].name), row.id


def find_revisions(
    session: Session, article: str, limit: int, after: tuple[datetime, int] | None
) -> Sequence[Row[Any]]:
    """The wordings of an article, the latest capture first."""
    when = revisions.c.fetched_at
    query = _revisions().where(articles.c.id == article)
    if after:
        query = query.where(tuple_(when, revisions.c.number) < _position(when, after))
    return session.execute(query.order_by(when.desc(), revisions.c.number.desc()).limit(limit + 1)).all()


def find_revision(session: Session, article: str, number: int) -> Row[Any] | None:
    """One wording of an article."""
    query = _revisions().where(articles.c.id == article, revisions.c.number == number)
    return session.execute(query).one_or_none()


_SHARED = (
    select(sightings.c.page).distinct().where(sightings.c.source == bindparam("source"), IS_SHARED).subquery("shown")
)
_SHARES = select(sightings.c.page).where(sightings.c.source == bindparam("source"), IS_SHARED).limit(1)
_READINGS = select(articles, revisions.c.reading).join(
    revisions, (revisions.c.article == articles.c.id) & (revisions.c.number == articles.c.revision)
)


def _rows(
    session: Session, query: Select[Any], wanted: ArticleQuery, limit: int, after: tuple[datetime, str] | None
) -> Sequence[Row[Any]]:
    """Those of the source itself, and those whose pages it showed as well: each from an index, in one order."""
    listed = query.where(*_of_the_source(wanted))
    rows = session.execute(_page(session, listed, wanted, limit, after)).all()
    if wanted.source is None or not session.execute(_SHARES, {"source": wanted.source}).first():
        return rows
    shown = query.join(_SHARED, _SHARED.c.page == articles.c.page).where(articles.c.source != wanted.source)
    shared = session.execute(_page(session, shown.params(source=wanted.source), wanted, limit, after)).all()
    return sorted([*rows, *shared], key=lambda row: place_of(wanted, row), reverse=True)[: limit + 1]


def _page(
    session: Session, query: Select[Any], wanted: ArticleQuery, limit: int, after: tuple[datetime, str] | None
) -> Select[Any]:
    when = ORDER[wanted.by]
    query = query.where(*_conditions(wanted))
    if after:
        query = query.where(tuple_(when, articles.c.id) < _position(when, after))
    query = query.order_by(when.desc(), articles.c.id.desc())
    labels = _labels(wanted)
    if asks_for_text(wanted.q or "", labels):
        query = query.join(texts, texts.c.article == articles.c.id)
        first = query.with_only_columns(texts.c.number)
        query = query.where(*found(session, wanted.q or "", labels, first, limit + 1))
    return query.limit(limit + 1)


def _revisions() -> Select[Any]:
    current = (revisions.c.number == articles.c.revision).label("current")
    return select(revisions, current).join(articles, revisions.c.article == articles.c.id)


def _conditions(wanted: ArticleQuery) -> list[ColumnElement[bool] | TextClause]:
    when = ORDER[wanted.by]
    query: list[ColumnElement[bool] | TextClause] = [articles.c.merged_into.is_(None)]
    if wanted.same_story is not None:
        told = articles.alias()
        query.append(articles.c.story == select(told.c.story).where(told.c.id == wanted.same_story).scalar_subquery())
    if wanted.kind is not None:
        query.append(articles.c.kind == wanted.kind)
    elif wanted.news:
        query.append(articles.c.kind.not_in(SILENT))
    if wanted.status is not None:
        query.append(articles.c.status == wanted.status)
    if wanted.q or wanted.tag or wanted.virin:
        # Whether its words are found would tell them.
        query.append(articles.c.status != "withdrawn")
    if wanted.by == "status" or wanted.status not in {None, "live"}:
        query.append(IS_NOT_LIVE)
    if wanted.since is not None:
        query.append(when >= wanted.since)
    if wanted.until is not None:
        query.append(when < wanted.until)
    return query


def _of_the_source(wanted: ArticleQuery) -> list[ColumnElement[bool]]:
    return [] if wanted.source is None else [articles.c.source == wanted.source]


def _labels(wanted: ArticleQuery) -> list[str]:
    fields = {"tag": wanted.tag, "virin": wanted.virin}
    return [label(kind, name) for kind, name in fields.items() if name is not None]


def _position(when: ColumnElement[datetime], after: tuple[datetime, str | int]) -> Any:
    # Literals of a tuple do not learn their types from the other side; a time must, to be kept as SQLite keeps it.
    return tuple_(literal(after[0], when.type), after[1])
