"""Which other pages are looked at when two of a host were changed alike: those that would show the change, too."""

from collections.abc import Collection, Iterator, Sequence
from datetime import datetime, timedelta
from itertools import islice
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy import Row, select
from sqlmodel import Session

from services.contracts.article import Article
from services.contracts.changes import ChangedText
from services.contracts.messages import LookAtPages
from services.runtime.ledger.jobs import Outgoing, enqueue_all
from services.store.changes.drift import PEERS
from services.store.changes.texts import all_texts
from services.store.changes.words import folded
from services.store.models import articles, revisions
from services.store.same_change import PageChange

PROBED = timedelta(minutes=5)
"""How long changes that two pages share wait for others to be looked at, which takes a minute at the usual pace."""
PROBES = PEERS + 3
"""Pages that are looked at: some may be gone, or may have been changed before."""
AMONG = 60
"""Articles of the source, the newest first, among which they are."""


def probe_all(session: Session, pairs: Sequence[PageChange], known: Collection[str], now: datetime) -> None:
    """Says which pages are to be looked at on account of these changes; not the `known` articles, which were just."""
    orders = [LookAtPages(pages=pages) for pair in pairs if (pages := tuple(_probes(session, pair, known)))]
    enqueue_all(session, [Outgoing(order, due_at=now) for order in orders])


def _probes(session: Session, pair: PageChange, known: Collection[str]) -> Iterator[int]:
    gone = [words for text in pair.change.diff for words in _deleted(text)]
    shown = (row for row in _newest(session, pair) if row.id not in known and _is_of(row, pair.host))
    return islice((int(row.page) for row in shown if _shows(row, gone)), PROBES)


def _deleted(text: ChangedText) -> Iterator[str]:
    """What is gone of a text; of a date nothing, because each page had its own."""
    pieces = text.pieces if text.field != "published_at" else ()
    yield from (words for piece in pieces if piece.fate == "deleted" and (words := _plain(piece.text)))


def _newest(session: Session, pair: PageChange) -> Sequence[Row[Any]]:
    columns = articles.c.id, articles.c.page, articles.c.url, revisions.c.reading
    current = (revisions.c.article == articles.c.id) & (revisions.c.number == articles.c.revision)
    rows = select(*columns).join(revisions, current)
    own = rows.where(articles.c.source == pair.source, articles.c.status == "live", articles.c.id != pair.article)
    return session.execute(own.order_by(articles.c.dated_at.desc(), articles.c.id.desc()).limit(AMONG)).all()


def _is_of(row: Row[Any], host: str) -> bool:
    return urlsplit(row.url or "").hostname == host


def _shows(row: Row[Any], gone: Sequence[str]) -> bool:
    """Whether the article still says all that is gone elsewhere."""
    if not gone:
        return True
    article = Article.model_validate_json(row.reading)
    text = "\n".join(_plain(part) for part in all_texts(article))
    return all(f" {words} " in f" {text} ".replace("\n", " \n ") for words in gone)


def _plain(text: str) -> str:
    return " ".join(folded(text))
