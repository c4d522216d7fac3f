"""The same change on many pages of a host, such as a new footer or another name everywhere: one notice for all."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, delete, func, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session

from services.contracts.changes import ArticleChange
from services.runtime.database import is_sqlite
from services.store.changes.drift import PEERS, WINDOW
from services.store.changes.signatures import signatures
from services.store.models import same_changes
from services.store.shared_changes import Mark, SharedNotice, announce_shared, list_pages, open_changes

LONGEST = 200
"""Characters of the change that the notice quotes."""
PAIR = 2
"""Pages that were changed alike, from which on others are looked at to see whether it is all of them."""
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


@dataclass(frozen=True)
class PageChange:
    """What changed of an article, at which source and host."""

    article: str
    source: str
    host: str
    change: ArticleChange


@dataclass(frozen=True)
class MarkCounts:
    """How many articles each mark has been seen on lately, how many of them just now, and those that were told of."""

    new: Counter[Mark] = field(default_factory=Counter)
    after: Counter[Mark] = field(default_factory=Counter)
    known: Mapping[Mark, str] = field(default_factory=dict)

    def is_many(self, mark: Mark) -> bool:
        """Whether so many pages have it that it is one change, or a notice told so before."""
        return mark in self.known or self.after[mark] >= PEERS

    def reaches(self, mark: Mark, number: int) -> bool:
        """Whether so many have it since just now."""
        return mark not in self.known and self.after[mark] - self.new[mark] < number <= self.after[mark]


@dataclass(frozen=True)
class Alike:
    """Articles that were changed as others of their hosts were.

    Of those in `many`, all that changed is on many pages. Of those in `few` all is on others, too, and it may yet turn
    out to be many. `pairs` are those of the few by which that was noticed.
    """

    many: frozenset[str] = frozenset()
    few: frozenset[str] = frozenset()
    pairs: tuple[PageChange, ...] = ()


def on_many_pages(session: Session, changes: Sequence[PageChange], now: datetime) -> Alike:
    """Which of these changes are one change on many pages, these included.

    What comes together is counted together. The moment there are `PEERS`, one `source.drifted` event lists them; from
    then on further pages join the list.
    """
    marks = {entry.article: [(entry.host, mark) for mark in sorted(signatures(entry.change))] for entry in changes}
    rows: list[dict[str, Any]] = [
        {"host": host, "signature": mark, "article": entry.article, "at": now}
        for entry in changes
        for host, mark in marks[entry.article]
    ]
    if not rows:
        return Alike()
    counted = tally(session, rows, now)
    shared = [entry for entry in changes if marks[entry.article]]
    many = [entry for entry in shared if all(map(counted.is_many, marks[entry.article]))]
    few = [
        entry
        for entry in shared
        if entry not in many and all(_is_shared(counted, mark) for mark in marks[entry.article])
    ]
    for entry in _first_of(many, marks, counted, PEERS):
        announce_shared(session, _notice(entry, marks[entry.article]), now)
    pairs = _first_of(few, marks, counted, PAIR)
    return Alike(frozenset(entry.article for entry in many), frozenset(entry.article for entry in few), tuple(pairs))


def _is_shared(counted: MarkCounts, mark: Mark) -> bool:
    return counted.is_many(mark) or counted.after[mark] >= PAIR


def tally(session: Session, rows: Sequence[dict[str, Any]], now: datetime) -> MarkCounts:
    """Notes what changed how, in the lists of what was told as well."""
    session.execute(_FORGET, {"before": now - WINDOW})
    new = Counter((row.host, row.signature) for row in session.execute(_NOTE[is_sqlite(session)], rows))
    hosts = sorted({row["host"] for row in rows})
    known = open_changes(session, hosts, now)
    list_pages(session, rows, known)
    counted = session.execute(_COUNT, {"hosts": hosts, "these": sorted({row["signature"] for row in rows})})
    return MarkCounts(new, Counter({(row.host, row.signature): row.number for row in counted}), known)


def _first_of(
    changes: Iterable[PageChange], marks: Mapping[str, Sequence[Mark]], counted: MarkCounts, number: int
) -> list[PageChange]:
    """One article for each change that has just come to so many pages."""
    first = dict[tuple[Mark, ...], PageChange]()
    for change in changes:
        if any(counted.reaches(mark, number) for mark in marks[change.article]):
            first.setdefault(tuple(marks[change.article]), change)
    return list(first.values())


def _notice(example: PageChange, marks: Sequence[Mark]) -> SharedNotice:
    text = example.change.diff[0]
    pieces = (piece.text.strip() for piece in text.pieces if piece.fate != "same")
    about = f"The same change is on {{}} pages of {example.host} so far: “{' → '.join(pieces)[:LONGEST]}”."
    fields = tuple(sorted({part.field for part in example.change.diff}))
    return SharedNotice(example.source, marks, about, fields)
