"""The gates of the house: trouble of our own stops the work that needs what is broken, and costs nothing an attempt.

The archive cannot be written, the database is away, the secrets cannot be read: one probe decides. While a gate is
shut, kinds of messages that need it are not claimed, so that a newsroom is not asked for what cannot be kept. If the
probe succeeds and one message still fails, that is its own attempt. A shut gate is on record for all who look at the
installation, and is probed again every few seconds.
"""

import errno
import os
import tempfile
import threading
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import structlog
from sqlalchemy import Table as Relation
from sqlalchemy import delete, select
from sqlalchemy.exc import OperationalError, SQLAlchemyError
from sqlmodel import Field, Session, SQLModel

from services.contracts.errors import HouseTrouble
from services.contracts.wiring import Gate
from services.runtime import liveness
from services.runtime.archive import capture_store, marker
from services.runtime.archive.bucket import bucket
from services.runtime.archive.segments import FOLDER
from services.runtime.database import Table, UtcDateTime, is_ours, unpooled, utcnow
from services.runtime.ledger import instances
from services.runtime.settings import runtime_settings

AGAIN = 5.0
"""Seconds until a shut gate is probed again."""
GOOD_FOR = 10.0
"""Seconds that a good probe of the archive counts; then it is asked again before the next request."""
PROBE = bytes(65_536)
"""What is written to see whether there is room: about as much as a page."""

log = structlog.get_logger()


class ShutGate(Table, table=True):
    """A gate that an instance found shut: since when and why, in one sentence."""

    __tablename__ = "shut_gates"

    name: str = Field(primary_key=True)
    instance: str = Field(primary_key=True)
    since: datetime = Field(sa_type=UtcDateTime)
    reason: str


shut_gates: Relation = SQLModel.metadata.tables["shut_gates"]


@dataclass
class _State:
    """What this process knows of a gate: why it is shut, and since when; `probed_at` of the monotonic clock."""

    reason: str | None = None
    since: datetime | None = None
    probed_at: float = -GOOD_FOR
    probing: threading.Lock = field(default_factory=threading.Lock)


def closed(needs: Iterable[Gate]) -> str | None:
    """Why work that needs these gates must wait; None when all of them are open."""
    return next((reason for name in needs if (reason := _known(name))), None)


def blame(error: Exception, needs: Iterable[Gate]) -> str | None:
    """Why the house is to blame for an error, as probes of now say; None when the work is."""
    if not isinstance(error, OSError | SQLAlchemyError | HouseTrouble | capture_store.CaptureMissing):
        return None
    return next((reason for name in (*needs, "database") if (reason := probe(name))), None)


def probe(name: Gate) -> str | None:
    """Tries the gate now; the sentence that says why it is shut, or None. It is on record when that changes."""
    state = _states[name]
    with state.probing:
        before, state.reason, state.probed_at = state.reason, _tried(name), time.monotonic()
        if state.reason != before:
            state.since = utcnow()
            _record(name, state.reason)
        return state.reason


def probes(name: Gate, attempt: Callable[[], object]) -> None:
    """Makes this the probe of a gate: it raises when the gate is shut."""
    _probes[name] = attempt


def begin() -> None:
    """Nothing is known yet: as in a process that has just begun."""
    _states.update({name: _State() for name in _WHAT})


def shut(session: Session) -> list[ShutGate]:
    """The gates that are shut, the longest first, each once.

    A database that cannot be written holds no record of that: it is asked here and now.
    """
    rows = session.execute(select(shut_gates).order_by(shut_gates.c.since))
    shut = list({row.name: ShutGate(**row._mapping) for row in reversed(rows.all())}.values())[::-1]  # noqa: SLF001
    if not is_ours(session) or any(gate.name == "database" for gate in shut):
        return shut
    here, since = closed(["database"]), _states["database"].since
    if here is None:
        return shut
    return [*shut, ShutGate(name="database", instance=instances.this(), since=since or utcnow(), reason=here)]


def forget(session: Session, ids: Iterable[str]) -> None:
    """What instances that are gone have found shut counts no longer."""
    session.execute(delete(shut_gates).where(shut_gates.c.instance.in_(list(ids))))


def _known(name: Gate) -> str | None:
    state = _states[name]
    age = time.monotonic() - state.probed_at
    # Who comes while another probes goes by what was known before.
    old = age >= (AGAIN if state.reason else GOOD_FOR) and not state.probing.locked()
    return probe(name) if old else state.reason


def _tried(name: Gate) -> str | None:
    try:
        _probes[name]()
    except (OSError, SQLAlchemyError, HouseTrouble) as error:
        return f"{_WHAT[name]}: {_why(error)}."
    return None


def _why(error: Exception) -> str:
    """Without paths and addresses: it is shown where nobody has signed in."""
    if isinstance(error, OSError):
        return error.strerror or type(error).__name__
    if isinstance(error, SQLAlchemyError):
        return " ".join(str(getattr(error, "orig", error)).split("\n")[0].split())[:200].rstrip(".")
    return str(error).rstrip(".")


def _record(name: Gate, reason: str | None) -> None:
    log.warning("gate_shut", gate=name, reason=reason) if reason else log.info("gate_open", gate=name)
    instance = instances.this()
    with suppress(SQLAlchemyError), liveness.no_fork(), unpooled() as session:
        session.execute(delete(shut_gates).where(shut_gates.c.name == name, shut_gates.c.instance == instance))
        if reason:
            session.execute(shut_gates.insert().values(name=name, instance=instance, since=utcnow(), reason=reason))


def _write_to_archive() -> None:
    if store := bucket():
        store.write(probe_key := f".probe-{instances.this()}", PROBE)
        store.remove([probe_key])
    else:
        _write_to_folder()
    marker.claim()


def _write_to_folder() -> None:
    folder = runtime_settings().captures
    folder.mkdir(parents=True, exist_ok=True)
    # A folder of captures may be somebody else's: what was copied or imported by another user, as a rule.
    places = (*folder.glob("??"), *folder.glob(FOLDER))
    if closed_to_us := next((entry for entry in places if not os.access(entry / ".", os.W_OK | os.X_OK)), None):
        raise PermissionError(errno.EACCES, f"its folder {closed_to_us.name} is closed to us")
    with tempfile.NamedTemporaryFile(dir=folder, prefix=".probe") as file:
        Path(file.name).write_bytes(PROBE)
        file.flush()
        os.fsync(file.fileno())


def _look_into_archive() -> None:
    marker.prove()
    try:
        capture_store.look()
    except capture_store.NoArchive:
        raise HouseTrouble("no capture is where the parser looks for them") from None


def _write_to_database() -> None:
    instance = f"probe of {instances.this()}"
    try:
        with liveness.no_fork(), unpooled() as session:
            new = shut_gates.insert().values(name="probe", instance=instance, since=utcnow(), reason="")
            session.execute(new)
            session.execute(delete(shut_gates).where(shut_gates.c.instance == instance))
    except OperationalError as trouble:
        if "locked" not in str(trouble.orig):  # somebody else writes: it is there
            raise


_WHAT: dict[Gate, str] = {
    "archive": "The archive cannot be written",
    "captures": "The archive cannot be read",
    "database": "The database cannot be written",
    "secret": "The endpoints' secrets cannot be read",
}
_probes: dict[Gate, Callable[[], object]] = {
    "archive": _write_to_archive,
    "captures": _look_into_archive,
    "database": _write_to_database,
    "secret": lambda: None,
}
_states: dict[Gate, _State] = {name: _State() for name in _WHAT}
