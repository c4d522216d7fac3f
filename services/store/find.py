"""Where a reading belongs: the article it speaks for, as that article stands now."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, bindparam, func, select
from sqlmodel import Session

from services.contracts.article import Article
from services.contracts.urls import article_id
from services.store.decide import Known, Reading
from services.store.identity import claimed_key, own_key, strangers
from services.store.models import articles, revisions


@dataclass(frozen=True)
class Existing:
    """The identity of an article, and its row and current wording if it is known."""

    key: str
    row: Row[Any] | None = None
    known: Known | None = None


def place(session: Session, reading: Reading) -> Existing:
    """The article that the reading's page speaks for, known or not."""
    return places(session, [reading])[0]


def places(session: Session, readings: Sequence[Reading]) -> list[Existing]:
    """As `place`, for each of several."""
    rows = _rows(session, {claimed_key(reading.order) for reading in readings})
    entries = [_placed(claimed_key(reading.order), rows) for reading in readings]
    apart = {
        own_key(reading.order) for reading, entry in zip(readings, entries, strict=True) if _is_apart(reading, entry)
    }
    own = _rows(session, apart) if apart else {}
    return [
        _placed(own_key(reading.order), own) if _is_apart(reading, member) else member
        for reading, member in zip(readings, entries, strict=True)
    ]


def earlier_revisions(session: Session, spots: Sequence[Existing], readings: Sequence[Reading]) -> list[int | None]:
    """For each reading, the number of the latest revision but the current one that says the same."""
    pairs = [
        (spot.row.id, reading.content_hash) if spot.row and _differs(spot, reading) else None
        for spot, reading in zip(spots, readings, strict=True)
    ]
    candidates = {pair for pair in pairs if pair}
    if not candidates:
        return [None] * len(pairs)
    ids, hashes = zip(*candidates, strict=True)
    rows = session.execute(_SAME, {"articles": list(ids), "hashes": list(hashes)})
    numbers = {(row.article, row.content_hash): row.number for row in rows}
    return [numbers.get(pair) if pair else None for pair in pairs]


def _differs(spot: Existing, reading: Reading) -> bool:
    return bool(spot.row and spot.known and spot.row.revisions > 1 and spot.known.content_hash != reading.content_hash)


def keys(reading: Reading) -> set[str]:
    """The identities of which the article that the reading's page speaks for has one."""
    return {claimed_key(reading.order), own_key(reading.order)}


def _is_apart(reading: Reading, found: Existing) -> bool:
    """Whether what goes by the same identity is somebody else's article."""
    if found.row is None or found.known is None or found.key == own_key(reading.order):
        return False
    return strangers(found.known.article, found.row.url, reading.order.article, reading.order.origin.url)


def _rows(session: Session, wanted: Iterable[str]) -> dict[str, Row[Any]]:
    ids = [article_id(key) for key in wanted]
    return {row.id: row for row in session.execute(_FIND, {"articles": ids})}


def _placed(key: str, rows: Mapping[str, Row[Any]]) -> Existing:
    row = rows.get(article_id(key))
    if row is None:
        return Existing(key)
    article = Article.model_validate_json(row.reading)
    read = (row.content_hash, row.read_by, row.fetched_at, row.parser, row.capture, row.updated)
    return Existing(key, row, Known(article, *read))


# Made once: to make a statement costs more than to run it.
_SAME = (
    select(revisions.c.article, revisions.c.content_hash, func.max(revisions.c.number).label("number"))
    .join(articles, articles.c.id == revisions.c.article)
    .where(
        revisions.c.article.in_(bindparam("articles", expanding=True)),
        revisions.c.content_hash.in_(bindparam("hashes", expanding=True)),
        revisions.c.number != articles.c.revision,
    )
    .group_by(revisions.c.article, revisions.c.content_hash)
)
_FIND = (
    select(articles, revisions.c.content_hash, revisions.c.reading, revisions.c.parser.label("read_by"))
    .join(revisions, (revisions.c.article == articles.c.id) & (revisions.c.number == articles.c.revision))
    .where(articles.c.id.in_(bindparam("articles", expanding=True)))
)
