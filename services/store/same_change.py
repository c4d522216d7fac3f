"""The same change on many pages of a host, such as a new footer or another name everywhere: one notice for all."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, delete, func, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session

from services.contracts.changes import ArticleChange
from services.contracts.source_events import PAGES, DriftDetails, DriftedFacts, SourcePage
from services.runtime.database import is_sqlite
from services.runtime.events.sources import append_source_event
from services.store.changes.drift import PEERS, WINDOW
from services.store.changes.signatures import signatures
from services.store.models import articles, same_changes

LONGEST = 200
"""Characters of the change that the notice quotes."""
_FORGET = delete(same_changes).where(same_changes.c.at < bindparam("before", type_=same_changes.c.at.type))
_NEW = (same_changes.c.host, same_changes.c.signature)
_NOTE = {
    True: sqlite.insert(same_changes).on_conflict_do_nothing().returning(*_NEW),
    False: postgresql.insert(same_changes).on_conflict_do_nothing().returning(*_NEW),
}
_COUNT = (
    select(same_changes.c.host, same_changes.c.signature, func.count().label("number"))
    .where(
        same_changes.c.host.in_(bindparam("hosts", expanding=True)),
        same_changes.c.signature.in_(bindparam("these", expanding=True)),
    )
    .group_by(same_changes.c.host, same_changes.c.signature)
)


Marks = Counter[tuple[str, str]]


@dataclass(frozen=True)
class PageChange:
    """What changed of an article, at which source and host."""

    article: str
    source: str
    host: str
    change: ArticleChange


def on_many_pages(session: Session, changes: Sequence[PageChange], now: datetime) -> set[str]:
    """The articles of which all that changed is the same on `PEERS` pages of the host, these included.

    The first few pages are news each, until there are so many: nobody can know before. What comes together is counted
    together. The moment there are so many, one `source.drifted` event lists them.
    """
    marks = {each.article: signatures(each.change) for each in changes}
    rows: list[dict[str, Any]] = [
        {"host": each.host, "signature": mark, "article": each.article, "at": now}
        for each in changes
        for mark in sorted(marks[each.article])
    ]
    if not rows:
        return set()
    new, after = tally(session, rows, now)
    many = {
        each.article: each
        for each in changes
        if marks[each.article] and all(after[each.host, mark] >= PEERS for mark in marks[each.article])
    }
    crossed = {pair for pair in after if after[pair] - new[pair] < PEERS <= after[pair]}
    for each in _first_of(many.values(), marks, crossed):
        _announce(session, each, sorted(marks[each.article]), now)
    return set(many)


def tally(session: Session, rows: Sequence[dict[str, Any]], now: datetime) -> tuple[Marks, Marks]:
    """Notes what changed how; of each pair of host and signature how many articles are new, and how many there are."""
    session.execute(_FORGET, {"before": now - WINDOW})
    new = Counter((row.host, row.signature) for row in session.execute(_NOTE[is_sqlite(session)], rows))
    counted = {"hosts": sorted({row["host"] for row in rows}), "these": sorted({row["signature"] for row in rows})}
    return new, _counts(session, counted)


def _counts(session: Session, counted: dict[str, list[str]]) -> Counter[tuple[str, str]]:
    return Counter({(row.host, row.signature): row.number for row in session.execute(_COUNT, counted)})


def _first_of(
    changes: Iterable[PageChange], marks: dict[str, frozenset[str]], crossed: set[tuple[str, str]]
) -> list[PageChange]:
    """One article for each change that has just come to so many pages."""
    first = dict[tuple[str, frozenset[str]], PageChange]()
    for each in changes:
        if any((each.host, mark) in crossed for mark in marks[each.article]):
            first.setdefault((each.host, marks[each.article]), each)
    return list(first.values())


def _announce(session: Session, example: PageChange, marks: Sequence[str], now: datetime) -> None:
    text = example.change.diff[0]
    pieces = (piece.text.strip() for piece in text.pieces if piece.fate != "same")
    about = f"The same change is on {{}} pages of {example.host} so far: “{' → '.join(pieces)[:LONGEST]}”."
    fields = tuple(sorted({part.field for part in example.change.diff}))
    announce_many(session, example.source, (example.host, marks[0]), about, fields, now)


def announce_many(
    session: Session, source: str, mark: tuple[str, str], about: str, fields: tuple[str, ...], now: datetime
) -> None:
    """One notice of what happened to many pages alike; `about` says it, with `{}` for their number."""
    these = (same_changes.c.host == mark[0], same_changes.c.signature == mark[1])
    rows = session.execute(
        select(same_changes.c.article, same_changes.c.at, articles.c.url)
        .join(articles, articles.c.id == same_changes.c.article)
        .where(*these)
        .order_by(same_changes.c.at, same_changes.c.article)
    ).all()
    facts = DriftedFacts(
        source=source,
        since=min(row.at for row in rows),
        sentence=about.replace("{}", str(len(rows)), 1),
        number=len(rows),
        pages=tuple(SourcePage(url=row.url or "", article=row.article, since=row.at) for row in rows[:PAGES]),
        details=DriftDetails(layout=None, fields=fields),
    )
    append_source_event(session, facts, now)
