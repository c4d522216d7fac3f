"""Where a reading belongs: the article it speaks for, as that article stands now."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, bindparam, select
from sqlmodel import Session

from services.contracts.article import Article
from services.contracts.urls import article_id
from services.store.decide import Known, Reading
from services.store.identity import claimed_key, own_key, strangers
from services.store.models import articles, revisions


@dataclass(frozen=True)
class Place:
    """The identity of an article, and its row and current wording if it is known."""

    key: str
    row: Row[Any] | None = None
    known: Known | None = None


def place(session: Session, reading: Reading) -> Place:
    """The article that the reading's page speaks for, known or not."""
    found, own = find(session, claimed_key(reading.order)), own_key(reading.order)
    if found.row is None or found.known is None or found.key == own:
        return found
    if strangers(found.known.article, found.row.url, reading.order.article, reading.order.origin.url):
        return find(session, own)
    return found


def find(session: Session, key: str) -> Place:
    """The article with this identity."""
    row = session.execute(_FIND, {"article": article_id(key)}).one_or_none()
    if row is None:
        return Place(key)
    article = Article.model_validate_json(row.reading)
    return Place(key, row, Known(article, row.content_hash, row.read_by, row.fetched_at, row.parser, row.capture))


# Made once: to make a statement costs more than to run it.
_FIND = (
    select(articles, revisions.c.content_hash, revisions.c.reading, revisions.c.parser.label("read_by"))
    .join(revisions, (revisions.c.article == articles.c.id) & (revisions.c.number == articles.c.revision))
    .where(articles.c.id == bindparam("article"))
)
