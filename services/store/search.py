"""Lists out of the store, newest first and page by page; each asks for one row more than it shows."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import pairwise
from typing import Any, Literal, Self

from sqlalchemy import ColumnElement, Row, Select, TextClause, and_, bindparam, func, literal, select, tuple_
from sqlmodel import Session

from services.contracts.changes import Grade, weight
from services.runtime.provenance.public_copies import public_copies
from services.runtime.provenance.sightings import IS_SHARED, sightings
from services.store.events import SILENT
from services.store.fulltext import asks_for_text, found, label, matching_numbers
from services.store.models import HAS_CHANGED, IS_NOT_LIVE, articles, revisions, texts

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

    `q` are words as `search_query.Terms` reads them, and `typed` the whole search that they were part of; the words of
    `title` stand in the headline. Tag and VIRIN are whole, in any case. `news` leaves out what is kept and is no news,
    unless its kind is asked for. In the order of `status` are those whose page is not simply there. `oldest` turns the
    order around.
    """

    source: str | None = None
    kind: str | None = None
    q: str | None = None
    tag: str | None = None
    virin: str | None = None
    status: str | None = None
    min_grade: Grade | None = None
    """Of which one change at least weighed so much."""
    by: By = "published"
    news: bool = False
    same_story: str | None = None
    """The id of an article: those that tell its story, itself among them."""
    since: datetime | None = None
    until: datetime | None = None
    typed: str | None = None
    title: tuple[str, ...] = ()
    not_source: tuple[str, ...] = ()
    not_kind: tuple[str, ...] = ()
    not_status: tuple[str, ...] = ()
    oldest: bool = False

    @property
    def words(self) -> str:
        """All that the text must hold: the words of the title are part of it."""
        return " ".join([self.q or "", *(f'"{term}"' for term in self.title)]).strip()

    @property
    def reversed(self) -> Self:
        """The same articles from the other end."""
        return replace(self, oldest=not self.oldest)


def find_articles(
    session: Session, criteria: ArticleQuery, limit: int, after: tuple[datetime, str] | None
) -> Sequence[Row[Any]]:
    """The articles wanted, beginning after the one at `after` (its time in that order, and its id)."""
    return _rows(session, select(articles), criteria, limit, after)


def count_articles(session: Session, criteria: ArticleQuery, most: int) -> int | None:
    """How many there are, counted up to `most` and no further; None where to count them would take long.

    That is where more texts hold the words than `most`, and other conditions leave fewer of them.
    """
    labels, among = _labels(criteria), None
    if asks_for_text(criteria.words, labels):
        among = matching_numbers(session, criteria.words, labels, most)
        if among is None:
            return None
    number = _counted(session, select(articles.c.id).where(*_of_the_source(criteria)), criteria, among, most)
    if number < most and criteria.source and session.execute(_SHARES, {"source": criteria.source}).first():
        number += _counted(session, _shown_as_well(select(articles.c.id), criteria), criteria, among, most - number)
    is_partial = number < most and among is not None and _size(session, among) >= most
    return None if is_partial else number


def count_arrivals(session: Session, bounds: Sequence[datetime]) -> list[int]:
    """How many articles were first seen from each bound to the next, those that turned out to be others included.

    The index alone is read, and of it the part between the first bound and the last.
    """
    seen = articles.c.first_seen
    spans = [
        select(func.count()).select_from(articles).where(seen >= begin, seen < end).scalar_subquery()
        for begin, end in pairwise(bounds)
    ]
    return list(session.execute(select(*spans)).one()) if spans else []


def read_articles(
    session: Session, criteria: ArticleQuery, limit: int, after: tuple[datetime, str] | None
) -> Sequence[Row[Any]]:
    """The same, each with the reading of its current revision."""
    return _rows(session, _READINGS, criteria, limit, after)


def find_article(session: Session, article: str) -> Row[Any] | None:
    """An article with the reading of its current revision."""
    return session.execute(_READINGS.where(articles.c.id == article)).one_or_none()


def place_of(criteria: ArticleQuery, row: Row[Any]) -> tuple[datetime, str]:
    """The place of an article in the order that is wanted: what a list begins after."""
    return getattr(row, ORDER[criteria.by].name), row.id


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
    session: Session, query: Select[Any], criteria: ArticleQuery, limit: int, after: tuple[datetime, str] | None
) -> Sequence[Row[Any]]:
    """Those of the source itself, and those whose pages it showed as well: each from an index, in one order."""
    listed = query.where(*_of_the_source(criteria))
    rows = session.execute(_page(session, listed, criteria, limit, after)).all()
    if criteria.source is None or not session.execute(_SHARES, {"source": criteria.source}).first():
        return rows
    shared = session.execute(_page(session, _shown_as_well(query, criteria), criteria, limit, after)).all()
    return sorted([*rows, *shared], key=lambda row: place_of(criteria, row), reverse=not criteria.oldest)[: limit + 1]


def _shown_as_well(query: Select[Any], criteria: ArticleQuery) -> Select[Any]:
    shown = query.join(_SHARED, _SHARED.c.page == articles.c.page).where(articles.c.source != criteria.source)
    return shown.params(source=criteria.source)


def _counted(
    session: Session, query: Select[Any], criteria: ArticleQuery, among: Select[tuple[int]] | None, most: int
) -> int:
    query = query.where(*_conditions(criteria), *_in_the_headline(criteria))
    if among is not None:
        query = query.join(texts, texts.c.article == articles.c.id).where(texts.c.number.in_(among))
    else:  # so that it is read from the index that the list is read from
        query = query.order_by(ORDER[criteria.by].desc())
    return _size(session, query.limit(most))


def _size(session: Session, query: Select[Any]) -> int:
    number: int = session.execute(select(func.count()).select_from(query.subquery())).scalar_one()
    return number


def _page(
    session: Session, query: Select[Any], criteria: ArticleQuery, limit: int, after: tuple[datetime, str] | None
) -> Select[Any]:
    when = ORDER[criteria.by]
    if after:
        here, place = tuple_(when, articles.c.id), _position(when, after)
        query = query.where(here > place if criteria.oldest else here < place)
    order = (when.asc(), articles.c.id.asc()) if criteria.oldest else (when.desc(), articles.c.id.desc())
    query = query.order_by(*order).where(*_conditions(criteria))
    labels = _labels(criteria)
    if asks_for_text(criteria.words, labels):
        query = query.join(texts, texts.c.article == articles.c.id)
        # A headline has no index: of the first of a list that hold its words, none may have them there.
        first = None if criteria.title else query.with_only_columns(texts.c.number)
        query = query.where(*found(session, criteria.words, labels, first, limit + 1))
    return query.where(*_in_the_headline(criteria)).limit(limit + 1)


def _in_the_headline(criteria: ArticleQuery) -> list[ColumnElement[bool]]:
    return [articles.c.headline.icontains(term, autoescape=True) for term in criteria.title]


def _revisions() -> Select[Any]:
    current = (revisions.c.number == articles.c.revision).label("current")
    copies = public_copies.c
    copy = (copies.asked_at.label("copy_asked_at"), copies.url.label("copy_url"), copies.detail)
    of_it = and_(copies.article == revisions.c.article, copies.revision == revisions.c.number)
    both = revisions.join(articles, revisions.c.article == articles.c.id).outerjoin(public_copies, of_it)
    return select(revisions, current, *copy).select_from(both)


def _conditions(criteria: ArticleQuery) -> list[ColumnElement[bool] | TextClause]:
    when = ORDER[criteria.by]
    query: list[ColumnElement[bool] | TextClause] = [articles.c.merged_into.is_(None)]
    if criteria.same_story is not None:
        first_told = articles.alias()
        query.append(
            articles.c.story
            == select(first_told.c.story).where(first_told.c.id == criteria.same_story).scalar_subquery()
        )
    if criteria.kind is not None:
        query.append(articles.c.kind == criteria.kind)
    elif criteria.news:
        query.append(articles.c.kind.not_in(SILENT))
    if criteria.status is not None:
        query.append(articles.c.status == criteria.status)
    excluded = {articles.c.source: criteria.not_source, articles.c.kind: criteria.not_kind}
    excluded[articles.c.status] = criteria.not_status
    query += [column.not_in(values) for column, values in excluded.items() if values]
    if criteria.words or criteria.tag or criteria.virin:
        # Whether its words are found would tell them.
        query.append(articles.c.status != "withdrawn")
    if criteria.by == "status" or criteria.status not in {None, "live"}:
        query.append(IS_NOT_LIVE)
    if criteria.min_grade is not None:
        query += [HAS_CHANGED, articles.c.change_grade >= weight(criteria.min_grade)]
    if criteria.since is not None:
        query.append(when >= criteria.since)
    if criteria.until is not None:
        query.append(when < criteria.until)
    return query


def _of_the_source(criteria: ArticleQuery) -> list[ColumnElement[bool]]:
    return [] if criteria.source is None else [articles.c.source == criteria.source]


def _labels(criteria: ArticleQuery) -> list[str]:
    fields = {"tag": criteria.tag, "virin": criteria.virin}
    return [label(kind, name) for kind, name in fields.items() if name is not None]


def _position(when: ColumnElement[datetime], after: tuple[datetime, str | int]) -> Any:
    # Literals of a tuple do not learn their types from the other side; a time must, to be kept as SQLite keeps it.
    return tuple_(literal(after[0], when.type), after[1])
