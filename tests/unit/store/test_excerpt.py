"""An excerpt is cut out of the text itself, at the ends of words, and says which of its pieces are hits."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.store.excerpt import CLOSE, OPEN, WIDTH, excerpt, hits, plain

LONG = " ".join(f"word{number}" for number in range(200))


def marked(text: str) -> str:
    return text.replace("[", OPEN).replace("]", CLOSE)


def cut(text: str) -> str:
    """The excerpt of a text with its hits in brackets, its hits in brackets again."""
    bare = text.replace("[", "").replace("]", "")
    return "".join(f"[{piece.text}]" if piece.hit else piece.text for piece in excerpt(bare, hits(marked(text))))


@pytest.mark.parametrize(
    "text",
    [
        "The [storm] passed, and the harbor reopened after the [storms].",
        "[Storm]",
        "Nothing was hit.",
        "",
    ],
)
def test_a_short_text_is_given_whole_with_its_hits(text):
    assert cut(text) == text


def test_hits_without_a_word_between_them_are_one():
    """PostgreSQL marks the words of a phrase one by one, SQLite the phrase."""
    assert cut("after the [storm] [damage], of [F]-[35]s") == "after the [storm damage], of [F-35]s"


def test_a_long_text_is_cut_at_the_ends_of_words_around_its_hit():
    text = cut(f"{LONG} the [storm] {LONG}")
    assert text.startswith("…word")
    assert " the [storm] word0 " in text
    assert text.endswith("…")
    assert set(text.strip("…").replace("the [storm] ", "").split(" ")) <= set(LONG.split(" "))
    assert len(text) <= WIDTH + len("……[]")


def test_it_is_cut_where_the_hits_are_densest():
    assert "[storm] and [harbor]" in cut(f"A [storm]. {LONG} [storm] and [harbor]. {LONG} a [harbor]")


def test_without_a_hit_it_is_the_beginning():
    """As after a search that only excludes."""
    assert cut(LONG).startswith("word0 word1 ")


def test_the_lines_of_a_text_become_one():
    assert cut("Harbor\nreopens after the [storm]\nat noon") == "Harbor reopens after the [storm] at noon"


def test_what_marks_hits_is_taken_out_of_what_is_kept():
    assert plain(f"a{OPEN}b{CLOSE}c") == "a b c"


@given(st.lists(st.tuples(st.text(st.characters(exclude_characters=OPEN + CLOSE)), st.booleans()), max_size=40))
def test_every_piece_is_in_the_text(parts):
    """Whatever the text and wherever its hits: nothing is made up, nothing said twice, and never much."""
    text = "".join(fields for fields, _ in parts)
    spans = hits("".join(f"{OPEN}{fields}{CLOSE}" if hit else fields for fields, hit in parts))
    content = "".join(piece.text for piece in excerpt(text, spans))
    assert content.removeprefix("…").removesuffix("…") in text.replace("\n", " ") or content in text.replace("\n", " ")
    assert len(content) <= WIDTH + 2
