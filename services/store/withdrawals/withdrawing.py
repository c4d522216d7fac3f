"""Hiding an article, showing it again, and erasing it: what only an operator orders, and no visit undoes."""

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, delete, select, text, update
from sqlmodel import Session

from services.contracts.article import Article
from services.contracts.errors import UserError
from services.contracts.messages import Announce, EraseCaptures, LookAtPages, SaveArticle, SetStatus
from services.runtime.database import is_sqlite
from services.runtime.events.append import hold
from services.runtime.ledger.ledger_table import ledger
from services.runtime.provenance.files import captures_of_files, forget_files
from services.runtime.provenance.results import pages as results
from services.runtime.provenance.sightings import sightings
from services.runtime.provenance.verdicts import verdicts
from services.runtime.transparency_log.append import append_leaves, forget_texts
from services.runtime.transparency_log.leaf import NewLeaf
from services.runtime.withholding import (
    HEADLINES,
    erase_events,
    show_captures,
    show_events,
    withhold_captures,
    withhold_events,
)
from services.store.fulltext import enter_again
from services.store.models import articles, quarantine, revisions, same_changes
from services.store.shared_changes import forget_article
from services.store.status import set_all

SECURE_INDEX = (3, 42)
"""The SQLite from which on its index of words can forget for good."""
_MERGE = text("INSERT INTO article_words (article_words) VALUES ('optimize')")
_SECURELY = text("INSERT INTO article_words (article_words, rank) VALUES ('secure-delete', :on)")


class NotWithdrawable(UserError):  # noqa: N818 - named for what happened
    """The article is not as the order needs it: it was withdrawn, restored or erased before."""


class NoSuchArticle(UserError):  # noqa: N818 - named for what happened
    """There is no article with this id."""


def withdraw(session: Session, article: str, reason: str, now: datetime) -> list[Announce]:
    """Hides an article until it is restored; returns what is to be announced. Raises `NotWithdrawable`."""
    hold(session)
    row = _row(session, article)
    if row.status == "withdrawn":
        raise NotWithdrawable(f"The article {article} is withdrawn already.")
    withhold_events(session, article)
    withhold_captures(session, article, _captures(session, article), erased=False)
    _forget_held(session, article)
    announced = set_all(session, [(_order(row, "withdrawn", now, reason), None)], now)
    session.execute(_change(article).values(status_reason=reason, updated=now))
    others = [other for other in _merged(session, article) if other.status != "withdrawn"]
    return [*announced, *(event for other in others for event in withdraw(session, other.id, reason, now))]


def _forget_held(session: Session, article: str) -> None:
    """What its page said otherwise is judged anew, if it is ever shown again; only the capture is still named."""
    blank = {"state": "settled", "message": "", "content_hash": ""}
    session.execute(update(quarantine).where(quarantine.c.article == article).values(blank))
    session.execute(delete(same_changes).where(same_changes.c.article == article))
    forget_article(session, [article])


def show_again(session: Session, article: str, now: datetime) -> list[Announce]:
    """Shows a withdrawn article again; returns what is to be announced. Raises `NotWithdrawable`."""
    hold(session)
    row = _row(session, article)
    if row.erased_at is not None:
        raise NotWithdrawable(f"The article {article} was erased: nothing of it is left to restore.")
    if row.status != "withdrawn":
        raise NotWithdrawable(f"The article {article} is not withdrawn.")
    show_events(session, article)
    show_captures(session, article)
    announced = set_all(session, [(_order(row, "live", now, None), None)], now)
    session.execute(_change(article).values(status_reason=None, updated=now))
    others = [other for other in _merged(session, article) if other.status == "withdrawn" and not other.erased_at]
    return [*announced, *(event for other in others for event in show_again(session, other.id, now))]


def look_again(session: Session, article: str) -> LookAtPages:
    """The order to read the article's page anew: what came of it meanwhile was not written."""
    return LookAtPages(pages=(_row(session, article).page,), anew=True)


def require_known(session: Session, article: str) -> None:
    """Raises `NoSuchArticle` for an id that no article has."""
    _row(session, article)


def erase(session: Session, article: str, reason: str, now: datetime) -> list[Announce | EraseCaptures]:
    """Overwrites every word of an article, for good, and hides it; returns what is to be said. `NotWithdrawable`."""
    hold(session)
    row = _row(session, article)
    if row.erased_at is not None:
        raise NotWithdrawable(f"The article {article} was erased already.")
    if is_sqlite(session):
        # What is overwritten is else left in the file until another row takes its place.
        session.execute(text("PRAGMA secure_delete=ON"))
    announced = [] if row.status == "withdrawn" else withdraw(session, article, reason, now)
    pages = sorted(set(_pages(session, article)) | {row.page})
    captures = sorted(_captures(session, article))
    withhold_captures(session, article, captures, erased=True)
    _overwrite(session, row, now, reason)
    _overwrite_traces(session, article, pages)
    forget_files(session, article)
    append_leaves(session, [NewLeaf("erased", article, row.revision, "{}", now)])
    forget_texts(session, article)
    others = [other for other in _merged(session, article) if not other.erased_at]
    order = EraseCaptures(article=article, pages=tuple(pages), captures=tuple(captures))
    return [*announced, order, *(message for other in others for message in erase(session, other.id, reason, now))]


def withhold_capture(session: Session, article: str, order: SaveArticle) -> EraseCaptures | None:
    """Hides a capture that came after its article was withdrawn; of an erased one, the order to erase it, too."""
    erased = session.execute(select(articles.c.erased_at).where(articles.c.id == article)).scalar() is not None
    withhold_captures(session, article, [order.capture], erased=erased)
    if not erased:
        return None
    session.execute(update(sightings).where(sightings.c.page == order.origin.page).values(title=None))
    return EraseCaptures(article=article, pages=(order.origin.page,), captures=(order.capture,))


def _overwrite(session: Session, row: Row[Any], now: datetime, reason: str) -> None:
    """In the article, its revisions and the index of words."""
    nothing = Article(layout=row.layout or "", kind=row.kind, headline=HEADLINES["erased"], url=row.url)
    face = {"headline": nothing.headline, "status_reason": reason, "erased_at": now, "updated": now}
    # Numbers by which a text is recognised, wherever it stands.
    face |= dict.fromkeys(("text_trace", "band_1", "band_2", "band_3", "band_4"))
    session.execute(_change(row.id).values(**face))
    # The digest of a wording has no salt: whoever guessed the wording could see that they were right.
    blank = {"reading": nothing.model_dump_json(), "content_hash": f"erased:{row.id}"}
    session.execute(update(revisions).where(revisions.c.article == row.id).values(**blank))
    with _leaving_no_rest(session):
        enter_again(session, [(row.id, nothing)])


@contextmanager
def _leaving_no_rest(session: Session) -> Iterator[None]:
    """SQLite's index of words else keeps what it has forgotten until its parts are merged."""
    secure = is_sqlite(session) and sqlite3.sqlite_version_info >= SECURE_INDEX
    if secure:
        session.execute(_SECURELY, {"on": 1})
    yield
    if secure:
        session.execute(_SECURELY, {"on": 0})
    elif is_sqlite(session):
        session.execute(_MERGE)


def _overwrite_traces(session: Session, article: str, pages: Sequence[int]) -> None:
    """In events, messages, dry runs, verdicts and sightings."""
    erase_events(session, article)
    session.execute(delete(ledger).where(ledger.c.kind == SaveArticle.__name__, ledger.c.page.in_(pages)))
    blank: dict[str, Any] = {"headline": None, "reason": None, "differences": [], "proposal": None, "state": "nothing"}
    session.execute(update(results).where(results.c.page.in_(pages)).values(**blank, counted_at=None))
    session.execute(update(verdicts).where(verdicts.c.page.in_(pages)).values(read_digest="", rejected_detail=None))
    session.execute(update(sightings).where(sightings.c.page.in_(pages)).values(title=None))


def _merged(session: Session, article: str) -> Sequence[Row[Any]]:
    """The articles that turned out to be this one: their wordings are its own."""
    return session.execute(select(articles).where(articles.c.merged_into == article)).all()


def _row(session: Session, article: str) -> Row[Any]:
    row = session.execute(select(articles).where(articles.c.id == article).with_for_update()).one_or_none()
    if row is None:
        raise NoSuchArticle(f"There is no article {article}: GET /articles lists those that are known.")
    return row


def _order(row: Row[Any], status: Any, now: datetime, reason: str | None) -> SetStatus:
    # Later than whatever look came last, so that the operator's word counts.
    at = max(now, row.status_at + timedelta(microseconds=1)) if row.status_at else now
    return SetStatus(article=row.id, status=status, at=at, since=now, by_operator=True, reason=reason)


def _captures(session: Session, article: str) -> set[str]:
    of = [
        select(revisions.c.capture).where(revisions.c.article == article),
        select(articles.c.capture).where(articles.c.id == article),
        select(quarantine.c.capture).where(quarantine.c.article == article),
        *(
            select(capture).where(verdicts.c.article == article, capture.is_not(None))
            for capture in (verdicts.c.read_capture, verdicts.c.held_capture, verdicts.c.rejected_capture)
        ),
    ]
    return {name for query in of for name in session.execute(query).scalars()} | captures_of_files(session, article)


def _pages(session: Session, article: str) -> Iterator[int]:
    yield from session.execute(select(verdicts.c.page).where(verdicts.c.article == article)).scalars()


def _change(article: str) -> Any:
    return update(articles).where(articles.c.id == article)
