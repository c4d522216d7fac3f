"""Texts that a page prints twice: for small screens and for large ones, or as a preview and in full."""

import pytest

from services.parser.extract import extract
from services.parser.general.copies import mark_copies
from tests.support.written_pages import ENGLISH, body, line, of_words, page

TEXT = "".join(f"<p>{text}</p>" for text in ENGLISH)
HEADING = "<h1>Second Landing Opens Early</h1>"


def repeated(*, length: int, words: int, place: int = 2) -> list[bool]:
    """Whether each line of a text of so many lines and words is a copy, where it is printed again in this block."""
    texts = [of_words(words, f" {number}.") for number in range(length)]
    lines = [line(text, place=at) for at in (1, place) for text in texts]
    mark_copies(lines)
    return [entry.rule == "copy" for entry in lines]


@pytest.mark.parametrize("second", ["<div class='mobile'>", "<section>"])
def test_a_text_that_is_printed_twice_is_read_once(second):
    """Pages print their text for each width of a screen, and styles show one."""
    inner = f"{HEADING}<div class='desktop'><h2>Why Now</h2>{TEXT}</div>{second}<h2>Why Now</h2>{TEXT}"
    assert body(extract(page(f"<main>{inner}</main>"))) == ["Why Now", *ENGLISH]


def test_of_a_preview_and_the_whole_text_the_whole_text_stays():
    preview = "".join(f"<p>{text}</p>" for text in ENGLISH[:3])
    assert body(extract(page(f"{HEADING}<div class='a'>{preview}</div><div class='b'>{TEXT}</div>"))) == list(ENGLISH)


def test_what_only_the_copy_has_stays():
    more = "The town pays for the lamps alone, and the ferry company pays for everything else, says the office today."
    inner = f"{HEADING}<div class='a'>{TEXT}</div><div class='b'>{TEXT}<p>{more}</p></div>"
    assert sorted(body(extract(page(inner)))) == sorted([*ENGLISH, more])


@pytest.mark.parametrize(("length", "words", "is_copy"), [(3, 20, True), (2, 40, False), (3, 18, False)])
def test_three_long_lines_after_each_other_are_no_chance(length, words, is_copy):
    """Sixty words at least: a caption and two sentences of a box repeat on many a page."""
    assert repeated(length=length, words=words) == [False] * length + [is_copy] * length


def test_entries_that_repeat_in_one_block_are_text():
    """Reports of strikes and lists of contracts say the same again."""
    assert not any(repeated(length=4, words=40, place=1))


@pytest.mark.parametrize(("short", "left"), [(12, 0), (13, 1)])
def test_a_dozen_short_lines_over_a_printing_are_of_it(short, left):
    """A headline, a summary and a few subheads; a longer run of short lines is a menu."""
    texts = [*(of_words(2, f" {number}") for number in range(short)), *(of_words(20, f" {at}.") for at in range(3))]
    lines = [line(text, place=place) for place in (1, 2) for text in texts]
    mark_copies(lines)
    assert sum(entry.kept for entry in lines[len(texts) :]) == left
