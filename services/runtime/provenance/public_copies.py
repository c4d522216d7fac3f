"""What public archives answered when they were asked to save the page of a revision.

The fetcher asks, and the store shows the answer with the revision, so the runtime owns the table.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import Table as Relation
from sqlalchemy import Text
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Field, Session, SQLModel

from services.runtime.database import Table, UtcDateTime, is_sqlite


class PublicCopyRow(Table, table=True):
    """The last answer about one revision: where the copy is, or why there is none."""

    __tablename__ = "public_copies"

    article: str = Field(primary_key=True)
    revision: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    form: str = Field(sa_type=Text)
    """The address of the form that was sent."""
    asked_at: datetime = Field(sa_type=UtcDateTime)
    url: str | None = Field(default=None, sa_type=Text)
    """Of the copy; None where there is none, or where the archive did not say."""
    detail: str = Field(sa_type=Text)
    """How it went: one sentence."""


public_copies: Relation = SQLModel.metadata.tables["public_copies"]


def note_copy(session: Session, copy: PublicCopyRow) -> None:
    """Keeps the answer; a later one takes its place."""
    insert: Any = sqlite.insert(public_copies) if is_sqlite(session) else postgresql.insert(public_copies)
    fields = copy.model_dump()
    new = insert.values(**fields)
    later = {name: new.excluded[name] for name in fields if name not in {"article", "revision"}}
    session.execute(new.on_conflict_do_update(index_elements=["article", "revision"], set_=later))
