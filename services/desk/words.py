"""Two wordings side by side: which paragraphs are the same, which words differ."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Literal

Fate = Literal["same", "gone", "new"]
MOST = 4_000
"""Words of a paragraph that are compared one by one; a longer one is shown as replaced, because comparing is slow."""
ALIKE = 0.4
"""Of the words of two paragraphs: below that, they are two paragraphs and no changed one."""

_WORDS = re.compile(r"\s+|\d[\d.,:]*\d|\w+|[^\w\s]")


@dataclass(frozen=True)
class Piece:
    """Some words, and what became of them."""

    fate: Fate
    text: str


def differences(before: Sequence[str], after: Sequence[str]) -> list[tuple[Piece, ...]]:
    """The paragraphs of both wordings in order; a paragraph with pieces of several fates was changed."""
    matcher = SequenceMatcher(None, before, after, autojunk=False)
    return [
        paragraph
        for fate, i, j, k, m in matcher.get_opcodes()
        for paragraph in _paragraphs(fate, before[i:j], after[k:m])
    ]


def _paragraphs(fate: str, before: Sequence[str], after: Sequence[str]) -> Iterator[tuple[Piece, ...]]:
    if fate == "equal":
        yield from ((Piece("same", text),) for text in before)
        return
    for old, new in zip(before, after, strict=False):
        yield from _changed(old, new)
    shared = min(len(before), len(after))
    yield from ((Piece("gone", text),) for text in before[shared:])
    yield from ((Piece("new", text),) for text in after[shared:])


def _changed(old: str, new: str) -> list[tuple[Piece, ...]]:
    ours, theirs = _WORDS.findall(old), _WORDS.findall(new)
    matcher = SequenceMatcher(None, ours, theirs, autojunk=False)
    if max(len(ours), len(theirs)) > MOST or matcher.ratio() < ALIKE:
        return [(Piece("gone", old),), (Piece("new", new),)]
    return [tuple(_pieces(matcher, ours, theirs))]


def _pieces(matcher: SequenceMatcher[str], ours: Sequence[str], theirs: Sequence[str]) -> Iterator[Piece]:
    for fate, i, j, k, m in matcher.get_opcodes():
        if fate == "equal":
            yield Piece("same", "".join(ours[i:j]))
            continue
        if i < j:
            yield Piece("gone", "".join(ours[i:j]))
        if k < m:
            yield Piece("new", "".join(theirs[k:m]))
