"""What the store answers: articles, their wordings, and the events in their order, asked for or followed."""

import asyncio
from collections.abc import AsyncIterator
from datetime import datetime
from functools import partial
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Header, Path, Query, Request
from pydantic import AfterValidator, BaseModel, Field, StringConstraints
from sqlalchemy import Row
from sqlmodel import Session
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from services.contracts.article import Article, ArticleKind
from services.contracts.caller import Caller
from services.contracts.changes import ChangedField, Grade
from services.contracts.events import SCOPES, AnyEvent, PublicEventType, event_scope
from services.runtime.database import reading
from services.runtime.events.changes import ChangeQuery
from services.runtime.events.follow import (
    CursorTooOld,
    EventQuery,
    EventSlice,
    events_of,
    find_event,
    look,
    pull,
    refuse_old,
)
from services.runtime.events.phrases import has_words
from services.runtime.events.stream import stream
from services.runtime.http.long_poll import Watch, seat, stopping
from services.runtime.http.memento import http_date, memento_link
from services.runtime.http.problems import (
    LIMIT,
    After,
    Limit,
    Problem,
    Storable,
    cursor,
    forbidden,
    page,
    position,
    requires,
)
from services.runtime.http.sse import HEADERS, Stream
from services.runtime.provenance.evidence import evidence_of_article
from services.store.addresses import addresses_of
from services.store.attachments import api as attachments
from services.store.changes.grade import change_of
from services.store.event_views import ArticleEvent, ArticleEvents, EventPage
from services.store.lists import api as lists
from services.store.search import find_revision, find_revisions
from services.store.views import (
    ArticleDiff,
    EvidenceList,
    RevisionLine,
    RevisionPage,
    RevisionView,
    StandingArticle,
    article_view,
)
from services.store.withdrawals.refusal import article_to_show
from services.store.wording import differences

router = APIRouter(dependencies=[requires("read")])
router.include_router(lists.router)
router.include_router(attachments.router)

MAX_NUMBER = 2**31 - 1
"""The highest number of an event or a revision that both databases keep."""

ArticleId = Annotated[Storable, Path(max_length=40, examples=["art_mfrggzdfmztwq2lk"])]
SourceName = Annotated[Storable | None, Query(max_length=200)]
Number = Annotated[int, Path(ge=1, le=MAX_NUMBER)]
Before = Annotated[int | None, Query(alias="from", ge=1, le=MAX_NUMBER, description="The number of a revision.")]
Later = Annotated[int | None, Query(alias="to", ge=1, le=MAX_NUMBER, description="The number of a revision.")]
Sequence = Annotated[int, Query(ge=0, le=MAX_NUMBER, description="`next` of the page before. 0 begins at the first.")]
EventId = Annotated[Storable, Path(max_length=40, examples=["evt_ge2dinzthe3tqnbvgyzto"])]
Most = Annotated[int, Query(ge=1, le=LIMIT, description="At most so many.")]
Latest = Annotated[bool, Query(description="Begin after the last event there is, in place of `after`.")]
Wait = Annotated[float, Query(ge=0, le=30, description="Seconds to wait for an event when there is none yet.")]
_PHRASES = "A word or phrase, whole and in any case; several: one of them."
Phrase = Annotated[Storable, StringConstraints(strip_whitespace=True, max_length=200), AfterValidator(has_words)]
Phrases = Annotated[tuple[Phrase, ...], Field(max_length=20)]
Announced = Annotated[bool | None, Query(description="`true`: only what webhooks were told.")]

_watch = Watch(look)


class ChangesAsked(BaseModel):
    """Conditions on what changed: all that is named must hold, and nothing of what is named with `not`."""

    changed: Annotated[tuple[ChangedField, ...], Field(description="One of these fields changed.")] = ()
    added: Annotated[Phrases, Field(description=f"New words. {_PHRASES}")] = ()
    removed: Annotated[Phrases, Field(description=f"Words that are gone. {_PHRASES}")] = ()
    min_grade: Annotated[Grade | None, Field(description="The least that a change must weigh.")] = None
    not_changed: Annotated[tuple[ChangedField, ...], Field(description="None of these fields changed.")] = ()
    not_added: Annotated[Phrases, Field(description="None of these is new.")] = ()
    not_removed: Annotated[Phrases, Field(description="None of these is gone.")] = ()

    def query(self) -> ChangeQuery:
        """As the event log asks it."""
        return ChangeQuery(**dict(self))


def _event_query(
    request: Request,
    changes: Annotated[ChangesAsked, Query()],
    kind_of_event: Annotated[PublicEventType | None, Query(alias="type")] = None,
    source: SourceName = None,
    kind: ArticleKind | None = None,
    announced: Announced = None,
) -> EventQuery:
    caller: Caller = request.state.caller
    scope = event_scope(kind_of_event) if kind_of_event else None
    if scope and not caller.may(scope):
        raise forbidden(caller, scope)
    return EventQuery(kind_of_event, source, kind, announced, _event_scopes(caller), changes.query())


def _event_scopes(caller: Caller) -> frozenset[str]:
    """Those of the scopes that some types of events ask for."""
    return frozenset(scope for scope in SCOPES.values() if caller.may(scope))


async def _seated(request: Request) -> AsyncIterator[None]:
    with seat(request.state.caller.key):
        yield


@router.get("/articles/{article}", tags=["articles"])
def show_article(article: ArticleId) -> StandingArticle:
    """The clean article as it stands. One that turned out to be another says so in `merged_into`."""
    with reading() as session:
        row = article_to_show(session, article)
        addresses = addresses_of(session, row)
    view = article_view(row, Article.model_validate_json(row.reading))
    return StandingArticle(**view.model_dump(), merged_into=row.merged_into, addresses=addresses)


@router.get("/articles/{article}/evidence", tags=["articles"])
def list_evidence(article: ArticleId) -> EvidenceList:
    """The answers that showed that its page was not there or led elsewhere, the latest first, 100 at most.

    Each is a capture of its own, at `/captures/{capture}`.
    """
    with reading() as session:
        article_to_show(session, article)
        return EvidenceList(evidence=evidence_of_article(session, article, 100))


@router.get("/articles/{article}/events", tags=["articles"])
def list_events_of_article(article: ArticleId, request: Request) -> ArticleEvents:
    """What happened to it, the latest first, 100 at most. `GET /events/{event}` shows one with its body."""
    with reading() as session:
        article_to_show(session, article)
        rows = events_of(session, article, _event_scopes(request.state.caller), 100)
    return ArticleEvents(events=[ArticleEvent.model_validate(row) for row in rows])


@router.get("/articles/{article}/revisions", tags=["articles"])
def list_revisions(article: ArticleId, limit: Limit = 50, after: After = None) -> RevisionPage:
    """The history of an article: every wording that it ever had, also what was corrected, the latest capture first."""
    listing = f"revisions/{article}"
    with reading() as session:
        article_to_show(session, article)
        rows = find_revisions(session, article, limit, position(listing, after, datetime, int))
    shown, following = page(rows, limit, lambda row: cursor(listing, row.fetched_at, row.number))
    return RevisionPage(revisions=[RevisionLine.of(row) for row in shown], next=following)


@router.get("/articles/{article}/revisions/{number}", tags=["articles"])
def show_revision(article: ArticleId, number: Number, request: Request, response: Response) -> RevisionView:
    """One wording in full, with every line that was removed from its page, and the rule that took it.

    `Memento-Datetime` says when the page spoke so, and `Link` leads to the capture that proves it (RFC 7089).
    """
    with reading() as session:
        article_to_show(session, article)
        row = _revision(session, article, number)
    line = RevisionLine.of(row)
    response.headers["Memento-Datetime"] = http_date(row.fetched_at)
    response.headers["Link"] = memento_link(str(request.base_url), row.capture, row.fetched_at)
    return RevisionView(**line.model_dump(), article=Article.model_validate_json(row.reading))


@router.get("/articles/{article}/diff", tags=["articles"])
def show_diff(article: ArticleId, before: Before = None, after: Later = None) -> ArticleDiff:
    """What was corrected or changed between two wordings, word by word.

    `to` is the current one and `from` the one before it. `change` is null where a reader would see no difference.
    """
    with reading() as session:
        row = article_to_show(session, article)
        to = after or row.revision
        since = before or max(1, to - 1)
        new, old = (_reading_of(session, article, number) for number in (to, since))
    changed = differences(old, new)
    change = change_of(old, new) if changed else None
    return ArticleDiff(article=article, before=since, after=to, changed=changed, change=change)


@router.get("/events", tags=["events"], response_model=EventPage)
async def list_events(
    *,
    request: Request,
    query: Annotated[EventQuery, Depends(_event_query)],
    after: Sequence = 0,
    latest: Latest = False,
    limit: Most = 50,
    wait: Wait = 0,
) -> Response:
    """The events of the webhooks, for polling. Silent events (`announced` = false) are here too.

    Conditions on what changed are asked of at most 2,000 events a page: ask again until `next` stays as it was.

    Events about sources (`source.*`) are shown to keys with the scope `sources`.

    With `wait`, an empty page comes only after so many seconds, and an event the moment it is there.
    """
    begin = await run_in_threadpool(look) if latest else after
    pulled = await run_in_threadpool(_pull, query, begin, limit)
    if wait and not pulled.events:
        with seat(request.state.caller.key):
            pulled = await _wait(query, pulled, limit, wait)
    return Response(pulled.page(), media_type="application/json")


@router.get("/events/stream", tags=["events"], response_class=Stream)
async def stream_events(
    query: Annotated[EventQuery, Depends(_event_query)],
    _seat: Annotated[None, Depends(_seated)],
    after: Annotated[int | None, Query(ge=0, le=MAX_NUMBER, description="Begin after this number.")] = None,
    last_event_id: Annotated[int | None, Header(ge=0, le=MAX_NUMBER)] = None,
) -> Stream:
    """The same events as Server-Sent Events: `id` is the sequence, `data` what webhooks send, to the byte.

    Begins after `Last-Event-ID`, else after `after`, else with the next event there is. A stream ends at times, at
    the latest after 15 minutes: come again with the `Last-Event-ID` you have, as every EventSource does.
    """
    begin = await run_in_threadpool(_begin, after if last_event_id is None else last_event_id)
    return Stream(stream(_watch, partial(_follow, query, limit=LIMIT), begin), headers=HEADERS)


@router.get("/events/{event}", tags=["events"], response_model=AnyEvent)
def show_event(event: EventId, request: Request) -> Response:
    """One event, by its `webhook-id`: the body that webhooks send, to the byte."""
    with reading() as session:
        row = find_event(session, event, _event_scopes(request.state.caller))
    if row is None:
        raise Problem(404, "No such event", "GET /events lists those that there are.")
    return Response(row.body, media_type="application/json")


def _pull(query: EventQuery, after: int, limit: int) -> EventSlice:
    with reading() as session:
        try:
            return pull(session, query, after, limit)
        except CursorTooOld as gone:
            raise Problem(410, "These events are kept no longer", str(gone)) from None


def _follow(query: EventQuery, after: int, limit: int) -> EventSlice:
    with reading() as session:
        return pull(session, query, after, limit)


def _begin(after: int | None) -> int:
    """Where a stream begins: after this number, if all that follows it is kept, or with the next event."""
    if after is None:
        return look()
    with reading() as session:
        try:
            refuse_old(session, after)
        except CursorTooOld as gone:
            raise Problem(410, "These events are kept no longer", str(gone)) from None
    return after


async def _wait(query: EventQuery, pulled: EventSlice, limit: int, seconds: float) -> EventSlice:
    """What comes within so many seconds; events that nobody asked for do not end it."""
    now = asyncio.get_running_loop().time
    ends = now() + seconds
    while not pulled.events and now() < ends and not stopping.is_set():
        await _watch.beyond(pulled.next, ends - now())
        pulled = await run_in_threadpool(_pull, query, pulled.next, limit)
    return pulled


def _revision(session: Session, article: str, number: int) -> Row[Any]:
    row = find_revision(session, article, number)
    if row is None:
        advice = f"GET /articles/{article}/revisions lists those that this article has."
        raise Problem(404, f"The article has no revision {number}", advice)
    return row


def _reading_of(session: Session, article: str, number: int) -> Article:
    return Article.model_validate_json(_revision(session, article, number).reading)
