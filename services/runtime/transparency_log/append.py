"""Writing to the transparency log, in the transaction that makes it true."""

import json
from collections.abc import Sequence
from typing import Any

from sqlalchemy import bindparam, func, insert, select, update
from sqlmodel import Session

from services.runtime.transparency_log.leaf import WORDINGS, NewLeaf, canonical_json, new_salt, salted_digest
from services.runtime.transparency_log.tables import leaves


def append_leaves(session: Session, new: Sequence[NewLeaf]) -> None:
    """Writes these leaves under the next numbers, in this order.

    The caller holds the event counter (`events.append.hold`), which keeps others from taking the same numbers.
    """
    if new:
        session.execute(_INSERT, [_row(leaf) for leaf in new])


def forget_texts(session: Session, article: str) -> None:
    """Takes salts and texts of an article's leaves away: they stay, and nobody can try out what they were about."""
    session.execute(update(leaves).where(leaves.c.article == article).values(salt=None, text=None))


def _row(leaf: NewLeaf) -> dict[str, Any]:
    text, salt = canonical_json(json.loads(leaf.text)), new_salt()
    own_text = None if leaf.kind in WORDINGS else text
    fields = {"article": leaf.article, "revision": leaf.revision, "kind": leaf.kind, "salt": salt, "text": own_text}
    return fields | {"body": leaf.body(salted_digest(salt, text))}


# One by one, each after the one before: so the number needs no statement of its own.
_NEXT = select(func.coalesce(func.max(leaves.c.number) + 1, 0)).scalar_subquery()
_INSERT = insert(leaves).values(
    {"number": _NEXT} | {name: bindparam(name) for name in ("article", "revision", "kind", "body", "salt", "text")}
)
