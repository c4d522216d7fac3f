"""Reasons that differ only in what each message is about have one cause."""

import pytest

from services.runtime.ledger.causes import LONGEST, cause_of


@pytest.mark.parametrize(
    ("first", "other"),
    [
        (
            "CaptureMissing: the archive has no 0a1b2c3d4e5f60718293.",
            "CaptureMissing: the archive has no ffeeddccbbaa9988.",
        ),
        ("ValueError: 17 is too deep", "ValueError: 4,711 is too deep"),
        ("https://a.example/x?y=1 answered 503", "http://b.example answered 502"),
        ("No source 'navy 7' is known", "No source 'a long one' is known"),
        ('The row "a b" is damaged', 'The row "c d" is damaged'),
        ("Timeout after 2026-11-29T08:00:00Z", "Timeout  after\n2025-01-02T00:00:00+00:00"),
    ],
)
def test_what_differs_from_one_message_to_the_next_is_no_part_of_the_cause(first, other):
    assert cause_of(first) == cause_of(other) != ""


_APART = ("The disk is full.", "The disk is gone.", "ValueError: no", "KeyError: 'headline'", "KeyError: 'byline'")


def test_what_went_wrong_is_told_apart():
    """Words stay, also those with an apostrophe in them."""
    assert cause_of("The key doesn't fit, and isn't ours.") == "The key doesn't fit, and isn't ours."
    assert len({cause_of(reason) for reason in _APART}) == len(_APART)


@pytest.mark.parametrize("reason", [None, "", "   "])
def test_no_reason_is_no_cause(reason):
    assert cause_of(reason) == ""


@pytest.mark.parametrize("piece", ["a", "'", '"', "1", "http://", "ab12", " "])
def test_a_cause_is_short_however_long_the_reason(piece):
    assert len(cause_of(piece * 10_000)) <= LONGEST
