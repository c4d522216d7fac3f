"""Pages by a part of their address: among those that come first, and then by an index of the words of addresses.

A word is a run of letters and digits. SQLite has an FTS5 table that triggers keep in step with the pages, PostgreSQL an
index of an expression. Both find words by their beginning; that the address holds the whole part is then looked at.
"""

import re
from typing import Any

from sqlalchemy import ColumnElement, Select, column, false, func, literal_column, select, table
from sqlmodel import Session, col

from services.fetcher.models import ADDRESS_WORDS, Page
from services.runtime.database import is_sqlite

WINDOW = 500
"""The first pages of a list that are looked at one by one: a part that many have is met there."""
FEW = 2_000
"""Up to so many finds of the index are looked at by their numbers; among more, the list meets them soon."""

_WORD = re.compile(r"[A-Za-z0-9]+")
_BY_THE_INDEX = "SET LOCAL enable_seqscan TO {0}; SET LOCAL enable_indexscan TO {0}"
_INDEX = table("page_words", column("rowid"), column("page_words"))


def holding(session: Session, ids: Select[Any], part: str, *, queries: bool, enough: int) -> ColumnElement[bool]:
    """What must hold of the pages that `ids` lists, the highest first, so that the first have this in their address."""
    has = _has(session, part, queries=queries)
    first = session.execute(ids.add_columns(has).limit(WINDOW)).all()
    entries = [number for number, matches in first if matches]
    if len(first) < WINDOW or len(entries) >= enough:
        return col(Page.id).in_(entries[:enough])
    indexed = words(session, part)
    if indexed is None:
        return false()
    hits = _hits(session, select(col(Page.id)).where(indexed, has).limit(FEW + 1))
    return has if len(hits) > FEW else col(Page.id).in_(hits)


def _hits(session: Session, query: Select[Any]) -> list[int]:
    if is_sqlite(session):
        return list(session.execute(query).scalars())
    session.connection().exec_driver_sql(_BY_THE_INDEX.format("off"))
    result = list(session.execute(query).scalars())
    session.connection().exec_driver_sql(_BY_THE_INDEX.format("on"))
    return result


def _has(session: Session, part: str, *, queries: bool) -> ColumnElement[bool]:
    url: Any = col(Page.url)
    if not queries:
        end = func.instr(url + "?", "?") if is_sqlite(session) else func.strpos(url + "?", "?")
        url = func.substr(url, 1, end - 1)
    result: ColumnElement[bool] = url.icontains(part, autoescape=True)
    return result


def words(session: Session, part: str) -> ColumnElement[bool] | None:
    """Whether an address has the words of the part, the last of which may be the beginning of one; None without any."""
    matches = _WORD.findall(part)
    if not matches:
        return None
    begins = part[-1].isascii() and part[-1].isalnum()
    if is_sqlite(session):
        match = " AND ".join(f'"{term}"' for term in matches) + ("*" if begins else "")
        return col(Page.id).in_(select(_INDEX.c.rowid).where(_INDEX.c.page_words.op("MATCH")(match)))
    query = " & ".join(f"'{token}'" for token in matches) + (":*" if begins else "")
    return literal_column(ADDRESS_WORDS).bool_op("@@")(func.to_tsquery("simple", query))
