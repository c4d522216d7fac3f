"""Connections to SQLite and PostgreSQL: how they are opened, limited, and begun for reading or writing."""

import sqlite3
import time
from functools import cache
from pathlib import Path
from typing import Any, Literal

from sqlalchemy import (
    Connection,
    Engine,
    event,
    make_url,
)
from sqlalchemy.engine.interfaces import DBAPIConnection, DBAPICursor
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.pool import NullPool
from sqlmodel import create_engine

from services.contracts.errors import DatelineError

BUSY_TIMEOUT = 15_000
"""Milliseconds that a SQLite writer waits for its turn; with four writers the longest wait seen was 3 s."""
STATEMENT_TIMEOUT = 60_000
"""Milliseconds that one statement may take on PostgreSQL; one that takes longer has lost its plan or its server."""
IDLE_TIMEOUT = 60_000
"""Milliseconds for which one that writes may hold its locks and do nothing: a process that was frozen, as a rule."""
POOL, MORE = 4, 8
"""Connections to PostgreSQL that each process keeps, and how many more it may open at its busiest."""
Use = Literal["reading", "passing", "lasting"]


class NoInstallation(DatelineError, SQLAlchemyError):  # noqa: N818 - named for what happened
    """The database has not been made. Looking for one must not make one; to a service it is a database that is away."""


@cache
def unpooled_engine(url: str) -> Engine:
    """One that keeps no connection; its statements on PostgreSQL, and its waits on SQLite, are short."""
    if not url.startswith("sqlite"):
        hurry = {"connect_timeout": 2, "options": "-c statement_timeout=2000 -c synchronous_commit=off"}
        return create_engine(url, poolclass=NullPool, hide_parameters=True, connect_args=hurry)
    made = create_engine(url, poolclass=NullPool, hide_parameters=True, connect_args={"timeout": 1.0})
    event.listen(made, "connect", lambda connection, _: connection.execute("PRAGMA synchronous=NORMAL"))
    return made


def sqlite_file(url: str) -> Path | None:
    """The file of a SQLite database; None for one in memory, and for PostgreSQL."""
    database = make_url(url).database if url.startswith("sqlite") else None
    return Path(database) if database and database != ":memory:" else None


@cache
def engine_of(url: str, _pid: int) -> Engine:
    """The pooled engine of one process. Raises `NoInstallation` where SQLite has no file yet."""
    # An error must not carry what was to be written: an address may hold a token, and errors go into logs.
    if url.startswith("sqlite"):
        if (file := sqlite_file(url)) and not file.exists():
            raise NoInstallation(
                f"There is no Dateline here: {file} does not exist. Go to the folder of one, or set DATELINE_STATE to "
                "its state; `dateline up` begins a new one."
            )
        made = create_engine(url, connect_args={"timeout": BUSY_TIMEOUT / 1000}, hide_parameters=True)
        event.listen(made, "connect", _prepare_sqlite)
        event.listen(made, "begin", _begin_sqlite)
        return made
    made = create_engine(
        url,
        pool_pre_ping=True,
        pool_size=POOL,
        max_overflow=MORE,
        pool_recycle=1800,
        hide_parameters=True,
        connect_args={"options": _limits()},
    )
    event.listen(made, "begin", _begin_postgresql)
    return made


def _limits() -> str:
    limits = {
        "lock_timeout": BUSY_TIMEOUT,
        "statement_timeout": STATEMENT_TIMEOUT,
        "idle_in_transaction_session_timeout": IDLE_TIMEOUT,
    }
    return " ".join(f"-c {name}={milliseconds}" for name, milliseconds in limits.items())


def _prepare_sqlite(connection: DBAPIConnection, _record: object) -> None:
    # The driver must not begin transactions on its own: we say BEGIN ourselves.
    connection.isolation_level = None
    cursor = connection.cursor()
    cursor.execute(f"PRAGMA busy_timeout={BUSY_TIMEOUT}")
    _keep_a_log(cursor)
    for pragma in ("synchronous=FULL", "foreign_keys=ON", "temp_store=MEMORY"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _keep_a_log(cursor: DBAPICursor) -> None:
    # Here SQLite waits for nobody, whatever the timeout: of several that open a new file at once, one was refused.
    deadline = time.monotonic() + BUSY_TIMEOUT / 1000
    while True:
        try:
            cursor.execute("PRAGMA journal_mode=WAL")
        except sqlite3.OperationalError as refused:
            if "locked" not in str(refused) or time.monotonic() >= deadline:
                raise
            time.sleep(0.01)
        else:
            return


def _begin_sqlite(connection: Connection) -> None:
    # A deferred transaction that turns from reading to writing fails at once when another one writes, whatever the
    # timeout; an immediate one waits for its turn.
    use = use_of(connection)
    if connection.info.get("use") != use:
        connection.exec_driver_sql(f"PRAGMA query_only={int(use == 'reading')}")
        connection.exec_driver_sql(f"PRAGMA synchronous={'NORMAL' if use == 'passing' else 'FULL'}")
        connection.info["use"] = use
    connection.exec_driver_sql("BEGIN" if use == "reading" else "BEGIN IMMEDIATE")


def _begin_postgresql(connection: Connection) -> None:
    match use_of(connection):
        case "reading":
            # It holds nothing that others wait for, and may read files meanwhile.
            text = "SET LOCAL idle_in_transaction_session_timeout TO 0; SET TRANSACTION READ ONLY"
            connection.exec_driver_sql(text)
        case "passing":
            connection.exec_driver_sql("SET LOCAL synchronous_commit TO off")


@cache
def bound(made: Engine, use: Use) -> Engine:
    """The same engine, whose transactions begin for this use."""
    return made.execution_options(use=use)


def use_of(connection: Connection) -> Use:
    """What a connection's transactions are for."""
    options: dict[str, Any] = dict(connection.get_execution_options())
    use: Use = options.get("use", "lasting")
    return use
