"""Checkpoints as signed notes of C2SP."""

from contextlib import suppress

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from services.runtime.transparency_log.notes import BadNote, Checkpoint, SignedNote, Verifier, signed

# The example in the documentation of Go's package `note`, which made the format: its key, and a note signed with it.
GO_KEY = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
GO_NOTE = (
    "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n\n"
    "— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n"
)


@pytest.fixture
def key():
    private = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
    return Verifier("log.example/news", private.public_key().public_bytes_raw()), private


def test_a_note_that_others_have_signed_is_read():
    assert SignedNote.read(GO_NOTE).is_signed_by(Verifier.read(GO_KEY))


def test_a_checkpoint_has_the_form_of_the_specification(key):
    """Origin, size and root; an empty line; an em dash, the name, and four bytes of the key before its signature."""
    note = signed(Checkpoint("log.example/news", 7, bytes(32)), [key])
    origin, size, root, empty, signature = note.removesuffix("\n").split("\n")
    assert (origin, size, root, empty) == ("log.example/news", "7", "A" * 43 + "=", "")
    assert signature.startswith("— log.example/news ")
    assert note.endswith("\n")
    read = SignedNote.read(note)
    assert read.is_signed_by(key[0])
    assert read.checkpoint() == Checkpoint("log.example/news", 7, bytes(32))
    assert read.signatures[0][1] == key[0].id


def test_a_key_is_written_and_read_in_one_line(key):
    verifier, _ = key
    assert Verifier.read(f" {verifier}\n") == verifier
    with pytest.raises(BadNote, match="no key of a log"):
        Verifier.read(str(verifier).replace("log.", "lag."))


def test_each_of_two_signatures_counts(key):
    """As while a key is replaced by the next."""
    other = Ed25519PrivateKey.generate()
    second = (Verifier("log.example/news", other.public_key().public_bytes_raw()), other)
    note = SignedNote.read(signed(Checkpoint("log.example/news", 1, bytes(32)), [second, key]))
    assert note.is_signed_by(key[0])
    assert note.is_signed_by(second[0])


def test_a_note_with_one_other_letter_is_signed_by_nobody(key):
    note = signed(Checkpoint("log.example/news", 17, bytes(32)), [key])
    assert not SignedNote.read(note.replace("17", "18")).is_signed_by(key[0])


@pytest.mark.parametrize(
    "note",
    [
        "",
        "\n\n",
        "a\nb\n",
        "a\n1\nAAAA\n\n— a AAAAAAAA\n",
        "a\n01\n" + "A" * 43 + "=\n\n— a AAAAAAAA\n",
        "a\n\n- a AAAAAAAA\n",
    ],
)
def test_what_is_no_checkpoint_is_refused_with_a_sentence(note):
    with pytest.raises(BadNote):
        SignedNote.read(note).checkpoint()


@given(st.text(max_size=300))
def test_any_text_is_read_or_refused(text):
    with suppress(BadNote):
        assert SignedNote.read(text).checkpoint().origin
