"""Who holds leases: each worker's main process is an instance, with a random id and one row that counts its heartbeats.

A sweeper that sees a count stand still ends the leases of that instance. So a killed worker costs seconds, also where
process numbers mean nothing to each other: in containers, in pods, on another machine. Counts are compared with the
sweeper's own monotonic clock, so that no two clocks have to agree.
"""

import os
import secrets
import socket
import threading
import uuid
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import datetime
from pathlib import Path

import structlog
from sqlalchemy import Table as Relation
from sqlalchemy import bindparam, delete, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import Field, Session, SQLModel

from services.runtime import liveness
from services.runtime.database import Table, UtcDateTime, is_sqlite, reading, transaction, unpooled, utcnow

EVERY = 3.0
"""Seconds between two heartbeats."""
SILENT = 10.0
"""Seconds without a heartbeat after which an instance is taken for dead. If it lives, its token is refused, no more."""

log = structlog.get_logger()


class Instance(Table, table=True):
    """A worker's main process that lives, or died a moment ago."""

    __tablename__ = "instances"

    id: str = Field(primary_key=True)
    name: str
    """What it works for, and where: for people."""
    started_at: datetime = Field(sa_type=UtcDateTime)
    beats: int = 0


instances: Relation = SQLModel.metadata.tables["instances"]


def _place() -> str:
    """Where process numbers mean what they mean here: this boot of this machine, and this namespace of processes."""
    try:
        boot = Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
        return f"{boot}:{Path('/proc/self/ns/pid').stat().st_ino}"
    except OSError:
        return f"{socket.gethostname()}:{uuid.getnode():x}"


PLACE = _place()
_id = secrets.token_hex(8)


def owner() -> str:
    """Under which name this process holds leases: place, process number and instance."""
    return f"{PLACE}/{os.getpid()}/{_id}"


def this() -> str:
    """The id of this instance."""
    return _id


def begin(name: str, stop: threading.Event, of_children: Callable[[Session, datetime], object] | None = None) -> None:
    """From now on this process, and the children it forks, are an instance of their own, which beats until `stop`.

    `of_children` only where it forks: called in the transaction of every heartbeat, with the time.
    """
    global _id  # noqa: PLW0603 - one worker in one process
    _id = secrets.token_hex(8)
    _beat_once(name, of_children)
    threading.Thread(target=_beat, args=[name, stop, of_children], name="heartbeat", daemon=True).start()


def end() -> None:
    """Says that this instance is over: nobody has to wait for its silence."""
    with suppress(SQLAlchemyError), liveness.no_fork(), unpooled() as session:
        session.execute(delete(instances).where(instances.c.id == _id))


def _beat(name: str, stop: threading.Event, of_children: Callable[[Session, datetime], object] | None) -> None:
    while not stop.wait(EVERY):
        _beat_once(name, of_children)


def _beat_once(name: str, of_children: Callable[[Session, datetime], object] | None) -> None:
    try:
        if of_children is None:
            with transaction(lasting=False) as session:
                _count(session, name)
            return
        # A main process that forks must not hold a SQLite database open, whose locks its children would believe their
        # own. To open one for each beat costs three times as much as the beat.
        with liveness.no_fork(), unpooled() as session:
            _count(session, name)
            of_children(session, utcnow())
    except SQLAlchemyError as trouble:
        # The database is away; so it is for the sweeper, which counts only the silence that it can see.
        log.debug("no_heartbeat", error=type(trouble).__name__)


def _count(session: Session, name: str) -> None:
    now = {"this": _id, "called": f"{name}@{socket.gethostname()}", "began": utcnow()}
    session.execute(_BEAT["sqlite" if is_sqlite(session) else "postgresql"], now)


def _one_more(insert: sqlite.Insert | postgresql.Insert) -> sqlite.Insert | postgresql.Insert:
    began = bindparam("began", type_=UtcDateTime)
    new = insert.values(id=bindparam("this"), name=bindparam("called"), started_at=began, beats=0)
    return new.on_conflict_do_update(index_elements=["id"], set_={"beats": instances.c.beats + 1})


_BEAT = {"sqlite": _one_more(sqlite.insert(instances)), "postgresql": _one_more(postgresql.insert(instances))}


class Watcher:
    """Sees which instances fell silent. Asked again and again, with the seconds of a monotonic clock."""

    def __init__(self) -> None:
        self._seen: dict[str, tuple[int, float]] = {}
        self._looked_at: float | None = None

    def silent(self, beats: Mapping[str, int], now: float) -> set[str]:
        """Those of these instances whose count has stood still for `SILENT` seconds, while we looked."""
        if self._looked_at is None or now - self._looked_at > SILENT / 2:
            self._seen = {}  # we were held up ourselves, perhaps by what holds them up
        self._looked_at = now
        before = self._seen
        self._seen = {
            entry: before[entry] if entry in before and before[entry][0] == count else (count, now)
            for entry, count in beats.items()
        }
        return {member for member, (_, since) in self._seen.items() if now - since >= SILENT}


def beats() -> dict[str, int]:
    """The count of every instance."""
    with reading() as session:
        return {row.id: row.beats for row in session.execute(select(instances.c.id, instances.c.beats))}


def forget(ids: set[str]) -> None:
    """Takes the rows of silent instances away; one that lives after all comes back with its next beat."""
    if ids:
        with transaction(lasting=False) as session:
            session.execute(delete(instances).where(instances.c.id.in_(ids)))
