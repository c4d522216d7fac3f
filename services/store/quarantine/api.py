"""The quarantine over HTTP: what waits, both readings side by side, and what becomes of it."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Path, Query

from services.contracts.article import Article
from services.contracts.caller import Caller
from services.contracts.messages import SaveArticle
from services.runtime.database import reading, transaction, utcnow
from services.runtime.http.problems import After, Limit, Problem, Storable, cursor, page, position, requires
from services.store.changes.grade import change_of
from services.store.quarantine import decisions
from services.store.quarantine.views import (
    QuarantineDecided,
    QuarantineDecision,
    QuarantineLine,
    QuarantinePage,
    QuarantineState,
    QuarantineView,
)

router = APIRouter(prefix="/quarantine", tags=["quarantine"])
ArticleId = Annotated[Storable, Path(max_length=40, examples=["art_mfrggzdfmztwq2lk"])]
Admin = Annotated[Caller, requires("admin")]
LISTING = "quarantine"


@router.get("", dependencies=[requires("read")])
def list_quarantine(
    state: QuarantineState = "held",
    source: Annotated[Storable | None, Query(max_length=200)] = None,
    limit: Limit = 50,
    after: After = None,
) -> QuarantinePage:
    """Readings of pages that are built otherwise than before, the oldest first."""
    with reading() as session:
        rows = decisions.find_quarantined(session, state, source, limit + 1, position(LISTING, after, datetime, str))
    shown, following = page(rows, limit, lambda row: cursor(LISTING, row.held_at, row.article))
    return QuarantinePage(readings=[QuarantineLine.model_validate(row) for row in shown], next=following)


@router.get("/{article}", dependencies=[requires("read")])
def show_quarantined(article: ArticleId) -> QuarantineView:
    """Both readings of an article side by side, word by word."""
    with reading() as session:
        row = decisions.find_reading(session, article)
    if row is None:
        raise Problem(404, "Nothing of this article is in quarantine", "GET /quarantine lists what is.")
    before, after = Article.model_validate_json(row.reading), SaveArticle.model_validate_json(row.message).article
    line = QuarantineLine.model_validate(row).model_dump()
    return QuarantineView(**line, before=before, after=after, change=change_of(before, after))


@router.post("/decisions")
def decide_quarantine(order: QuarantineDecision, caller: Admin) -> QuarantineDecided:
    """Releases readings, which makes them the wordings that stand, or discards them; at most 500 at a time."""
    with transaction() as session:
        number, more = decisions.decide_all(
            session,
            order.decision,
            order.articles,
            order.source,
            announce=order.announce,
            caller=caller,
            now=utcnow(),
        )
    return QuarantineDecided(readings=number, more=more)
