"""Two wordings side by side: which paragraphs are the same, which words differ."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Literal

Fate = Literal["same", "gone", "new"]
MOST = 2_000_000
"""Pairs of equal words, or of equal paragraphs, that are looked at for one page: seconds' worth. Comparing is slow, and
a page may be made so that it never ends: what comes after them is shown as replaced."""
ALIKE = 0.4
"""Of the words of two paragraphs: below that, they are two paragraphs and no changed one."""

_WORDS = re.compile(r"\s+|\d[\d.,:]*\d|\w+|[^\w\s]")


@dataclass(frozen=True)
class DiffPiece:
    """Some words, and what became of them."""

    fate: Fate
    text: str


def paragraph_changes(before: Sequence[str], after: Sequence[str]) -> list[tuple[DiffPiece, ...]]:
    """The paragraphs of both wordings in order; a paragraph with pieces of several fates was changed."""
    left = MOST - _pairs(before, after)
    shown: list[tuple[DiffPiece, ...]] = []
    for fate, conditions, theirs in _runs(before, after) if left >= 0 else [("replace", before, after)]:
        if fate == "equal":
            shown += ((DiffPiece("same", text),) for text in conditions)
            continue
        for old, new in zip(conditions, theirs, strict=False):
            fields, others = _WORDS.findall(old), _WORDS.findall(new)
            left -= _pairs(fields, others)
            shown += _changed(fields, others) if left >= 0 else _replaced(old, new)
        shared = min(len(conditions), len(theirs))
        shown += ((DiffPiece("gone", text),) for text in conditions[shared:])
        shown += ((DiffPiece("new", text),) for text in theirs[shared:])
    return shown


def _pairs(ours: Sequence[str], theirs: Sequence[str]) -> int:
    """What comparing costs: in how many ways one of ours is one of theirs."""
    times = Counter(theirs)
    return sum(count * times[text] for text, count in Counter(ours).items())


def _runs(before: Sequence[str], after: Sequence[str]) -> Iterator[tuple[str, Sequence[str], Sequence[str]]]:
    for fate, i, j, k, m in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        yield fate, before[i:j], after[k:m]


def _replaced(old: str, new: str) -> list[tuple[DiffPiece, ...]]:
    return [(DiffPiece("gone", old),), (DiffPiece("new", new),)]


def _changed(ours: Sequence[str], theirs: Sequence[str]) -> list[tuple[DiffPiece, ...]]:
    matcher = SequenceMatcher(None, ours, theirs, autojunk=False)
    if matcher.quick_ratio() < ALIKE or matcher.ratio() < ALIKE:
        return _replaced("".join(ours), "".join(theirs))
    return [tuple(_pieces(matcher, ours, theirs))]


def _pieces(matcher: SequenceMatcher[str], ours: Sequence[str], theirs: Sequence[str]) -> Iterator[DiffPiece]:
    for fate, i, j, k, m in matcher.get_opcodes():
        if fate == "equal":
            yield DiffPiece("same", "".join(ours[i:j]))
            continue
        if i < j:
            yield DiffPiece("gone", "".join(ours[i:j]))
        if k < m:
            yield DiffPiece("new", "".join(theirs[k:m]))
