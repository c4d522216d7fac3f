"""The Merkle tree: what RFC 6962 computes, proofs for every leaf and size, and no proof for anything else."""

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.runtime.transparency_log import tree

# From the test vectors that implementations of RFC 6962 share: these entries, and the root over the first n of them.
ENTRIES = [bytes.fromhex(text) for text in ("", "00", "10", "2021", "3031", "40414243", "5051525354555657")]
ENTRIES.append(bytes(range(0x60, 0x70)))
ROOTS = {
    1: "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    2: "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    3: "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    8: "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
}
SIZES = range(1, 40)


def plain(entries):
    """The root as the RFC defines it, without any shortcut."""
    if not entries:
        return hashlib.sha256().digest()
    if len(entries) == 1:
        return hashlib.sha256(b"\x00" + entries[0]).digest()
    half = 1
    while half * 2 < len(entries):
        half *= 2
    return hashlib.sha256(b"\x01" + plain(entries[:half]) + plain(entries[half:])).digest()


def nodes(entries):
    return lambda level, place: plain(entries[place << level : (place + 1) << level])


LEAVES = [str(number).encode() for number in range(64)]
NODE = nodes(LEAVES)


@pytest.mark.parametrize("size", ROOTS)
def test_the_roots_are_those_of_other_implementations(size):
    assert tree.root(nodes(ENTRIES), 0, size).hex() == ROOTS[size]


def test_every_leaf_is_proved_in_every_size_and_nowhere_else():
    for size in SIZES:
        root = tree.root(NODE, 0, size)
        for number in range(size):
            leaf, proof = tree.leaf_hash(LEAVES[number]), tree.inclusion(NODE, number, size)
            assert tree.includes(leaf, number, size, proof, root)
            assert not tree.includes(leaf, (number + 1) % (size + 1), size, proof, root) or size == 1
            assert not tree.includes(tree.leaf_hash(b"another"), number, size, proof, root)


def test_every_size_is_proved_to_continue_every_smaller_one():
    for second in SIZES:
        new = tree.root(NODE, 0, second)
        for first in range(1, second + 1):
            proof, old = tree.consistency(NODE, first, second), tree.root(NODE, 0, first)
            assert tree.extends(first, second, proof, old, new)
            assert not tree.extends(first, second, proof, tree.leaf_hash(b"another"), new)
            assert not tree.extends(first, second, [*proof, new], old, new)


@given(st.integers(1, 63), st.integers(0, 62), st.binary(max_size=4), st.data())
def test_a_log_with_another_leaf_before_the_checkpoint_has_no_proof(second, changed, entry, data):
    """Whatever hashes somebody makes up out of both logs."""
    first = data.draw(st.integers(1, second))
    changed %= first
    other = [*LEAVES]
    other[changed] = b"!" + entry
    forged = nodes(other)
    old, new = tree.root(NODE, 0, first), tree.root(forged, 0, second)
    for source in (NODE, forged):
        assert not tree.extends(first, second, tree.consistency(source, first, second), old, new)


@given(st.integers(0, 70), st.integers(0, 70), st.lists(st.binary(min_size=32, max_size=32), max_size=9))
def test_made_up_proofs_prove_nothing_and_break_nothing(number, size, proof):
    leaf = tree.leaf_hash(b"x")
    assert not tree.includes(leaf, number, size, proof, tree.EMPTY)
    assert not tree.extends(number, size, proof, tree.EMPTY, leaf)
