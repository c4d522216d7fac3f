"""What differs in one field of a finding, word by word, and of what stays only so much that one sees where. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from services.desk.word_diff import DiffPiece, paragraph_changes

AROUND = 60
"""Characters of what stayed that are shown before and after a change."""


def with_changes(finding: Mapping[str, Any]) -> dict[str, Any]:
    """The finding, each of its differences with the paragraphs that changed."""
    fields = [
        {"field": difference["field"], "paragraphs": changed_paragraphs(difference["before"], difference["after"])}
        for difference in finding["differences"]
    ]
    return {**finding, "differences": fields}


def changed_paragraphs(before: str | None, after: str | None) -> list[list[DiffPiece]]:
    """Of two texts the paragraphs that differ; None is no text."""
    changes = paragraph_changes((before or "").splitlines(), (after or "").splitlines())
    return [list(_near(pieces)) for pieces in changes if any(piece.fate != "same" for piece in pieces)]


def _near(pieces: Sequence[DiffPiece]) -> Iterator[DiffPiece]:
    for place, piece in enumerate(pieces):
        if piece.fate != "same":
            yield piece
        else:
            yield DiffPiece("same", _cut(piece.text, is_first=place == 0, is_last=place == len(pieces) - 1))


def _cut(text: str, *, is_first: bool, is_last: bool) -> str:
    """Words that stayed: their end before a change, their beginning after one, or both."""
    if len(text) <= (AROUND if is_first or is_last else 2 * AROUND):
        return text
    # At whole words, where there are any.
    begin = "" if is_first else text[:AROUND].rpartition(" ")[0] or text[:AROUND]
    end = "" if is_last else text[-AROUND:].partition(" ")[2] or text[-AROUND:]
    return f"{begin} … {end}"
