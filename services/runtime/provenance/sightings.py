"""Sightings: which channels showed a page, each with when, where and how it showed it first.

An article belongs to every source that showed its page. Fetcher and store both ask for that, so the runtime owns the
table. A sighting is written once: what a channel shows again costs one look at an index and no write.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Index, Text, and_, bindparam, delete, exists, func, select, text, update
from sqlalchemy import Table as Relation
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Field, Session, SQLModel

from services.runtime.database import Table, UtcDateTime, is_sqlite

ON_A_PAGE = 0
"""In the place of a channel: no channel has shown it, but a page of the source that links it, or a number that is
skipped."""
_SHARED = text("shared")


class Sighting(Table, table=True):
    """The first time that a channel showed a page. It stays when the channel or its source is removed."""

    __tablename__ = "sightings"
    __table_args__ = (
        Index("sightings_by_source", "source", "page"),
        # What a source showed in a month.
        Index("sightings_by_time", "source", "first_seen", "page"),
        # Of each source the pages that belong to another one as well: few, beside all that it showed.
        Index("sightings_shared", "source", "page", sqlite_where=_SHARED, postgresql_where=_SHARED),
    )

    page: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    channel: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    source: str
    """The source of the channel, by its name."""
    shared: bool = False
    """Whether the page's own source, which says how it is visited, is another one."""
    first_seen: datetime = Field(sa_type=UtcDateTime)
    position: int | None = None
    """Its place in the document, from 1; None where it was not noted."""
    title: str | None = Field(default=None, sa_type=Text)
    published: str | None = None
    """As the channel wrote it."""


sightings: Relation = SQLModel.metadata.tables["sightings"]
IS_SHARED = text("sightings.shared")
"""As a condition: in these words both databases see that the partial index serves."""


@dataclass(frozen=True)
class Shown:
    """How a channel shows a page: at which place, with which title and date; `shared` as in a `Sighting`."""

    position: int | None = None
    title: str | None = None
    published: str | None = None
    shared: bool = False


def note(session: Session, source: str, channel: int, shown: Mapping[int, Shown], now: datetime) -> dict[int, datetime]:
    """Keeps the first sight of these pages in this channel; returns when it showed those that it has shown before."""
    if not shown:
        return {}
    rows = session.execute(_KNOWN, {"channel": channel, "pages": list(shown)})
    known = {row.page: row.first_seen for row in rows}
    about = {"channel": channel, "source": source, "first_seen": now}
    # In one order for everybody, so that two who write the same do not wait for one another.
    new = [about | {"page": page} | vars(shown[page]) for page in sorted(shown) if page not in known]
    if new:
        session.execute(_NOTE["sqlite" if is_sqlite(session) else "postgresql"], new)
    return known


def sources_of(session: Session, pages: Iterable[int]) -> dict[int, list[str]]:
    """Of each of these pages the sources that have shown it, those that did so first in front."""
    shown: dict[int, list[str]] = {}
    for row in session.execute(_SOURCES, {"pages": sorted(set(pages))}):
        shown.setdefault(row.page, []).append(row.source)
    return shown


def belongs_to(session: Session, page: int, source: str) -> None:
    """The page's own source is this one from now on: what the others showed is shared."""
    session.execute(_BELONGS, {"of": page, "owner": source})


def merge(session: Session, page: int, into: int, source: str) -> None:
    """One page turned out to be another, of this source: whoever showed the one has shown the other."""
    session.execute(_MOVE, {"of": page, "to": into})
    session.execute(_DROP, {"of": page})
    belongs_to(session, into, source)


# Made once: to make a statement costs more than to run it.
_KNOWN = select(sightings.c.page, sightings.c.first_seen).where(
    sightings.c.page.in_(bindparam("pages", expanding=True)), sightings.c.channel == bindparam("channel")
)
_NOTE: dict[str, Any] = {
    "sqlite": sqlite.insert(sightings).on_conflict_do_nothing(),
    "postgresql": postgresql.insert(sightings).on_conflict_do_nothing(),
}
_SOURCES = (
    select(sightings.c.page, sightings.c.source)
    .where(sightings.c.page.in_(bindparam("pages", expanding=True)))
    .group_by(sightings.c.page, sightings.c.source)
    .order_by(sightings.c.page, func.min(sightings.c.first_seen), sightings.c.source)
)
_BELONGS = (
    update(sightings).where(sightings.c.page == bindparam("of")).values(shared=sightings.c.source != bindparam("owner"))
)
_ALREADY = sightings.alias()
_MOVE = (
    update(sightings)
    .where(
        sightings.c.page == bindparam("of"),
        ~exists().where(and_(_ALREADY.c.page == bindparam("to"), _ALREADY.c.channel == sightings.c.channel)),
    )
    .values(page=bindparam("to"))
)
_DROP = delete(sightings).where(sightings.c.page == bindparam("of"))
