"""Alembic's entry: the schema of all services, in the database of the settings."""

from alembic import context
from alembic.autogenerate.api import AutogenContext
from sqlalchemy import Connection
from sqlmodel import SQLModel
from sqlmodel.sql.sqltypes import AutoString

from services.runtime import database


def render(kind: str, thing: object, autogen: AutogenContext) -> str | bool:
    if kind == "type" and isinstance(thing, database.UtcDateTime):
        autogen.imports.add("from services.runtime.database import UtcDateTime")
        return "UtcDateTime()"
    if kind == "type" and isinstance(thing, AutoString):
        return "sa.String()"
    return False


def include(_thing: object, name: str | None, _kind: str, _reflected: object, _other: object) -> bool:
    # Full-text indexes are made by statements of their own; on SQLite they keep tables that no model knows.
    return not (name or "").startswith(("article_words", "page_words"))


def says(connection: Connection, words: str) -> None:
    """Says this to SQLite outside of every transaction, where alone it listens."""
    if connection.dialect.name == "sqlite":
        connection.connection.cursor().execute(words)


with database.engine().connect() as connection:
    # Where a table cannot be altered it is made anew, under the eyes of those that refer to it.
    says(connection, "PRAGMA foreign_keys=OFF")
    if connection.dialect.name == "postgresql":
        # A migration takes as long as it must; but it waits for no lock so long that others would wait behind it.
        connection.exec_driver_sql("SET statement_timeout TO 0; SET idle_in_transaction_session_timeout TO 0")
        connection.commit()
    context.configure(
        connection=connection,
        target_metadata=SQLModel.metadata,
        render_item=render,
        include_object=include,
        render_as_batch=connection.dialect.name == "sqlite",
        transaction_per_migration=True,
    )
    with context.begin_transaction():
        context.run_migrations()
    says(connection, "PRAGMA foreign_keys=ON")
