"""One database for all services, SQLite or PostgreSQL, and the two ways to use it: `transaction` and `reading`."""

import fcntl
import os
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any, Literal

from sqlalchemy import (
    BigInteger,
    Connection,
    DateTime,
    Dialect,
    Engine,
    Integer,
    MetaData,
    event,
    func,
    make_url,
    select,
)
from sqlalchemy import Table as Relation
from sqlalchemy.engine.interfaces import DBAPIConnection, DBAPICursor
from sqlalchemy.exc import OperationalError, SQLAlchemyError
from sqlalchemy.pool import NullPool
from sqlalchemy.types import TypeDecorator
from sqlmodel import Session, SQLModel, create_engine

from services.contracts.errors import DatelineError
from services.runtime import clock
from services.runtime.settings import runtime_settings
from services.runtime.state_folder import make_private

BUSY_TIMEOUT = 15_000
"""Milliseconds that a SQLite writer waits for its turn; with four writers the longest wait seen was 3 s."""
STATEMENT_TIMEOUT = 60_000
"""Milliseconds that one statement may take on PostgreSQL; one that takes longer has lost its plan or its server."""
IDLE_TIMEOUT = 60_000
"""Milliseconds for which one that writes may hold its locks and do nothing: a process that was frozen, as a rule."""
POOL, MORE = 4, 8
"""Connections to PostgreSQL that each process keeps, and how many more it may open at its busiest."""
MIGRATING = 0x6461_7465_6C69_6E65
"""The number of the advisory lock under which the schema is changed: "dateline" in ASCII."""

_GAVE_WAY = {"40001", "40P01", "55P03"}
"""What PostgreSQL says: serialization failure, deadlock, a lock that was not to be had."""

Use = Literal["reading", "passing", "lasting"]


class NoInstallation(DatelineError, SQLAlchemyError):  # noqa: N818 - named for what happened
    """The database has not been made. Looking for one must not make one; to a service it is a database that is away."""


class DamagedRow(DatelineError):  # noqa: N818 - named for what happened
    """A column holds what Dateline never wrote there."""


class Table(SQLModel):
    """The base of every table."""


@event.listens_for(Relation, "after_parent_attach")
def _widen(table: Relation, metadata: MetaData) -> None:
    """Every whole number of ours has 64 bits: a key that is counted up at each try is used up before long."""
    if metadata is SQLModel.metadata:
        for column in table.columns:
            if type(column.type) is Integer:
                column.type = _WIDE
            elif isinstance(column.type, UtcDateTime):
                column.type.of = f"{table.name}.{column.name}"


_WIDE = BigInteger().with_variant(Integer(), "sqlite")  # where a key must be called INTEGER, and has 64 bits


class UtcDateTime(TypeDecorator[datetime]):
    """An instant in UTC: aware on the way in and on the way out, on both databases (SQLite returns naive ones)."""

    impl = DateTime(timezone=True)
    cache_ok = True
    of = "A column"
    """Of which column it is, for people."""

    def result_processor(self, dialect: Dialect, coltype: object) -> Callable[[Any], Any] | None:
        """As usual; SQLite keeps any text as a time, and the one who reads it is told where."""
        process = super().result_processor(dialect, coltype)
        if process is None or dialect.name != "sqlite":
            return process

        def read(value: Any) -> Any:
            try:
                return process(value)
            except (ValueError, TypeError):
                raise DamagedRow(
                    f"{self.of} holds {str(value)[:80]!r} where a time belongs. Correct that row, or restore a backup."
                ) from None

        return read

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"{value!r} has no time zone; instants are kept in UTC.")
        value = value.astimezone(UTC)
        return value if dialect.name == "postgresql" else value.replace(tzinfo=None)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        del dialect
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def utcnow() -> datetime:
    """The present instant. Edges and the runtime ask for it; steps are told."""
    return clock.present()


@contextmanager
def transaction(*, lasting: bool = True) -> Iterator[Session]:
    """One write transaction: everything in the block is committed together at its end, or nothing is.

    No killed process can lose what was committed. A power cut neither, if it is `lasting`; otherwise nobody waits for
    the disk, and the last moments may be lost, all from some commit on: for what nobody has seen and will be redone.
    """
    with Session(_bound(engine(), "lasting" if lasting else "passing"), expire_on_commit=False) as session:
        with session.begin():
            yield session
        for follow_up in session.info.pop("after_commit", ()):
            follow_up()


@contextmanager
def reading() -> Iterator[Session]:
    """A session that only reads: it never waits for a writer and cannot write."""
    with Session(_bound(engine(), "reading"), expire_on_commit=False) as session:
        yield session


@contextmanager
def snapshot() -> Iterator[Session]:
    """As `reading`, and all that is asked is as of one moment, for those who compare one answer with another."""
    with reading() as session:
        if not is_sqlite(session):
            session.connection().exec_driver_sql("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        yield session


@contextmanager
def unpooled() -> Iterator[Session]:
    """A short write on a connection that is closed with it, for a process that forks; it waits for nobody for long."""
    with Session(_unpooled(runtime_settings().database)) as session, session.begin():
        yield session


@contextmanager
def closing() -> Iterator[Connection]:
    """A connection of this process's engine that is closed afterwards, instead of going back into the pool."""
    with engine().connect() as connection:
        yield connection
        connection.rollback()
        connection.detach()


@cache
def _unpooled(url: str) -> Engine:
    if not url.startswith("sqlite"):
        hurry = {"connect_timeout": 2, "options": "-c statement_timeout=2000 -c synchronous_commit=off"}
        return create_engine(url, poolclass=NullPool, hide_parameters=True, connect_args=hurry)
    made = create_engine(url, poolclass=NullPool, hide_parameters=True, connect_args={"timeout": 1.0})
    event.listen(made, "connect", lambda connection, _: connection.execute("PRAGMA synchronous=NORMAL"))
    return made


def is_lasting(session: Session) -> bool:
    """Whether what this `transaction()` commits waits for the disk."""
    return _use(session.connection()) == "lasting"


def after_commit(session: Session, follow_up: Callable[[], None]) -> None:
    """Calls `follow_up` when this `transaction()` has been committed; not at all if it is rolled back."""
    session.info.setdefault("after_commit", []).append(follow_up)


def engine() -> Engine:
    """The engine of this process; a forked child gets one of its own."""
    return _engine(runtime_settings().database, os.getpid())


def make_file() -> None:
    """Makes the file of SQLite if there is none, for its owner alone; its log and index take the same rights."""
    if file := _file(runtime_settings().database):
        make_private(file.parent)
        file.touch(mode=0o600)


@contextmanager
def alone(told: Callable[[], object]) -> Iterator[None]:
    """Holds the right to change the schema, of which a database has one. Whoever comes second is `told` and waits."""
    if file := _file(runtime_settings().database):
        with file.with_name("migrate.lock").open("w") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                told()
                fcntl.flock(lock, fcntl.LOCK_EX)
            yield
        return
    with _unpooled(runtime_settings().database).connect() as plain:
        connection = plain.execution_options(isolation_level="AUTOCOMMIT")
        connection.exec_driver_sql("SET statement_timeout TO 0")
        if not connection.exec_driver_sql(f"SELECT pg_try_advisory_lock({MIGRATING})").scalar():
            told()
            connection.exec_driver_sql(f"SELECT pg_advisory_lock({MIGRATING})")
        yield


def alone_with(session: Session, what: str, number: int) -> None:
    """Until the end of the transaction nobody else comes past here with the same number; on SQLite nobody writes."""
    if not is_sqlite(session):
        session.execute(select(func.pg_advisory_xact_lock(func.hashtext(what), number % 2**31)))


def drop_old_pages() -> None:
    """Empties SQLite's log of pages, which holds what was overwritten until then; what is read just now stays in it."""
    if _file(runtime_settings().database):
        with suppress(OperationalError), _unpooled(runtime_settings().database).connect() as plain:
            connection = plain.execution_options(isolation_level="AUTOCOMMIT")
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")


def gave_way(error: Exception) -> bool:
    """Whether a transaction was ended in favour of others: a deadlock, or a lock that did not come free in time.

    That is nobody's fault, and the same comes through a moment later.
    """
    if not isinstance(error, OperationalError):
        return False
    locked = isinstance(error.orig, sqlite3.OperationalError) and "locked" in str(error.orig)
    return locked or getattr(error.orig, "sqlstate", None) in _GAVE_WAY


def is_ours(session: Session) -> bool:
    """Whether this session talks to the database of the settings, and not to one that somebody looks into."""
    return session.get_bind().engine.url == make_url(runtime_settings().database)


def is_sqlite(session: Session) -> bool:
    """Whether this session talks to SQLite."""
    return session.get_bind().dialect.name == "sqlite"


def _file(url: str) -> Path | None:
    database = make_url(url).database if url.startswith("sqlite") else None
    return Path(database) if database and database != ":memory:" else None


@cache
def _engine(url: str, _pid: int) -> Engine:
    # An error must not carry what was to be written: an address may hold a token, and errors go into logs.
    if url.startswith("sqlite"):
        if (file := _file(url)) and not file.exists():
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
    use = _use(connection)
    if connection.info.get("use") != use:
        connection.exec_driver_sql(f"PRAGMA query_only={int(use == 'reading')}")
        connection.exec_driver_sql(f"PRAGMA synchronous={'NORMAL' if use == 'passing' else 'FULL'}")
        connection.info["use"] = use
    connection.exec_driver_sql("BEGIN" if use == "reading" else "BEGIN IMMEDIATE")


def _begin_postgresql(connection: Connection) -> None:
    match _use(connection):
        case "reading":
            # It holds nothing that others wait for, and may read files meanwhile.
            text = "SET LOCAL idle_in_transaction_session_timeout TO 0; SET TRANSACTION READ ONLY"
            connection.exec_driver_sql(text)
        case "passing":
            connection.exec_driver_sql("SET LOCAL synchronous_commit TO off")


@cache
def _bound(made: Engine, use: Use) -> Engine:
    return made.execution_options(use=use)


def _use(connection: Connection) -> Use:
    options: dict[str, Any] = dict(connection.get_execution_options())
    use: Use = options.get("use", "lasting")
    return use
