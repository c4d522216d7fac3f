"""Which pages a scope means, as far as only their articles tell."""

from collections.abc import Sequence

from sqlalchemy import ColumnElement, Select, exists, func, literal_column, or_, select
from sqlmodel import Session

from services.contracts.messages import Scope
from services.runtime.database import is_sqlite
from services.runtime.provenance.sightings import IS_SHARED, sightings
from services.store.models import articles, revisions
from services.store.wording import instant

_CURRENT = (revisions.c.article == articles.c.id) & (revisions.c.number == articles.c.revision)


def next_pages(session: Session, scope: Scope, after: int, limit: int) -> Sequence[int]:
    """The pages above `after` whose articles match, the lowest first."""
    criteria = matching(session, scope).where(articles.c.page > after)
    return session.execute(criteria.order_by(articles.c.page).limit(limit)).scalars().all()


def matching(session: Session, scope: Scope) -> Select[tuple[int]]:
    """The pages that last told of an article for which each condition of the scope on articles holds."""
    pages = select(articles.c.page).distinct().where(*_on_the_row(scope))
    if scope.text is None:
        return pages
    return pages.join(revisions, _CURRENT).where(_on_the_text(scope.text, sqlite=is_sqlite(session)))


def _on_the_row(scope: Scope) -> list[ColumnElement[bool]]:
    entries = []
    if scope.source is not None:
        shown = select(sightings.c.page).where(sightings.c.source == scope.source, IS_SHARED)
        entries.append(or_(articles.c.source == scope.source, articles.c.page.in_(shown)))
    if scope.kind is not None:
        entries.append(articles.c.kind == scope.kind)
    if scope.published_from is not None:
        entries.append(articles.c.dated_at >= instant(scope.published_from))
    if scope.published_until is not None:
        entries.append(articles.c.dated_at < instant(scope.published_until))
    return entries


def _on_the_text(words: str, *, sqlite: bool) -> ColumnElement[bool]:
    text = _TEXT_SQLITE if sqlite else _TEXT_POSTGRESQL
    block = exists(select(1).select_from(_BLOCKS[sqlite]).where(text.icontains(words, autoescape=True)))
    return or_(articles.c.headline.icontains(words, autoescape=True), block)


# The body is a list of blocks inside the reading, and each database has functions of its own to look into it.
_JSON: ColumnElement[str] = literal_column("CAST(revisions.reading AS JSON)")
_TEXT_SQLITE: ColumnElement[str] = literal_column("json_extract(block.value, '$.text')")
_TEXT_POSTGRESQL: ColumnElement[str] = literal_column("(block.value ->> 'text')")
_BLOCKS = {
    True: func.json_each(revisions.c.reading, "$.body").table_valued("value", name="block"),
    False: func.json_array_elements(func.json_extract_path(_JSON, "body")).table_valued("value", name="block"),
}
