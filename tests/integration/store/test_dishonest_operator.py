"""An operator who has the database, the archive and the signing key, and changes the past. Each is found by whoever
holds one checkpoint from before; some are found by everybody.
"""

from base64 import b64encode
from datetime import timedelta
from types import SimpleNamespace

import pytest
from sqlalchemy import delete

from services.audit import report
from services.runtime.database import reading, transaction, utcnow
from services.runtime.transparency_log.notes import SignedNote
from services.runtime.transparency_log.stamp_checks import stamp_library
from services.runtime.transparency_log.tables import tiles
from tests.fakes.authority import Authority
from tests.support import log_world as world
from tests.support.orders import NOW

pytestmark = pytest.mark.integration

HELD_SINCE = NOW + timedelta(minutes=61)
STORIES = range(1, 8)


@pytest.fixture
def held(db):
    """The checkpoint that a reader has kept, of seven articles."""
    for number in STORIES:
        world.says(number, f"The harbor was closed {number} times.", minute=number)
    return world.signs()


def size_of(note):
    return SignedNote.read(note).checkpoint().size


def read_by_the_holder(number, held, keys=()):
    """What the holder of a checkpoint finds amiss with the proof that they are given."""
    proof = world.proof_of(number)
    size = size_of(proof.checkpoint)
    if size > size_of(held):
        proof = world.proof_of(number, earlier=size_of(held))
    return world.amiss(proof, earlier=held, since=HELD_SINCE, keys=keys)


def test_an_honest_log_that_grew_is_found_in_order(held):
    """Also by the holder of an old checkpoint, about what came before it and after."""
    keys = world.keys()
    for number in (8, 9):
        world.says(number, "The harbor reopened.", minute=90)
    world.signs(100)
    for number in range(1, 10):
        proof = world.proof_of(number, earlier=size_of(held))
        assert world.amiss(proof, earlier=held, since=HELD_SINCE, keys=keys) == []


def test_an_edited_revision_is_found_by_everybody(held):
    world.edits_revision(3, "The harbor was never closed.")
    assert world.amiss(world.proof_of(3)) == ["text"]


def test_an_edited_revision_with_its_leaf_and_all_signatures_is_found_by_the_holder(held):
    """And by nobody else: whoever holds nothing has only the operator's word."""
    world.edits_revision(3, "The harbor was never closed.")
    world.edits_leaf(3)
    world.signs_all_anew()
    assert world.amiss(world.proof_of(3)) == []
    assert read_by_the_holder(3, held) == ["growth"]
    assert read_by_the_holder(5, held) == ["growth"], "of any other article as well"


@pytest.mark.parametrize("refilled", [False, True])
def test_a_dropped_leaf_is_found_by_the_holder(held, refilled):
    """Whether or not another one is put at the end, so that the number is right again."""
    world.drops_leaf(3)
    if refilled:
        world.says(20, "Something else happened.", minute=30)
    world.signs_all_anew()
    assert world.amiss(world.proof_of(5)) == []
    assert read_by_the_holder(5, held) == ["growth"]


def test_a_swapped_capture_is_found(held):
    """By everybody, where the leaf still names the old one; else by the holder."""
    swapped = world.captured("Nothing happened.", 3)
    proof = world.proof_of(4).model_copy(update={"capture": world.proof_of(3).capture})
    assert world.amiss(proof) == ["capture"]
    world.edits_leaf(3, capture=swapped)
    world.signs_all_anew()
    assert world.amiss(world.proof_of(3)) == []
    assert read_by_the_holder(3, held) == ["growth"]


def test_all_signed_anew_with_another_key_is_found_by_the_key_and_by_the_holder(held):
    keys = world.keys()
    world.signs_all_anew(new_key=True)
    assert world.amiss(world.proof_of(3), keys=keys) == ["signature"]
    assert "growth" in read_by_the_holder(3, held, keys)


def test_a_leaf_that_is_dated_back_is_found_by_the_holder(held):
    """It says a time at which the holder's log did not have it."""
    world.says(9, "We had this first.", minute=200)
    world.dates_back(9, minutes=10)
    world.signs(210)
    assert world.amiss(world.proof_of(9)) == []
    assert read_by_the_holder(9, held) == ["time"]


def test_a_leaf_that_is_put_among_earlier_ones_is_found_by_the_holder(held):
    world.says(9, "We had this first.", minute=200)
    world.dates_back(9, minutes=10)
    world.takes_place_of(9, 2)
    world.signs_all_anew()
    assert read_by_the_holder(9, held) == ["growth"]


def test_a_history_that_was_cut_off_is_found_by_the_holder(held):
    """A log that is shorter than the one they know."""
    for number in (6, 7):
        world.drops_leaf(number)
    world.signs_all_anew()
    assert read_by_the_holder(2, held) == ["growth"]


@pytest.mark.parametrize("kind", ["moved", "merged", "removed", "restored", "withdrawn", "file"])
def test_a_change_that_is_denied_or_said_otherwise_is_found_by_the_holder(held, kind):
    """Moves, merges, removals and files are leaves as wordings are."""
    world.happens(3, kind)
    kept = world.signs(70)
    world.edits_change(kind, capture="0" * 64)
    world.signs_all_anew()
    assert read_by_the_holder(5, kept) == ["growth"]
    assert read_by_the_holder(5, held) == [], "who holds nothing of that time finds nothing"
    world.drops_change(kind)
    world.signs_all_anew(80)
    assert read_by_the_holder(5, kept) == ["growth"]


def test_a_text_that_is_made_up_for_an_erased_leaf_is_found_by_everybody(held):
    """Its salt is gone, and no other gives the digest; that salts are gone without an erasure is found by audit."""
    before = world.proof_of(3)
    world.loses_salts(3)
    hidden = world.proof_of(3)
    assert (world.amiss(hidden), hidden.text) == ([], None)
    made_up = hidden.model_copy(update={"salt": "00" * 16, "text": '{"headline":"Never"}'})
    assert world.amiss(made_up) == ["text"]
    assert world.amiss(before, earlier=held, since=HELD_SINCE) == [], "a proof from before is complete in itself"
    assert "kept salts" in found_by_audit()


def test_two_logs_for_two_readers_are_found_by_those_who_compare(held):
    """Each alone finds nothing: the one log grew from the checkpoint that both held, and so did the other."""
    world.says(8, "The harbor reopened.", minute=90)
    mine = world.signs(95)
    assert read_by_the_holder(8, held) == []
    world.edits_revision(8, "The harbor stays closed.")
    world.edits_leaf(8)
    world.signs_all_anew()
    theirs = world.signs(96)
    assert read_by_the_holder(8, held) == []
    assert size_of(mine) == size_of(theirs)
    assert read_by_the_holder(8, mine) == ["growth"]
    world.says(9, "More news.", minute=99)
    world.signs(100)
    assert read_by_the_holder(8, mine) == ["growth"], "however long the logs grow"


def test_a_checkpoint_that_is_dated_back_is_found_by_its_stamp(held, tmp_path):
    """A checkpoint has no time of its own: only an authority's word, or a reader's, is one. It is of one note alone."""
    authority = Authority(tmp_path)
    try:
        query = stamp_library().TimestampRequestBuilder().data(held.encode()).build().as_bytes()
        stamp = b64encode(authority.answer(SimpleNamespace(body=query)).body).decode()
    finally:
        authority.site.stop()
    roots = [authority.root.read_bytes()]
    honest = world.proof_of(3).model_copy(update={"stamp": stamp})
    assert world.amiss(honest, roots=roots) == []
    world.says(8, "We had this first.", minute=200)
    world.signs(210)
    late = world.proof_of(8).model_copy(update={"stamp": stamp})
    assert world.amiss(late, roots=roots) == ["time stamp"]


def found_by_audit():
    with reading() as session:
        told = report.take(session, utcnow(), deep=True).checks
    return {check.name for check in told if not check.holds}


@pytest.mark.parametrize(
    ("act", "found"),
    [
        (lambda: world.edits_revision(3, "Never."), {"revisions as logged"}),
        (lambda: [world.edits_revision(3, "Never."), world.edits_leaf(3)], {"true checkpoints"}),
        (lambda: world.drops_leaf(3), {"whole log", "true checkpoints", "logged revisions"}),
    ],
)
def test_audit_compares_log_and_database(held, act, found):
    """For the operator, who would rather find it first."""
    before = found_by_audit()
    act()
    assert found_by_audit() - before == found


def test_a_missing_hash_of_the_tree_is_found_by_audit(held):
    with transaction() as session:
        session.execute(delete(tiles))
    assert "true checkpoints" in found_by_audit()
