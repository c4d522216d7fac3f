"""Lists of articles: page by page, how many there are, when they arrived, and as feeds."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Query, Request
from sqlalchemy import Row
from sqlmodel import Session
from starlette.responses import Response

from services.contracts.article import Article, ArticleKind, ArticleStatus, When
from services.contracts.changes import Grade
from services.runtime.database import reading, utcnow
from services.runtime.http.problems import (
    After,
    Limit,
    Storable,
    cursor,
    page,
    position,
    requires_also_as_password,
)
from services.store import atom, jsonfeed
from services.store.atom import Atom
from services.store.feeds import PAGE, Feed, etag, feed_of, seen
from services.store.fulltext import excerpts, teasers
from services.store.jsonfeed import JsonFeed
from services.store.lists.fields import SearchMistake, read_fields
from services.store.search import (
    ArticleQuery,
    By,
    count_arrivals,
    count_articles,
    find_articles,
    place_of,
    read_articles,
)
from services.store.search_query import Terms
from services.store.views import Arrivals, ArrivalSpan, ArticleCount, ArticleLine, ArticlePage, line_view, shown_view
from services.store.wording import instant

router = APIRouter(tags=["articles"])
"""Part of the router of the store, which says who may ask."""
feeds = APIRouter(prefix="/feeds", tags=["feeds"], dependencies=[requires_also_as_password("read")])

COUNTED = 10_000
"""Articles of a list that are counted, at most."""
UNDERSTOOD = ("title", "source", "kind", "status", "tag", "virin", "not_source", "not_kind", "not_status", "min_grade")
"""Fields of a search that are told with its count, beside its words."""
SPANS = {"hour": (timedelta(minutes=5), 12), "day": (timedelta(hours=1), 24), "week": (timedelta(hours=6), 28)}
"""How the last hour, day and week are divided: the width of a part, and how many there are."""

SourceName = Annotated[Storable | None, Query(max_length=200)]
_SEARCH = """Words anywhere in the article, all of them, in any form; "a phrase"; -without.

Fields: `source:`, `kind:`, `status:`, `tag:`, `virin:`, `title:` (words of the headline), `after:` and `before:` (2026,
2026-01 or 2026-01-31). `-source:`, `-kind:` and `-status:` leave out.
"""
_EXAMPLE = 'storm "war games" -drill source:war after:2026-01'
Search = Annotated[Storable | None, Query(max_length=500, description=_SEARCH, examples=[_EXAMPLE])]
Whole = Annotated[Storable | None, Query(max_length=200, description="With this whole tag or number, in any case.")]
Status = Annotated[ArticleStatus | None, Query(description="What became of its page; any, if left out.")]
MinGrade = Annotated[
    Grade | None, Query(description="Changed since it was published: one change at least weighed so much.")
]
Order = Annotated[By, Query(description="The time that orders the list, and that `since` and `until` speak of.")]
Direction = Annotated[Literal["newest", "oldest"], Query(description="Which of them come first.")]
BeforePlace = Annotated[str | None, Query(max_length=300, description="`previous` of a page: the page before it.")]
Last = Annotated[Literal["hour", "day", "week"], Query(description="How far back.")]
Since = Annotated[When | None, Query(description="From this time on, inclusive. A bare date is its midnight UTC.")]
Until = Annotated[When | None, Query(description="Before this time, exclusive. A bare date is its midnight UTC.")]
SameStory = Annotated[
    Storable | None, Query(max_length=40, description="The id of an article: all that tell its story, itself included.")
]


def _article_query(
    source: SourceName = None,
    kind: ArticleKind | None = None,
    q: Search = None,
    tag: Whole = None,
    virin: Whole = None,
    status: Status = None,
    min_grade: MinGrade = None,
) -> ArticleQuery:
    text = read_fields(q or "")
    one = {"source": source, "kind": kind, "tag": tag, "virin": virin, "status": status}
    return ArticleQuery(
        **{name: _agreed(name, value, getattr(text, name)) for name, value in one.items()},
        q=text.text or None,
        typed=q if q and q.strip() else None,
        title=text.title,
        since=text.since,
        until=text.until,
        not_source=text.not_source,
        not_kind=text.not_kind,
        not_status=text.not_status,
        min_grade=min_grade,
    )


def _agreed(name: str, parameter: Any, typed: Any) -> Any:
    """The value of a field that is a parameter, stands among the words of the search, or both."""
    if parameter is not None and typed not in (None, parameter):
        raise SearchMistake(f"{name}: is {typed} among the words and {parameter} beside them, and no article has both.")
    return typed if parameter is None else parameter


def _feed(request: Request, query: Annotated[ArticleQuery, Depends(_article_query)], after: After = None) -> Feed:
    criteria, listing = replace(query, by="updated", news=True), "feed"
    with reading() as session:
        rows = read_articles(session, criteria, PAGE, position(listing, after, datetime, str))
    shown, following = page(rows, PAGE, lambda row: cursor(listing, *place_of(criteria, row)))
    articles = tuple(shown_view(row, Article.model_validate_json(row.reading)) for row in shown)
    return feed_of(articles, criteria, str(request.url.replace(query="")), after=after, following=following)


def _within(query: ArticleQuery, since: date | None, until: date | None) -> ArticleQuery:
    """The same within the span of the parameters as well as that of the words."""
    begins = [begin for begin in (query.since, instant(since)) if begin]
    ends = [end for end in (query.until, instant(until)) if end]
    return replace(query, since=max(begins, default=None), until=min(ends, default=None))


def _understood(criteria: ArticleQuery) -> dict[str, list[str]]:
    terms = Terms.read(criteria.q or "")
    fields = {"words": terms.wanted, "not_words": terms.unwanted} | {
        name: value if isinstance(value, tuple) else (str(value),)
        for name in UNDERSTOOD
        if (value := getattr(criteria, name))
    }
    return {name: list(values) for name, values in fields.items() if values}


def _lines(session: Session, criteria: ArticleQuery, rows: Sequence[Row[Any]]) -> list[ArticleLine]:
    ids = [row.id for row in rows if row.status != "withdrawn"]
    matches = excerpts(session, criteria.words, ids) if criteria.words else {}
    openings = teasers(session, ids)
    more = [{"excerpt": matches.get(row.id), "teaser": openings.get(row.id)} for row in rows]
    return [line_view(row).model_copy(update=update) for row, update in zip(rows, more, strict=True)]


@router.get("/articles")
def list_articles(
    *,
    query: Annotated[ArticleQuery, Depends(_article_query)],
    by: Order = "published",
    since: Since = None,
    until: Until = None,
    same_story: SameStory = None,
    limit: Limit = 50,
    order: Direction = "newest",
    after: After = None,
    before: BeforePlace = None,
) -> ArticlePage:
    """Articles as they stand, newest first. One without a date counts as published when it was first seen.

    `previous`, sent as `before`, gives the page before.
    """
    criteria = replace(_within(query, since, until), by=by, same_story=same_story, oldest=order == "oldest")
    listing = f"articles/{by}/{order}"
    here = position(listing, before or after, datetime, str)
    with reading() as session:
        rows = find_articles(session, criteria.reversed if before else criteria, limit, here)
        shown = list(reversed(rows[:limit]) if before else rows[:limit])
        lines = _lines(session, criteria, shown)
    more, ends = len(rows) > limit, [cursor(listing, *place_of(criteria, row)) for row in (shown[:1] + shown[-1:])]
    is_first, is_last = (not more, False) if before else (not after, not more)
    previous, following = (None if is_first else ends[0], None if is_last else ends[-1]) if ends else (None, None)
    return ArticlePage(articles=lines, next=following, previous=previous)


@router.get("/articles/count")
def count_the_articles(
    *,
    query: Annotated[ArticleQuery, Depends(_article_query)],
    by: Order = "published",
    since: Since = None,
    until: Until = None,
    same_story: SameStory = None,
) -> ArticleCount:
    """How many articles a list holds: exact up to 10,000, and null where only a long look would tell."""
    criteria = replace(_within(query, since, until), by=by, same_story=same_story)
    with reading() as session:
        number = count_articles(session, criteria, COUNTED + 1)
    more = number is None or number > COUNTED
    return ArticleCount(count=None if number is None else min(number, COUNTED), more=more, search=_understood(criteria))


@router.get("/articles/arrivals")
def show_arrivals(last: Last = "day") -> Arrivals:
    """How many articles were first seen in each part of the last hour, day or week, the earliest first.

    An hour is told by five minutes, a day by the hour, a week by six hours. The last part is under way.
    """
    width, parts = SPANS[last]
    end = utcnow()
    begin = datetime.fromtimestamp(end.timestamp() // width.total_seconds() * width.total_seconds(), UTC)
    bounds = [begin + width * (part + 1 - parts) for part in range(parts + 1)]
    with reading() as session:
        counts = count_arrivals(session, bounds)
    spans = [ArrivalSpan(begin=begin, articles=count) for begin, count in zip(bounds, counts, strict=False)]
    return Arrivals(last=last, seconds=int(width.total_seconds()), spans=spans)


@feeds.get("/articles.atom", response_class=Atom)
def show_atom_feed(feed: Annotated[Feed, Depends(_feed)], request: Request) -> Response:
    """Articles as Atom with their full text, the latest updated first. An updated article comes again, under its id."""
    return _document(request, atom.document(feed), Atom.media_type)


@feeds.get("/articles.json", response_class=JsonFeed)
def show_json_feed(feed: Annotated[Feed, Depends(_feed)], request: Request) -> Response:
    """The same as JSON Feed 1.1."""
    return _document(request, jsonfeed.document(feed), JsonFeed.media_type)


def _document(request: Request, body: bytes, media_type: str) -> Response:
    fields = {"ETag": etag(body), "Cache-Control": "private, no-cache"}
    if seen(request.headers.get("if-none-match"), fields["ETag"]):
        return Response(status_code=304, headers=fields)
    return Response(body, headers=fields, media_type=media_type)
