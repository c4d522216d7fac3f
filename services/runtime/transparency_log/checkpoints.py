"""Checkpoints: the tree over the leaves so far, signed. They are made afterwards, from the leaves in their order."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, func, insert, select, update
from sqlmodel import Session

from services.contracts.log_events import CHECKPOINT, CheckpointFacts
from services.contracts.messages import Announce, MakeCheckpoint
from services.runtime.database import alone_with
from services.runtime.events.append import NewEvent, append, id_of_event
from services.runtime.ledger.jobs import enqueue
from services.runtime.ledger.ledger_table import ledger
from services.runtime.transparency_log import tree
from services.runtime.transparency_log.notes import Checkpoint, signed
from services.runtime.transparency_log.proof import as_base64
from services.runtime.transparency_log.signing_keys import signing_now
from services.runtime.transparency_log.tables import checkpoints, leaves
from services.runtime.transparency_log.tiles import grow, stored

AT_ONCE = 20_000
"""Leaves that one checkpoint adds at most: what follows gets the next one at once."""
LOG = "log"
"""What events about checkpoints are about: they are announced and delivered in their order."""
AT_LEAST = timedelta(days=1)
"""How often there is a checkpoint, even without news: so that silence is no news either."""


@dataclass(frozen=True)
class Made:
    """A checkpoint that was made just now; `more` leaves wait for another."""

    size: int
    note: str
    more: bool


def sign_checkpoint(session: Session, now: datetime) -> Made | None:
    """Signs how the log stands; None while there is nothing new and the last checkpoint is not a day old."""
    alone_with(session, "transparency log", 0)
    last = latest(session)
    size = last.size if last else 0
    bodies = _bodies(session, size)
    if not bodies and (last is None or now - last.made_at < AT_LEAST):
        return None
    keys = signing_now(session, now)
    grow(session, size, [tree.leaf_hash(body.encode()) for body in bodies])
    size += len(bodies)
    checkpoint = Checkpoint(keys[0][0].name, size, tree.root(stored(session), 0, size))
    note = signed(checkpoint, keys)
    session.execute(insert(checkpoints).values(size=size, note=note, made_at=now))
    _append_event(session, checkpoint, note, last.size if last else 0, now)
    return Made(size, note, more=len(bodies) == AT_ONCE)


def _append_event(session: Session, checkpoint: Checkpoint, note: str, before: int, now: datetime) -> None:
    """Tells those who ask for it of the checkpoint, and what proves that the log only grew since the one before."""
    proof = as_base64(tree.consistency(stored(session), before, checkpoint.size))
    facts = CheckpointFacts(
        origin=checkpoint.origin,
        size=checkpoint.size,
        previous_size=before,
        made_at=now,
        checkpoint=note,
        consistency=tuple(proof),
    )
    name = id_of_event(f"{CHECKPOINT}:{now.isoformat()}:{note}")
    sequence = append(session, NewEvent(name, CHECKPOINT, LOG, now, data=facts.model_dump(mode="json")))
    enqueue(session, Announce(event=name, article=LOG, sequence=sequence))


def latest(session: Session) -> Row[Any] | None:
    """The newest checkpoint; None before the first."""
    return session.execute(select(checkpoints).order_by(checkpoints.c.id.desc()).limit(1)).first()


def next_at(session: Session) -> datetime | None:
    """When the next checkpoint comes by itself, if there is something new by then; None while nobody makes any."""
    waiting = (ledger.c.kind == MakeCheckpoint.__name__, ledger.c.dead_lettered_at.is_(None))
    due: datetime | None = session.execute(select(func.min(ledger.c.due_at)).where(*waiting)).scalar()
    return due


def of_size(session: Session, size: int) -> Row[Any] | None:
    """The newest checkpoint of a log of this size, one with a stamp first."""
    newest = (checkpoints.c.stamp.is_(None), checkpoints.c.id.desc())
    return session.execute(select(checkpoints).where(checkpoints.c.size == size).order_by(*newest).limit(1)).first()


def without_stamp(session: Session) -> Row[Any] | None:
    """The newest checkpoint, if no authority has stamped it yet."""
    last = latest(session)
    return last if last is not None and last.stamp is None else None


def keep_stamp(session: Session, checkpoint: int, stamp: bytes) -> None:
    """Keeps what the authority has said about the checkpoint with this id."""
    session.execute(update(checkpoints).where(checkpoints.c.id == checkpoint).values(stamp=stamp))


def _bodies(session: Session, size: int) -> list[str]:
    following = select(leaves.c.body).where(leaves.c.number >= size).order_by(leaves.c.number).limit(AT_ONCE)
    return list(session.execute(following).scalars())
