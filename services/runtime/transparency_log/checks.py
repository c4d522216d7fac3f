"""What `dateline audit` asks of the transparency log: whether it is whole, and its checkpoints are of these leaves."""

from collections.abc import Iterator

from sqlalchemy import func, select
from sqlmodel import Session

from services.contracts.checks import Check
from services.runtime.sealing import is_lost
from services.runtime.transparency_log import tree
from services.runtime.transparency_log.notes import BadNote, SignedNote, Verifier
from services.runtime.transparency_log.signing_keys import ADVICE, verifiers
from services.runtime.transparency_log.tables import checkpoints, leaves, log_keys
from services.runtime.transparency_log.tiles import LogDamaged, stored

AT_ONCE = 1000
"""Leaves that are read in one go."""


def log_counts(session: Session) -> dict[str, int]:
    """How many leaves and checkpoints there are."""
    tables = {"log leaves": leaves, "checkpoints": checkpoints}
    return {
        name: int(session.execute(select(func.count()).select_from(table)).scalar_one())
        for name, table in tables.items()
    }


def log_checks(session: Session) -> tuple[Check, ...]:
    """Whether the leaves have no gap, reach as far as the checkpoints, and the signing keys can be read."""
    number, first, last = session.execute(
        select(func.count(), func.min(leaves.c.number), func.max(leaves.c.number))
    ).one()
    size = int(session.execute(select(func.coalesce(func.max(checkpoints.c.size), 0))).scalar_one())
    whole = number == 0 or (first, last) == (0, number - 1)
    sentence = f"{number} leaves are there, and the largest checkpoint is of {size}."
    return Check("whole log", holds=whole and number >= size, sentence=sentence), _readable(session)


def checkpoint_checks(session: Session) -> tuple[Check, ...]:
    """Whether each checkpoint is signed by a known key, and is of the leaves as they are now, each hashed anew."""
    wrong = list(_wrong(session))
    first = f" ({', '.join(wrong[:3])})" if wrong else ""
    return (Check("true checkpoints", holds=not wrong, sentence=f"{len(wrong)} checkpoints do not hold{first}."),)


def _wrong(session: Session) -> Iterator[str]:
    keys = [Verifier.read(line) for line in verifiers(session)]
    roots, node = _Roots(session), stored(session)
    for row in session.execute(select(checkpoints.c.size, checkpoints.c.note).order_by(checkpoints.c.size)):
        try:
            note = SignedNote.read(row.note)
            checkpoint = note.checkpoint()
            holds = checkpoint.size == row.size and any(note.is_signed_by(key) for key in keys)
            holds = holds and checkpoint.root == roots.at(row.size) == tree.root(node, 0, row.size)
        except (BadNote, LogDamaged):
            holds = False
        if not holds:
            yield f"that of {row.size} leaves"


class _Roots:
    """The roots of growing logs, out of the leaves themselves: each is read and hashed once."""

    def __init__(self, session: Session) -> None:
        self._bodies = _bodies(session)
        self._peaks: list[bytes] = []
        self._size = 0

    def at(self, size: int) -> bytes | None:
        """The root of the first `size` leaves, no fewer than asked for before; None when there are not so many."""
        while self._size < size:
            if (body := next(self._bodies, None)) is None:
                return None
            self._add(tree.leaf_hash(body.encode()))
        root = self._peaks[-1] if self._peaks else tree.EMPTY
        for peak in reversed(self._peaks[:-1]):
            root = tree.node_hash(peak, root)
        return root

    def _add(self, leaf: bytes) -> None:
        """As in a binary counter: two subtrees of one size become one of twice that."""
        place, self._size = self._size, self._size + 1
        while place & 1:
            leaf, place = tree.node_hash(self._peaks.pop(), leaf), place >> 1
        self._peaks.append(leaf)


def _bodies(session: Session) -> Iterator[str]:
    """All leaves in their order, some at a time."""
    begin, following = 0, select(leaves.c.body).order_by(leaves.c.number).limit(AT_ONCE)
    while bodies := session.execute(following.where(leaves.c.number >= begin)).scalars().all():
        yield from bodies
        begin += AT_ONCE


def _readable(session: Session) -> Check:
    sealed = session.execute(select(log_keys.c.sealed_private)).scalars().all()
    lost = sum(map(is_lost, sealed))
    advice = f" {ADVICE}" if lost else ""
    return Check("readable log keys", holds=not lost, sentence=f"{lost} keys of the log cannot be read here.{advice}")
