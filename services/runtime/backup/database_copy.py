"""A copy of the database as of one moment: a file of SQLite, or each table of PostgreSQL as COPY gives it.

PostgreSQL is read in one REPEATABLE READ transaction, by our own connection. `pg_dump` was not taken: it must be at
least as new as the server, and is not where Dateline is installed from wheels.
"""

import gzip
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import inspect, make_url, text

from services.contracts.errors import UserError
from services.runtime.backup.manifest import sync
from services.runtime.database import engine
from services.runtime.settings import runtime_settings

FILE = "dateline.db"
LEVEL = 1
"""Of gzip: rows of text become a fifth, and the disk is no quicker than that."""
VERSION = "alembic_version"


def kind() -> str:
    """`sqlite` or `postgresql`."""
    return make_url(runtime_settings().database).get_backend_name()


def copy_to(folder: Path) -> tuple[str, dict[str, list[str]]]:
    """Copies the database into a folder; the version of its schema, and on PostgreSQL the columns of each table."""
    return (_copy_sqlite(folder / FILE), {}) if kind() == "sqlite" else _copy_postgresql(folder)


def is_empty() -> bool:
    """Whether there is nothing yet where the database would be."""
    if kind() == "sqlite":
        return not _sqlite_file().exists()
    with engine().connect() as connection:
        return not inspect(connection).get_table_names()


def put_sqlite(folder: Path) -> None:
    """Puts the file where the database belongs; a `UserError` when it is damaged."""
    with closing(sqlite3.connect(f"file:{folder / FILE}?mode=ro&immutable=1", uri=True)) as copy:
        try:
            (result,) = copy.execute("PRAGMA quick_check(1)").fetchone()
        except sqlite3.DatabaseError as damage:
            result = str(damage)
    if result != "ok":
        raise UserError(f"{folder / FILE} is damaged ({result}); restore another state with --at.")
    target = _sqlite_file()
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    written = target.with_name(f".{target.name}.restored")
    with (folder / FILE).open("rb") as source, written.open("wb") as file:
        written.chmod(0o600)
        while chunk := source.read(1_048_576):
            file.write(chunk)
    sync(written)
    written.replace(target)
    sync(target.parent)


def fill_postgresql(folder: Path, tables: dict[str, list[str]]) -> None:
    """Fills the tables, which are there and of the same schema, in one transaction."""
    with _raw() as (connection, names):
        cursor = connection.cursor()
        cursor.execute("SET statement_timeout TO 0")
        cursor.execute(f"TRUNCATE {', '.join(_quoted(name) for name in names)}")
        for name in names:
            if name not in tables:
                continue
            columns = ", ".join(map(_quoted, tables[name]))
            with (
                gzip.open(folder / f"{name}.copy.gz") as source,
                cursor.copy(f"COPY {_quoted(name)} ({columns}) FROM STDIN") as copy,
            ):
                while chunk := source.read(1_048_576):
                    copy.write(chunk)
        for name in names:
            _count_on(cursor, name)
        connection.commit()


def _copy_sqlite(file: Path) -> str:
    with closing(sqlite3.connect(f"file:{_sqlite_file()}?mode=ro", uri=True, timeout=60)) as database:
        # One read transaction: writers go on meanwhile.
        database.execute("VACUUM INTO ?", (str(file),))
    file.chmod(0o600)
    with closing(sqlite3.connect(f"file:{file}?mode=ro&immutable=1", uri=True)) as copy:
        row = copy.execute(f"SELECT version_num FROM {VERSION}").fetchone()  # noqa: S608 - a name of ours
    return str(row[0])


def _copy_postgresql(folder: Path) -> tuple[str, dict[str, list[str]]]:
    tables: dict[str, list[str]] = {}
    with _raw() as (connection, names):
        cursor = connection.cursor()
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        cursor.execute("SET LOCAL statement_timeout TO 0; SET LOCAL idle_in_transaction_session_timeout TO 0")
        version = cursor.execute(f"SELECT version_num FROM {VERSION}").fetchone()[0]  # noqa: S608 - as above
        for name in names:
            tables[name] = _columns(cursor, name)
            columns = ", ".join(map(_quoted, tables[name]))
            with (
                gzip.open(folder / f"{name}.copy.gz", "wb", compresslevel=LEVEL) as target,
                cursor.copy(f"COPY {_quoted(name)} ({columns}) TO STDOUT") as copy,
            ):
                for chunk in copy:
                    target.write(chunk)
        connection.rollback()
    return str(version), tables


@contextmanager
def _raw() -> Iterator[tuple[Any, list[str]]]:
    """A connection of the driver in no transaction, and the tables so that none refers to a later one."""
    with engine().connect() as connection:
        ordered = inspect(connection).get_sorted_table_and_fkc_names()
        names = [name for name, _ in ordered if name and name != VERSION]
        connection.rollback()
        connection.execute(text("SELECT 1"))  # the pool's connection is ours from here on
        connection.rollback()
        driver = connection.connection.driver_connection
        try:
            yield driver, names
        finally:
            connection.detach()
            connection.close()


def _columns(cursor: Any, table: str) -> list[str]:
    query = (
        "SELECT attname FROM pg_attribute WHERE attrelid = %s::regclass AND attnum > 0 AND NOT attisdropped "
        "AND attgenerated = '' ORDER BY attnum"
    )
    return [row[0] for row in cursor.execute(query, (_quoted(table),)).fetchall()]


def _count_on(cursor: Any, table: str) -> None:
    """The numbers that a table gives go on behind the highest that is there."""
    for column in _columns(cursor, table):
        sequence = cursor.execute("SELECT pg_get_serial_sequence(%s, %s)", (_quoted(table), column)).fetchone()[0]
        if sequence:
            last = f"(SELECT max({_quoted(column)}) FROM {_quoted(table)})"  # noqa: S608 - names of ours
            cursor.execute(f"SELECT setval(%s, coalesce({last}, 1), {last} IS NOT NULL)", (sequence,))


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _sqlite_file() -> Path:
    return Path(make_url(runtime_settings().database).database or "")
