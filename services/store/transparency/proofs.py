"""Proofs of what an article said: a leaf of the log with everything that it takes to check it."""

import json
from base64 import b64encode
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, select
from sqlmodel import Session

from services.contracts.errors import UserError
from services.runtime.archive import capture_store
from services.runtime.transparency_log import checkpoints, tree
from services.runtime.transparency_log.leaf import WORDINGS, canonical_json
from services.runtime.transparency_log.proof import Extension, Proof, as_base64
from services.runtime.transparency_log.signing_keys import verifiers
from services.runtime.transparency_log.tables import leaves
from services.runtime.transparency_log.tiles import stored
from services.store.models import articles, revisions


class NotProvable(UserError):  # noqa: N818 - named for what happened
    """There is nothing to prove, or nothing to prove it by yet."""


@dataclass(frozen=True)
class ProofQuery:
    """What is to be proved: this revision of the article, or the current one; from which earlier checkpoint on."""

    article: str
    revision: int | None = None
    earlier: int | None = None


def proof_of(session: Session, query: ProofQuery) -> Proof:
    """The newest leaf about this wording, with all that proves it; raises `NotProvable`."""
    checkpoint, leaf = checkpoints.latest(session), leaf_of(session, query)
    if checkpoint is None or not is_covered(leaf, checkpoint):
        raise NotProvable("No checkpoint covers this yet: wait for the next one, or make one (`dateline log sign`).")
    node = stored(session)
    return Proof(
        number=leaf.number,
        leaf=leaf.body,
        salt=leaf.salt,
        text=_text(session, leaf),
        capture=_capture(json.loads(leaf.body)["capture"]),
        inclusion=as_base64(tree.inclusion(node, leaf.number, checkpoint.size)),
        checkpoint=checkpoint.note,
        keys=verifiers(session),
        stamp=b64encode(checkpoint.stamp).decode() if checkpoint.stamp else None,
        earlier=_extension(query.earlier, checkpoint, node) if query.earlier else None,
    )


def is_covered(leaf: Row[Any], checkpoint: Row[Any] | None) -> bool:
    """Whether the leaf is in the log that this checkpoint is of."""
    return checkpoint is not None and bool(leaf.number < checkpoint.size)


def leaf_of(session: Session, query: ProofQuery) -> Row[Any]:
    """The newest leaf about this wording; raises `NotProvable`."""
    number: Any = query.revision
    if number is None:
        number = select(articles.c.revision).where(articles.c.id == query.article).scalar_subquery()
    these = (leaves.c.article == query.article, leaves.c.revision == number, leaves.c.kind.in_(WORDINGS))
    leaf = session.execute(select(leaves).where(*these).order_by(leaves.c.number.desc()).limit(1)).first()
    if leaf is None:
        raise NotProvable(f"The log says nothing of this revision of {query.article}.")
    return leaf


def _text(session: Session, leaf: Row[Any]) -> str | None:
    if leaf.salt is None:
        return None
    this = (revisions.c.article == leaf.article, revisions.c.number == leaf.revision)
    reading = session.execute(select(revisions.c.reading).where(*this)).scalar()
    return canonical_json(json.loads(reading)) if reading else None


def _capture(name: str) -> str | None:
    try:
        return b64encode(capture_store.raw(name)).decode()
    except (capture_store.CaptureMissing, capture_store.CaptureDamaged, capture_store.NoArchive):
        return None


def _extension(size: int, checkpoint: Row[Any], node: tree.Node) -> Extension:
    if size > checkpoint.size:
        raise NotProvable(f"The newest checkpoint has {checkpoint.size} leaves: fewer than {size}.")
    return Extension(size=size, consistency=as_base64(tree.consistency(node, size, checkpoint.size)))
