"""Changes to many pages of which a notice went out: what comes later of the same is listed and announced no more."""

import hashlib
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, bindparam, delete, func, insert, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session

from services.contracts.source_events import PAGES, DriftDetails, DriftedFacts, SourcePage
from services.runtime.database import is_sqlite
from services.runtime.events.sources import append_source_event
from services.store.models import articles, same_changes, shared_change_pages, shared_changes

LISTED_FOR = timedelta(days=90)
"""How long after its notice a change is still looked for on further pages: as long as most sites take to be rebuilt,
and until a page that is visited once a month has been visited three times."""

Mark = tuple[str, str]
"""A host, and the signature of what happened there to a page."""

_OVER = select(shared_changes.c.id).where(
    shared_changes.c.opened_at < bindparam("before", type_=shared_changes.c.opened_at.type)
)
_OPEN = select(shared_changes.c.id, shared_changes.c.host, shared_changes.c.signatures).where(
    shared_changes.c.host.in_(bindparam("hosts", expanding=True))
)
_LIST = {
    True: sqlite.insert(shared_change_pages).on_conflict_do_nothing(),
    False: postgresql.insert(shared_change_pages).on_conflict_do_nothing(),
}


@dataclass(frozen=True)
class SharedNotice:
    """What a notice says of a change: at which source, by which marks it is known, and how people are told."""

    source: str
    marks: Sequence[Mark]
    about: str
    """`{}` stands for the number of pages."""
    fields: tuple[str, ...]

    @property
    def host(self) -> str:
        """Whose pages were changed."""
        return self.marks[0][0]


def open_changes(session: Session, hosts: Iterable[str], now: datetime) -> dict[Mark, str]:
    """The changes of these hosts that a notice told of: which one each mark stands for."""
    over = session.execute(_OVER, {"before": now - LISTED_FOR}).scalars().all()
    if over:
        session.execute(delete(shared_change_pages).where(shared_change_pages.c.change.in_(over)))
        session.execute(delete(shared_changes).where(shared_changes.c.id.in_(over)))
    rows = session.execute(_OPEN, {"hosts": sorted(set(hosts))})
    return {(row.host, signature): row.id for row in rows for signature in row.signatures}


def list_pages(session: Session, rows: Sequence[Mapping[str, Any]], known: Mapping[Mark, str]) -> None:
    """Adds the articles of these rows of `same_changes` to the changes that they are part of."""
    listed = [
        {"change": change, "article": row["article"], "at": row["at"]}
        for row in rows
        if (change := known.get((row["host"], row["signature"])))
    ]
    if listed:
        session.execute(_LIST[is_sqlite(session)], listed)


def announce_shared(session: Session, notice: SharedNotice, now: datetime) -> None:
    """One notice of what happened to many pages alike, which are listed from now on."""
    host, signature = notice.marks[0]
    these = (same_changes.c.host == host, same_changes.c.signature == signature)
    rows = session.execute(
        select(same_changes.c.article, same_changes.c.at, articles.c.url)
        .join(articles, articles.c.id == same_changes.c.article)
        .where(*these)
        .order_by(same_changes.c.at, same_changes.c.article)
    ).all()
    change = _opened(session, notice, rows, now)
    facts = DriftedFacts(
        source=notice.source,
        since=min(row.at for row in rows),
        sentence=notice.about.replace("{}", str(len(rows)), 1),
        number=len(rows),
        pages=tuple(SourcePage(url=row.url or "", article=row.article, since=row.at) for row in rows[:PAGES]),
        details=DriftDetails(layout=None, fields=notice.fields, change=change),
    )
    append_source_event(session, facts, now)


def _opened(session: Session, notice: SharedNotice, rows: Sequence[Row[Any]], now: datetime) -> str:
    told = "\x00".join((*(part for mark in notice.marks for part in mark), now.isoformat()))
    change = f"chg_{hashlib.sha256(told.encode()).hexdigest()[:20]}"
    values = {
        "id": change,
        "host": notice.host,
        "source": notice.source,
        "signatures": [signature for _, signature in notice.marks],
        "about": notice.about,
        "fields": [*notice.fields],
        "opened_at": now,
    }
    session.execute(insert(shared_changes).values(values))
    session.execute(
        _LIST[is_sqlite(session)], [{"change": change, "article": row.article, "at": row.at} for row in rows]
    )
    return change


def forget_article(session: Session, ids: Collection[str]) -> None:
    """Leaves these articles out of every list."""
    session.execute(delete(shared_change_pages).where(shared_change_pages.c.article.in_(ids)))


def find_changes(session: Session, source: str | None, limit: int) -> Sequence[Row[Any]]:
    """The changes of which a notice told, with their numbers of pages, the latest first."""
    number = (
        select(func.count())
        .where(shared_change_pages.c.change == shared_changes.c.id)
        .scalar_subquery()
        .label("number")
    )
    rows = select(shared_changes, number).order_by(shared_changes.c.opened_at.desc(), shared_changes.c.id).limit(limit)
    return session.execute(rows.where(shared_changes.c.source == source) if source is not None else rows).all()


def find_change(session: Session, change: str) -> Row[Any] | None:
    """One of them; None if there is none, or it is long past."""
    number = select(func.count()).where(shared_change_pages.c.change == change).scalar_subquery().label("number")
    return session.execute(select(shared_changes, number).where(shared_changes.c.id == change)).one_or_none()


def pages_of_change(
    session: Session, change: str, limit: int, after: tuple[datetime, str] | None = None
) -> Sequence[Row[Any]]:
    """Its pages in the order in which they were seen."""
    rows = (
        select(shared_change_pages.c.article, shared_change_pages.c.at, articles.c.url, articles.c.headline)
        .join(articles, articles.c.id == shared_change_pages.c.article)
        .where(shared_change_pages.c.change == change, articles.c.status != "withdrawn")
    )
    if after is not None:
        at, article = after
        same = (shared_change_pages.c.at == at) & (shared_change_pages.c.article > article)
        rows = rows.where((shared_change_pages.c.at > at) | same)
    return session.execute(rows.order_by(shared_change_pages.c.at, shared_change_pages.c.article).limit(limit)).all()
