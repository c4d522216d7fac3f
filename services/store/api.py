"""What the store answers: articles, their wordings, and the events in their order."""

import json
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query
from pydantic import BaseModel
from sqlalchemy import Row
from sqlmodel import Session

from services.contracts.article import Article, ArticleKind, When
from services.runtime.database import reading
from services.runtime.web import After, Limit, Problem, Storable, cursor, page, position, requires
from services.store.search import (
    By,
    Wanted,
    find_article,
    find_articles,
    find_events,
    find_revision,
    find_revisions,
)
from services.store.views import ArticleLine, ArticleView, EventView, RevisionLine, RevisionView, article_view
from services.store.wording import instant

router = APIRouter(dependencies=[requires("read")])

MAX_NUMBER = 2**31 - 1
"""The highest number of an event or a revision that both databases keep."""

ArticleId = Annotated[Storable, Path(max_length=40, examples=["art_mfrggzdfmztwq2lk"])]
Words = Annotated[Storable | None, Query(max_length=200)]
Headline = Annotated[Storable | None, Query(max_length=200, description="Part of the headline, in any case.")]
Order = Annotated[By, Query(description="The time that orders the list, and that `since` and `until` speak of.")]
Since = Annotated[When | None, Query(description="From then on. A bare date is its midnight UTC.")]
Until = Annotated[When | None, Query(description="Before then. A bare date is its midnight UTC.")]
Number = Annotated[int, Path(ge=1, le=MAX_NUMBER)]
Sequence = Annotated[int, Query(ge=0, le=MAX_NUMBER, description="`next` of the page before; 0 begins at the first.")]


class ArticlePage(BaseModel):
    """Articles, newest first; `next` is the cursor of the page that follows, null on the last."""

    articles: list[ArticleLine]
    next: str | None


class RevisionPage(BaseModel):
    """Wordings of one article, the latest capture first; `next` is the cursor of the page that follows."""

    revisions: list[RevisionLine]
    next: str | None


class EventPage(BaseModel):
    """Events in their order; ask again `after` = `next`, at once or a month later, and none is missed."""

    events: list[EventView]
    next: int


@router.get("/articles", tags=["articles"])
def list_articles(
    *,
    source: Words = None,
    kind: ArticleKind | None = None,
    q: Headline = None,
    by: Order = "published",
    since: Since = None,
    until: Until = None,
    limit: Limit = 50,
    after: After = None,
) -> ArticlePage:
    """Articles as they stand, newest first; one without a date counts as published when it was first seen."""
    wanted = Wanted(source, kind, q, by, instant(since), instant(until))
    listing, column = f"articles/{by}", "dated_at" if by == "published" else "first_seen"
    with reading() as session:
        rows = find_articles(session, wanted, limit, position(listing, after, datetime, str))
    shown, following = page(rows, limit, lambda row: cursor(listing, getattr(row, column), row.id))
    return ArticlePage(articles=[ArticleLine.model_validate(row) for row in shown], next=following)


@router.get("/articles/{article}", tags=["articles"])
def show_article(article: ArticleId) -> ArticleView:
    """The clean article as it stands."""
    with reading() as session:
        row = _known(session, article)
    return article_view(row, Article.model_validate_json(row.reading))


@router.get("/articles/{article}/revisions", tags=["articles"])
def list_revisions(article: ArticleId, limit: Limit = 50, after: After = None) -> RevisionPage:
    """Every wording the article ever had, the latest capture first."""
    listing = f"revisions/{article}"
    with reading() as session:
        _known(session, article)
        rows = find_revisions(session, article, limit, position(listing, after, datetime, int))
    shown, following = page(rows, limit, lambda row: cursor(listing, row.fetched_at, row.number))
    return RevisionPage(revisions=[RevisionLine.model_validate(row) for row in shown], next=following)


@router.get("/articles/{article}/revisions/{number}", tags=["articles"])
def show_revision(article: ArticleId, number: Number) -> RevisionView:
    """One wording in full, with every line that was removed from its page, and the rule that took it."""
    with reading() as session:
        _known(session, article)
        row = find_revision(session, article, number)
    if row is None:
        advice = f"GET /articles/{article}/revisions lists those that this article has."
        raise Problem(404, f"The article has no revision {number}", advice)
    line = RevisionLine.model_validate(row)
    return RevisionView(**line.model_dump(), article=Article.model_validate_json(row.reading))


@router.get("/events", tags=["events"])
def list_events(after: Sequence = 0, limit: Limit = 50) -> EventPage:
    """What subscribers are told, for those who would rather ask; silent events (`announced` = false) are here too."""
    with reading() as session:
        rows = find_events(session, after, limit)
    return EventPage(events=[_event(row) for row in rows], next=rows[-1].sequence if rows else after)


def _known(session: Session, article: str) -> Row[Any]:
    row = find_article(session, article)
    if row is None:
        raise Problem(404, "No such article", "GET /articles lists those that are known.")
    return row


def _event(row: Row[Any]) -> EventView:
    body = json.loads(row.body)
    return EventView(
        id=row.id,
        sequence=row.sequence,
        type=row.type,
        timestamp=row.occurred_at,
        cause=row.cause,
        announced=row.announced,
        data=body["data"],
    )
