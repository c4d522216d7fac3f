"""The tree's hashes in the database: 256 in a row, so that a million leaves are some four thousand rows.

Level 0 holds the hashes of leaves, level 1 those of full rows below it, and so on. Only the last row of a level grows.
"""

from collections.abc import Iterator, Sequence

from sqlalchemy import delete, insert, select
from sqlmodel import Session

from services.contracts.errors import DatelineError
from services.runtime.transparency_log.tables import tiles
from services.runtime.transparency_log.tree import Node, subtree_root

BITS = 8
WIDTH = 1 << BITS
"""Hashes in a full row."""
LENGTH = 32
"""Bytes of a hash."""


class LogDamaged(DatelineError):  # noqa: N818 - named for what happened
    """The rows of the tree do not hold what the log must have."""


def stored(session: Session) -> Node:
    """The hashes of complete subtrees, read from the rows and remembered; raises `LogDamaged` where one is missing."""
    rows: dict[tuple[int, int], bytes] = {}

    def node(level: int, place: int) -> bytes:
        row, above = divmod(level, BITS)
        begin = place << above
        key = (row, begin >> BITS)
        if key not in rows:
            rows[key] = _read(session, *key)
        below = hashes(rows[key])[begin % WIDTH :][: 1 << above]
        if len(below) < 1 << above:
            raise LogDamaged("Hashes of the transparency log are missing: run `dateline audit --deep`.")
        return subtree_root(below)

    return node


def grow(session: Session, size: int, new: Sequence[bytes]) -> None:
    """Adds the hashes of leaves to a tree of so many."""
    level = 0
    while new:
        new = _grow_level(session, level, size >> BITS * level, new)
        level += 1


def hashes(row: bytes) -> list[bytes]:
    """The hashes of a row."""
    return [row[begin : begin + LENGTH] for begin in range(0, len(row), LENGTH)]


def _grow_level(session: Session, level: int, there: int, new: Sequence[bytes]) -> list[bytes]:
    """Adds hashes to the level, which has some already; returns those of the rows that are full now."""
    first, begun = divmod(there, WIDTH)
    whole = [*hashes(_read(session, level, first) if begun else b""), *new]
    rows = list(_rows(whole))
    session.execute(delete(tiles).where(tiles.c.level == level, tiles.c.place == first))
    session.execute(
        insert(tiles),
        [{"level": level, "place": first + at, "hashes": b"".join(row)} for at, row in enumerate(rows)],
    )
    return [subtree_root(row) for row in rows if len(row) == WIDTH]


def _rows(whole: Sequence[bytes]) -> Iterator[Sequence[bytes]]:
    for begin in range(0, len(whole), WIDTH):
        yield whole[begin : begin + WIDTH]


def _read(session: Session, level: int, place: int) -> bytes:
    row = select(tiles.c.hashes).where(tiles.c.level == level, tiles.c.place == place)
    return bytes(session.execute(row).scalar() or b"")
