"""Checks of the log over HTTP, for people at a desk. Whoever trusts nobody runs `dateline verify` where they are."""

from typing import Annotated

from fastapi import APIRouter, Query
from sqlalchemy import select

from services.runtime.database import reading
from services.runtime.http.problems import LIMIT, Problem, requires, requires_unless
from services.runtime.transparency_log import checkpoints, tree
from services.runtime.transparency_log.notes import BadNote, Checkpoint, SignedNote, Verifier
from services.runtime.transparency_log.proof import TrustedFacts, check_proof, extends_either_way, subject_of_proof
from services.runtime.transparency_log.settings import log_settings
from services.runtime.transparency_log.signing_keys import verifiers
from services.runtime.transparency_log.tables import checkpoints as notes
from services.runtime.transparency_log.tiles import stored
from services.store.transparency.views import (
    CheckedFact,
    CheckpointPage,
    CheckpointView,
    Growth,
    KeptCheckpoint,
    ProofToCheck,
    Verification,
)

router = APIRouter(prefix="/log", tags=["log"])
Before = Annotated[int | None, Query(ge=1, le=2**53, description="Those before this one: the `next` of a page.")]


@router.get("/checkpoints", dependencies=[requires_unless("read", lambda: log_settings().public)])
def list_checkpoints(before: Before = None, limit: Annotated[int, Query(ge=1, le=LIMIT)] = 50) -> CheckpointPage:
    """Every checkpoint that was signed, the newest first."""
    query = select(notes.c.id, notes.c.size, notes.c.made_at, notes.c.stamp.is_not(None).label("stamped"))
    if before:
        query = query.where(notes.c.id < before)
    with reading() as session:
        rows = session.execute(query.order_by(notes.c.id.desc()).limit(limit + 1)).all()
    shown = [CheckpointView(size=row.size, made_at=row.made_at, stamped=row.stamped) for row in rows[:limit]]
    return CheckpointPage(checkpoints=shown, next=rows[limit - 1].id if len(rows) > limit else None)


@router.post("/growth", dependencies=[requires("read")])
def check_growth(kept: KeptCheckpoint) -> Growth:
    """Whether the log still begins with what a checkpoint is of that somebody has kept."""
    try:
        old = SignedNote.read(kept.checkpoint).checkpoint()
    except BadNote as fault:
        raise Problem(422, "No checkpoint", str(fault)) from None
    with reading() as session:
        last = checkpoints.latest(session)
        if last is None:
            raise Problem(404, "No checkpoint yet", "The first one comes within the hour.")
        new = SignedNote.read(last.note).checkpoint()
        path = tree.consistency(stored(session), old.size, new.size) if 0 < old.size <= new.size else []
    return Growth(first=old.size, second=new.size, holds=_extends(old, new, path))


@router.post("/verification", dependencies=[requires("read")])
def check_given_proof(given: ProofToCheck) -> Verification:
    """What holds of a proof, by the keys of this log."""
    with reading() as session:
        keys = [Verifier.read(line) for line in verifiers(session)]
    try:
        findings = check_proof(given.proof, TrustedFacts(keys, given.earlier, given.held_since))
        subject = subject_of_proof(given.proof)
    except BadNote as fault:
        raise Problem(422, "No proof", str(fault)) from None
    listed = [CheckedFact(name=finding.name, holds=finding.holds, sentence=finding.sentence) for finding in findings]
    holds = all(finding.holds is not False for finding in findings)
    return Verification(subject=subject, holds=holds, findings=listed)


def _extends(old: Checkpoint, new: Checkpoint, path: list[bytes]) -> bool:
    return old.origin == new.origin and old.size <= new.size and extends_either_way(old, new, path)
