"""Every whole number has 64 bits"""

from collections.abc import Iterator

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _makes_them(sa.INTEGER, "bigint")


def downgrade() -> None:
    _makes_them(sa.BIGINT, "integer")


def _makes_them(narrow: type[sa.types.TypeEngine[int]], wide: str) -> None:
    # Those of SQLite have 64 bits whatever they are called.
    if op.get_bind().dialect.name == "sqlite":
        return
    for table, columns in _columns(narrow):
        op.execute(f"ALTER TABLE {table} " + ", ".join(f'ALTER "{column}" TYPE {wide}' for column in columns))
        for column in columns:
            op.execute(f'ALTER SEQUENCE IF EXISTS "{table}_{column}_seq" AS {wide}')


def _columns(of: type[sa.types.TypeEngine[int]]) -> Iterator[tuple[str, list[str]]]:
    found = sa.inspect(op.get_bind())
    for table in sorted(found.get_table_names()):
        if columns := [each["name"] for each in found.get_columns(table) if type(each["type"]) is of]:
            yield table, columns
