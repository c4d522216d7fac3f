"""Pages that a source showed are expected: each is stored in time, or is a gap with a cause.

A page that a channel shows for the first time has a row here until it is stored. So nobody need look through the pages
to find what is missing, however many there are.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Table as Relation
from sqlalchemy import delete, func
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session, SQLModel

from services.fetcher.gap_models import Gap
from services.fetcher.settings import fetcher_settings
from services.runtime.database import is_sqlite


@dataclass(frozen=True)
class Expected:
    """A page that a source shows: its identity, the address as shown, and its number; None where it is out of scope."""

    key: str
    url: str
    page: int | None = None


def expect(session: Session, source: str, shown: Sequence[Expected], *, backlog: bool, now: datetime) -> None:
    """Each of these is to be stored; of what is expected already nothing is written."""
    if not shown:
        return
    check_at = now + timedelta(seconds=fetcher_settings().gap_after)
    about = {"source": source, "backlog": backlog, "shown_at": now, "check_at": check_at, "to_alarm": False}
    # In one order for everybody, so that two who write the same do not wait for one another.
    rows = [about | asdict(entry) for entry in sorted(shown, key=lambda entry: entry.key)]
    session.execute(_EXPECT["sqlite" if is_sqlite(session) else "postgresql"], rows)


def forget(session: Session, source: str) -> None:
    """Of a source that is watched no longer nothing is expected."""
    session.execute(delete(gaps).where(gaps.c.source == source, gaps.c.closed_at.is_(None)))


gaps: Relation = SQLModel.metadata.tables[str(Gap.__tablename__)]


def _expect(insert: Any) -> Any:
    """What was out of scope when it was shown may be a page by now."""
    attached = {"page": func.coalesce(gaps.c.page, insert.excluded.page)}
    without = gaps.c.page.is_(None) & insert.excluded.page.is_not(None)
    return insert.on_conflict_do_update(index_elements=["source", "key"], set_=attached, where=without)


# Made once: to make a statement costs more than to run it.
_EXPECT = {"sqlite": _expect(sqlite.insert(gaps)), "postgresql": _expect(postgresql.insert(gaps))}
