"""A cursor leads on in its own listing, and nothing else passes for one."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.runtime.http.problems import Problem, cursor, page, position

NOON = datetime(2026, 11, 22, 12, 0, 0, 123456, tzinfo=UTC)


def test_a_cursor_gives_back_the_place_it_was_made_of():
    assert position("news", cursor("news", NOON, 7, "ü/+"), datetime, int, str) == (NOON, 7, "ü/+")


def test_no_cursor_is_the_beginning():
    assert position("news", None, int) is None


def test_a_cursor_of_another_listing_is_refused():
    with pytest.raises(Problem) as refused:
        position("keys", cursor("news", 7), int)
    assert refused.value.status_code == 422


@pytest.mark.parametrize("kinds", [(int, int), (str,), (datetime,), ()])
def test_a_cursor_of_another_shape_is_refused(kinds):
    with pytest.raises(Problem):
        position("news", cursor("news", 7), *kinds)


def test_a_cursor_with_a_time_of_no_zone_is_refused():
    """Nobody keeps such times; a database would be asked for what it cannot compare."""
    with pytest.raises(Problem):
        position("news", cursor("news", "2026-11-22T12:00:00"), datetime)


@given(st.integers(0, 19), st.integers(1, 255))
def test_a_damaged_cursor_is_refused(where, flip):
    from base64 import urlsafe_b64decode, urlsafe_b64encode

    sound = bytearray(urlsafe_b64decode(cursor("news", "a" * 10) + "=="))
    sound[where % len(sound)] ^= flip
    with pytest.raises(Problem):
        position("news", urlsafe_b64encode(sound).decode().rstrip("="), str)


@given(st.text(max_size=80))
def test_no_text_that_we_did_not_make_is_a_cursor_or_a_surprise(text):
    with pytest.raises(Problem):
        position("news", text, int)


def test_a_page_has_a_next_only_when_more_was_found():
    assert page([3, 2, 1], 2, str) == ([3, 2], "2")
    assert page([3, 2], 2, str) == ([3, 2], None)
    assert page([], 2, str) == ([], None)
