"""One database for all services, SQLite or PostgreSQL, and the two ways to use it: `transaction` and `reading`."""

import fcntl
import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from typing import Any

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
from sqlalchemy.exc import OperationalError
from sqlalchemy.types import TypeDecorator
from sqlmodel import Session, SQLModel

from services.contracts.errors import DatelineError
from services.runtime import clock
from services.runtime.engines import bound, engine_of, sqlite_file, unpooled_engine, use_of
from services.runtime.settings import runtime_settings
from services.runtime.state_folder import make_private

MIGRATING = 0x6461_7465_6C69_6E65
"""The number of the advisory lock under which the schema is changed: "dateline" in ASCII."""
_GAVE_WAY = {"40001", "40P01", "55P03"}
"""What PostgreSQL says: serialization failure, deadlock, a lock that was not to be had."""


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
    with Session(bound(engine(), "lasting" if lasting else "passing"), expire_on_commit=False) as session:
        with session.begin():
            yield session
        for follow_up in session.info.pop("after_commit", ()):
            follow_up()


@contextmanager
def reading() -> Iterator[Session]:
    """A session that only reads: it never waits for a writer and cannot write."""
    with Session(bound(engine(), "reading"), expire_on_commit=False) as session:
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
    with Session(unpooled_engine(runtime_settings().database)) as session, session.begin():
        yield session


@contextmanager
def closing() -> Iterator[Connection]:
    """A connection of this process's engine that is closed afterwards, instead of going back into the pool."""
    with engine().connect() as connection:
        yield connection
        connection.rollback()
        connection.detach()


def is_lasting(session: Session) -> bool:
    """Whether what this `transaction()` commits waits for the disk."""
    return use_of(session.connection()) == "lasting"


def after_commit(session: Session, follow_up: Callable[[], None]) -> None:
    """Calls `follow_up` when this `transaction()` has been committed; not at all if it is rolled back."""
    session.info.setdefault("after_commit", []).append(follow_up)


def engine() -> Engine:
    """The engine of this process; a forked child gets one of its own."""
    return engine_of(runtime_settings().database, os.getpid())


def make_file() -> None:
    """Makes the file of SQLite if there is none, for its owner alone; its log and index take the same rights."""
    if file := sqlite_file(runtime_settings().database):
        make_private(file.parent)
        file.touch(mode=0o600)


@contextmanager
def alone(on_wait: Callable[[], object]) -> Iterator[None]:
    """Holds the right to change the schema, of which a database has one. A second one calls `on_wait` and waits."""
    if file := sqlite_file(runtime_settings().database):
        with file.with_name("migrate.lock").open("w") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                on_wait()
                fcntl.flock(lock, fcntl.LOCK_EX)
            yield
        return
    with unpooled_engine(runtime_settings().database).connect() as plain:
        connection = plain.execution_options(isolation_level="AUTOCOMMIT")
        connection.exec_driver_sql("SET statement_timeout TO 0")
        if not connection.exec_driver_sql(f"SELECT pg_try_advisory_lock({MIGRATING})").scalar():
            on_wait()
            connection.exec_driver_sql(f"SELECT pg_advisory_lock({MIGRATING})")
        yield


@contextmanager
def advisory_lock(name: str) -> Iterator[bool]:
    """Whether nobody else holds this lock of PostgreSQL meanwhile; it ends with the connection, which is its own."""
    with unpooled_engine(runtime_settings().database).connect() as plain:
        connection = plain.execution_options(isolation_level="AUTOCOMMIT")
        yield bool(connection.execute(select(func.pg_try_advisory_lock(func.hashtext(name)))).scalar())


def alone_with(session: Session, what: str, number: int) -> None:
    """Until the end of the transaction nobody else comes past here with the same number; on SQLite nobody writes."""
    if not is_sqlite(session):
        session.execute(select(func.pg_advisory_xact_lock(func.hashtext(what), number % 2**31)))


def drop_old_pages() -> None:
    """Empties SQLite's log of pages, which holds what was overwritten until then; what is read just now stays in it."""
    if sqlite_file(runtime_settings().database):
        with suppress(OperationalError), unpooled_engine(runtime_settings().database).connect() as plain:
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
