"""The transparency log over HTTP: for readers who trust nobody, and for the operator who signs."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Response
from sqlalchemy import Row, func, select
from sqlmodel import Session
from starlette.responses import PlainTextResponse

from services.contracts.caller import Caller
from services.runtime import audit_log
from services.runtime.database import reading, transaction, utcnow
from services.runtime.http.problems import LIMIT, Problem, Storable, requires, requires_unless
from services.runtime.transparency_log import checkpoints, signing_keys, tree
from services.runtime.transparency_log.notes import SignedNote
from services.runtime.transparency_log.proof import Proof, as_base64
from services.runtime.transparency_log.settings import log_settings
from services.runtime.transparency_log.tables import leaves
from services.runtime.transparency_log.tiles import stored
from services.store.search import find_article
from services.store.transparency.proofs import NotProvable, ProofQuery, is_covered, leaf_of, proof_of
from services.store.transparency.views import Consistency, Inclusion, LeafPage, LogKeyRotation, LogView, ProofState
from services.store.withdrawals.refusal import refuse_withdrawn

MAX_SIZE = 2**53
"""More leaves than any log has, and exact in every language."""

router = APIRouter(prefix="/log", tags=["log"])
shown = requires_unless("read", lambda: log_settings().public)


class TimeStamp(Response):
    """What an authority has answered."""

    media_type = "application/timestamp-reply"


Admin = Annotated[Caller, requires("admin")]
Size = Annotated[int | None, Query(ge=1, le=MAX_SIZE, description="That of the log with so many leaves.")]
First = Annotated[int, Query(ge=1, le=MAX_SIZE, description="Leaves of the earlier checkpoint.")]
Number = Annotated[int, Query(ge=0, le=MAX_SIZE, description="The leaf's number; the first one is 0.")]
ArticleId = Annotated[Storable, Path(max_length=40, examples=["art_mfrggzdfmztwq2lk"])]
Revision = Annotated[int | None, Query(ge=1, le=2**31 - 1, description="This revision, by default the current one.")]
Earlier = Annotated[int | None, Query(ge=1, le=MAX_SIZE, description="Also prove growth from a checkpoint this large.")]


@router.get("", dependencies=[shown])
def show_log() -> LogView:
    """How the log stands, with its newest checkpoint and its public keys."""
    with reading() as session:
        return _log(session)


@router.get("/checkpoint", response_class=PlainTextResponse, dependencies=[shown])
def show_checkpoint(size: Size = None) -> str:
    """The newest checkpoint as a signed note, or that of a size: origin, size, root, signatures."""
    with reading() as session:
        note: str = _checkpoint(session, size).note
    return note


@router.get("/key", response_class=PlainTextResponse, dependencies=[shown])
def show_log_keys() -> str:
    """The public keys that signed checkpoints, one a line as `name+id+key`, the newest first."""
    with reading() as session:
        return "".join(f"{line}\n" for line in signing_keys.verifiers(session))


# Makers of clients know no type of stamps: to them it is bytes.
@router.get(
    "/stamp",
    response_class=Response,
    responses={200: {"content": {"application/octet-stream": {}}}},
    dependencies=[shown],
)
def show_stamp(size: Size = None) -> Response:
    """The answer of the time stamp authority (RFC 3161) about a checkpoint, in DER."""
    with reading() as session:
        stamp = _checkpoint(session, size).stamp
    if stamp is None:
        raise Problem(404, "Not stamped", "This checkpoint has no time stamp, or not yet.")
    return TimeStamp(stamp)


@router.get("/leaves", dependencies=[shown])
def list_leaves(after: Number = 0, limit: Annotated[int, Query(ge=1, le=LIMIT)] = 50) -> LeafPage:
    """Leaves from this number on, each as it is hashed: whoever has all of them can compute every root."""
    following = select(leaves.c.number, leaves.c.body).where(leaves.c.number >= after).order_by(leaves.c.number)
    with reading() as session:
        rows = session.execute(following.limit(limit + 1)).all()
    further = rows[limit].number if len(rows) > limit else None
    return LeafPage(leaves=[row.body for row in rows[:limit]], next=further)


@router.get("/inclusion", dependencies=[shown])
def show_inclusion(number: Number, size: Size = None) -> Inclusion:
    """What proves that a leaf is in the log that a checkpoint is of."""
    with reading() as session:
        size = _checkpoint(session, size).size
        leaf = session.execute(select(leaves.c.body).where(leaves.c.number == number)).scalar()
        if leaf is None or number >= size:
            raise Problem(404, "No such leaf", f"The log of this checkpoint has the leaves 0 to {size - 1}.")
        proof = tree.inclusion(stored(session), number, size)
    return Inclusion(number=number, size=size, leaf=leaf, inclusion=as_base64(proof))


@router.get("/consistency", dependencies=[shown])
def show_consistency(first: First, second: Size = None) -> Consistency:
    """What proves that the log only grew between two checkpoints; `second` is the newest by default."""
    with reading() as session:
        size = _checkpoint(session, second).size
        if first > size:
            raise Problem(422, "The wrong way round", f"The second log has {size} leaves, fewer than the first.")
        proof = tree.consistency(stored(session), first, size)
    return Consistency(first=first, second=size, consistency=as_base64(proof))


@router.get("/proofs/{article}", dependencies=[requires("read")])
def prove_article(article: ArticleId, revision: Revision = None, earlier: Earlier = None) -> Proof:
    """What an article said, with its capture and all that proves it to somebody who trusts nobody."""
    with _provable(article) as session:
        return proof_of(session, ProofQuery(article, revision, earlier))


@router.get("/proofs/{article}/state", dependencies=[requires("read")])
def show_proof_state(article: ArticleId, revision: Revision = None) -> ProofState:
    """Whether what an article says can be proved yet, and else from when on. It costs much less than the proof."""
    with _provable(article) as session:
        leaf = leaf_of(session, ProofQuery(article, revision))
        provable = is_covered(leaf, checkpoints.latest(session))
        next_at = None if provable else checkpoints.next_at(session)
    return ProofState(article=article, number=leaf.number, provable=provable, next_at=next_at)


@router.post("/checkpoint")
def sign_log_now(caller: Admin) -> LogView:
    """Sign how the log stands now, without waiting for the next checkpoint; nothing new, nothing signed."""
    now = utcnow()
    with transaction() as session:
        if made := checkpoints.sign_checkpoint(session, now):
            audit_log.note(session, caller, "log.signed", f"checkpoint {made.size}", now)
        return _log(session)


@router.post("/key")
def rotate_log_key(caller: Admin, order: LogKeyRotation | None = None) -> LogView:
    """A new key signs from now on. The one before signs beside it for a while, so that readers can follow."""
    now, order = utcnow(), order or LogKeyRotation()
    with transaction() as session:
        line = signing_keys.rotate_signing_key(session, now, timedelta(days=order.overlap_days))
        audit_log.note(session, caller, "log.key_rotated", line, now, reason=order.reason)
        return _log(session)


@contextmanager
def _provable(article: str) -> Iterator[Session]:
    """To read the log about an article that is not withdrawn; nothing to prove is a problem of its own."""
    with reading() as session:
        if (row := find_article(session, article)) is not None:
            refuse_withdrawn(row)
        try:
            yield session
        except NotProvable as nothing:
            raise Problem(404, "Nothing to prove", str(nothing)) from None


def _log(session: Session) -> LogView:
    last = checkpoints.latest(session)
    return LogView(
        origin=SignedNote.read(last.note).checkpoint().origin if last else None,
        leaves=int(session.execute(select(func.coalesce(func.max(leaves.c.number) + 1, 0))).scalar_one()),
        size=last.size if last else 0,
        made_at=last.made_at if last else None,
        stamped=bool(last and last.stamp),
        next_at=checkpoints.next_at(session),
        checkpoint=last.note if last else None,
        keys=signing_keys.verifiers(session),
    )


def _checkpoint(session: Session, size: int | None) -> Row[Any]:
    row = checkpoints.latest(session) if size is None else checkpoints.of_size(session, size)
    if row is None:
        advice = f"There was none of {size} leaves." if size else "The first one comes within the hour."
        raise Problem(404, "No such checkpoint", advice)
    return row
