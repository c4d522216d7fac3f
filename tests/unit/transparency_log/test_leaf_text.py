"""What a leaf says, byte for byte, and how it names a wording."""

import hashlib
import json
from datetime import UTC, datetime

import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from services.runtime.transparency_log.leaf import NewLeaf, canonical_json, new_salt, salted_digest

WHEN = datetime(2026, 3, 2, 15, 4, 5, 678, UTC)


def test_a_leaf_is_canonical_json_without_the_text_itself():
    leaf = NewLeaf("revision", "art_x", 2, '{"headline":"Secret"}', WHEN, capture="c" * 64, fetched_at=WHEN, parser="9")
    assert leaf.body("ab" * 32) == (
        '{"article":"art_x","capture":"' + "c" * 64 + '","fetched_at":"2026-03-02T15:04:05.000678Z","kind":"revision",'
        '"layout":null,"layout_version":null,"parser":"9","profile":null,"reading":"' + "ab" * 32 + '","revision":2,'
        '"time":"2026-03-02T15:04:05.000678Z"}'
    )


def test_the_digest_is_that_of_salt_and_text_and_no_two_salts_are_alike():
    """Anybody computes it with the tools of any system."""
    salt = new_salt()
    assert salted_digest(salt, "ä") == hashlib.sha256(bytes.fromhex(salt) + "ä".encode()).hexdigest()
    assert len({new_salt() for _ in range(50)}) == 50


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**70), 2**70) | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.text(st.characters(exclude_categories=["Cs"])), inner, max_size=3)
    ),
    max_leaves=10,
)


@given(VALUES)
def test_every_value_of_a_reading_has_one_text(value):
    """Numbers too large for a double among them: a page may say any amount."""
    text = canonical_json(value)
    assert canonical_json(json.loads(text)) == text == rfc8785.dumps(json.loads(text)).decode()
