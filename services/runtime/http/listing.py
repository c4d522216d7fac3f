"""Rows of a table, newest first and page by page."""

from typing import Protocol, TypeVar

from sqlalchemy import ColumnElement, select
from sqlmodel import Session, col

from services.runtime.http.problems import cursor, page, position


class Numbered(Protocol):
    """A row whose number grows with each that is written."""

    id: int | None


Row = TypeVar("Row", bound=Numbered)


def newest(
    session: Session, table: type[Row], limit: int, after: str | None, *conditions: ColumnElement[bool]
) -> tuple[list[Row], str | None]:
    """One page of the rows of the table that fit these conditions, and the cursor of the next."""
    listing = table.__name__
    place = position(listing, after, int)
    older = [col(table.id) < place[0]] if place else []
    records = session.scalars(
        select(table).where(*older, *conditions).order_by(col(table.id).desc()).limit(limit + 1)
    ).all()
    rows, following = page(records, limit, lambda row: cursor(listing, row.id or 0))
    return list(rows), following
