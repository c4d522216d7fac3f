"""Alembic's entry: the schema of all services, in the database of the settings."""

from alembic import context
from alembic.autogenerate.api import AutogenContext
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


with database.engine().connect() as connection:
    context.configure(
        connection=connection,
        target_metadata=SQLModel.metadata,
        render_item=render,
        render_as_batch=connection.dialect.name == "sqlite",
        transaction_per_migration=True,
    )
    with context.begin_transaction():
        context.run_migrations()
