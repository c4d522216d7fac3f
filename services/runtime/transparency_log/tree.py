"""The Merkle tree of RFC 6962: hashes, proofs that a leaf is in it, and proofs that it only grew."""

import hashlib
from collections.abc import Callable, Iterator, Sequence

EMPTY = hashlib.sha256().digest()
"""The root of a tree without leaves."""

Node = Callable[[int, int], bytes]
"""Gives the hash of a complete subtree: `(level, place)` stands for the 2**level leaves from place * 2**level on."""


def leaf_hash(entry: bytes) -> bytes:
    """The hash of a leaf that says this."""
    return hashlib.sha256(b"\x00" + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """The hash of what stands above these two."""
    return hashlib.sha256(b"\x01" + left + right).digest()


def subtree_root(hashes: Sequence[bytes]) -> bytes:
    """The root over these; there must be a power of two of them."""
    while len(hashes) > 1:
        hashes = [node_hash(*pair) for pair in zip(hashes[::2], hashes[1::2], strict=True)]
    return hashes[0]


def root(node: Node, begin: int, end: int) -> bytes:
    """The root over the leaves from `begin` up to `end`; `begin` must be where a subtree of this size may begin."""
    size = end - begin
    if size == 0:
        return EMPTY
    if size & (size - 1) == 0:
        return node(size.bit_length() - 1, begin // size)
    middle = begin + _split(size)
    return node_hash(root(node, begin, middle), root(node, middle, end))


def inclusion(node: Node, number: int, size: int, begin: int = 0) -> list[bytes]:
    """What proves that leaf `number` is in the tree of this size: the hashes beside its way up, lowest first."""
    end = begin + size
    if size == 1:
        return []
    middle = begin + _split(size)
    if number < middle:
        return [*inclusion(node, number, middle - begin, begin), root(node, middle, end)]
    return [*inclusion(node, number, end - middle, middle), root(node, begin, middle)]


def consistency(node: Node, first: int, second: int) -> list[bytes]:
    """What proves that the tree of size `second` begins with the tree of size `first`."""
    return [] if first in {0, second} else _grown(node, first, 0, second, whole=True)


def includes(leaf: bytes, number: int, size: int, proof: Sequence[bytes], expected: bytes) -> bool:
    """Whether the proof shows that the leaf with this hash is `number` of the tree with this size and root."""
    if not 0 <= number < size:
        return False
    result, place, last = leaf, number, size - 1
    for beside in proof:
        if last == 0:
            return False
        if place & 1 or place == last:
            result = node_hash(beside, result)
            while not place & 1 and place:
                place, last = place >> 1, last >> 1
        else:
            result = node_hash(result, beside)
        place, last = place >> 1, last >> 1
    return last == 0 and result == expected


def extends(first: int, second: int, proof: Sequence[bytes], old: bytes, new: bytes) -> bool:
    """Whether the proof shows that the tree of size `second` and root `new` begins with that of `first` and `old`."""
    if not 0 < first <= second:
        return False
    if first == second:
        return not proof and old == new
    hashes = iter([old, *proof] if first & (first - 1) == 0 else proof)
    place, last = first - 1, second - 1
    while place & 1:
        place, last = place >> 1, last >> 1
    return _reaches(hashes, place, last, old, new)


def _reaches(hashes: Iterator[bytes], place: int, last: int, old: bytes, new: bytes) -> bool:
    if (start := next(hashes, None)) is None:
        return False
    before = after = start
    for beside in hashes:
        if last == 0:
            return False
        if place & 1 or place == last:
            before, after = node_hash(beside, before), node_hash(beside, after)
            while not place & 1 and place:
                place, last = place >> 1, last >> 1
        else:
            after = node_hash(after, beside)
        place, last = place >> 1, last >> 1
    return last == 0 and (before, after) == (old, new)


def _grown(node: Node, first: int, begin: int, end: int, *, whole: bool) -> list[bytes]:
    """As in RFC 6962, 2.1.2; `whole`: the reader knows the root of the first `first` leaves from `begin` on."""
    size = end - begin
    if first == size:
        return [] if whole else [root(node, begin, end)]
    middle = begin + _split(size)
    if first <= middle - begin:
        return [*_grown(node, first, begin, middle, whole=whole), root(node, middle, end)]
    rest = _grown(node, first - (middle - begin), middle, end, whole=False)
    return [*rest, root(node, begin, middle)]


def _split(size: int) -> int:
    """The largest power of two that is smaller than the size."""
    return 1 << (size - 1).bit_length() - 1
