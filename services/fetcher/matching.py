"""Which pages of the frontier a scope means, as far as pages tell; the store adds what only articles tell."""

from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, false, func, or_, select
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from services.contracts.messages import FetchPage, ParsePage, SaveArticle, Scope
from services.contracts.urls import page_key
from services.fetcher.models import Alias, Page
from services.runtime.ledger.ledger_table import ledger
from services.runtime.provenance.sightings import IS_SHARED, sightings
from services.runtime.provenance.verdicts import is_rejected, read_with, verdicts

_ABOUT_PAGES = (FetchPage.__name__, ParsePage.__name__, SaveArticle.__name__)


def matching(scope: Scope) -> list[ColumnElement[bool]]:
    """The conditions under which a page is meant; a page that turned out to be another one never is."""
    labels = list(_conditions(scope))
    if not labels and not scope.all and not scope.asks_the_store():
        return [false()]
    return [col(Page.moved_to).is_(None), *labels]


def reach(session: Session, scope: Scope, among: Select[Any] | None, sample: int) -> tuple[int, Sequence[Row[Any]]]:
    """How many pages a scope means, and the first of them; `among` selects those that articles tell of."""
    meant = matching(scope)
    if among is not None:
        meant.append(col(Page.id).in_(among))
    number = session.execute(select(func.count()).select_from(Page).where(*meant)).scalar_one()
    columns: list[Any] = [col(Page.id).label("page"), col(Page.url), col(Page.source)]
    shown: Select[Any] = select(*columns, verdicts.c.article)
    shown = shown.outerjoin(verdicts, verdicts.c.page == col(Page.id))
    return number, session.execute(shown.where(*meant).order_by(col(Page.id)).limit(sample)).all()


def next_pages(session: Session, scope: Scope, after: int, limit: int) -> Sequence[int]:
    """The pages above `after` that a scope means, the lowest first."""
    criteria = select(col(Page.id)).where(col(Page.id) > after, *matching(scope))
    return session.execute(criteria.order_by(col(Page.id)).limit(limit)).scalars().all()


def among(session: Session, scope: Scope, ids: Sequence[int]) -> Sequence[int]:
    """Those of these pages that a scope means, the lowest first."""
    criteria = select(col(Page.id)).where(col(Page.id).in_(ids), *matching(scope))
    return session.execute(criteria.order_by(col(Page.id))).scalars().all()


def _conditions(scope: Scope) -> Sequence[ColumnElement[bool]]:
    entries: list[ColumnElement[bool]] = []
    if scope.source is not None:
        shown = select(sightings.c.page).where(sightings.c.source == scope.source, IS_SHARED)
        entries.append(or_(col(Page.source) == scope.source, col(Page.id).in_(shown)))
    if scope.urls:
        entries.append(or_(*_known_as({page_key(url) for url in scope.urls})))
    if scope.articles:
        entries.append(col(Page.id).in_(select(verdicts.c.page).where(verdicts.c.article.in_(scope.articles))))
    if scope.rejected is not None:
        entries.append(col(Page.id).in_(_rejected(scope.rejected)))
    if any((scope.layout, scope.layout_before, scope.parser_before, scope.host, scope.not_profile)):
        entries.append(col(Page.id).in_(read_with(scope)))
    if scope.dead_lettered is not None:
        entries.append(col(Page.id).in_(_dead_lettered(scope.dead_lettered)))
    return entries


def _known_as(keys: Collection[str]) -> tuple[ColumnElement[bool], ...]:
    """Pages with these identities: their own, that of a page that turned out to be them, or a later address."""
    own = select(func.coalesce(col(Page.moved_to), col(Page.id))).where(col(Page.key).in_(keys))
    other = select(col(Alias.page_id)).where(col(Alias.key).in_(keys))
    return col(Page.id).in_(own), col(Page.id).in_(other)


def _rejected(reason: str) -> Select[Any]:
    newest = aliased(Page)
    about = is_rejected(col(newest.capture), col(newest.fetched_at))
    result = select(verdicts.c.page).join(newest, col(newest.id) == verdicts.c.page)
    return result.where(verdicts.c.rejected_reason == reason, about)


def _dead_lettered(reason: str) -> Select[Any]:
    given_up = (
        ledger.c.dead_lettered_at.is_not(None),
        ledger.c.discarded_at.is_(None),
        ledger.c.kind.in_(_ABOUT_PAGES),
    )
    return select(ledger.c.page).where(*given_up, ledger.c.reason.icontains(reason, autoescape=True))
