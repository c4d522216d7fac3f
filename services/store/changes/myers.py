"""The shortest way from one list of words to another, after Myers (1986), within a budget of steps.

The cost is the length of the lists times the number of edits. A page can be made so that this never ends: once the
budget is spent, what is left counts as replaced.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from services.contracts.changes import Fate

MOST_EDITS = 400
"""Edits within one text, above which it counts as replaced: nobody reads a diff with more."""


@dataclass
class Budget:
    """Steps that are left for all texts of an article together; 300 000 take about 0.1 s."""

    steps: int = 300_000


Run = tuple[Fate, Sequence[str]]


def runs(old: Sequence[str], new: Sequence[str], budget: Budget) -> Iterator[Run]:
    """Stretches of words in order: the same, removed, added. Empty ones are left out."""
    head = _shared(old, new)
    tail = min(_shared(old[::-1], new[::-1]), min(len(old), len(new)) - head)
    ends = len(old) - tail, len(new) - tail
    parts = [("same", old[:head]), *_middle(old[head : ends[0]], new[head : ends[1]], budget), ("same", old[ends[0] :])]
    yield from ((fate, words) for fate, words in parts if words)


def _shared(old: Sequence[str], new: Sequence[str]) -> int:
    """How many words both begin with."""
    return next(
        (at for at, (one, other) in enumerate(zip(old, new, strict=False)) if one != other), min(len(old), len(new))
    )


def _middle(old: Sequence[str], new: Sequence[str], budget: Budget) -> list[Run]:
    trace = _trace(old, new, budget) if old and new else None
    return [("deleted", old), ("inserted", new)] if trace is None else _walked(old, new, trace)


def _trace(old: Sequence[str], new: Sequence[str], budget: Budget) -> list[dict[int, int]] | None:
    """For each number of edits, how far each diagonal leads; None where the budget ends first."""
    furthest, trace = {1: 0}, []
    for edits in range(min(len(old) + len(new), MOST_EDITS) + 1):
        trace.append(dict(furthest))
        for diagonal in range(-edits, edits + 1, 2):
            x = _step(furthest, diagonal, edits)
            start, y = x, x - diagonal
            while x < len(old) and y < len(new) and old[x] == new[y]:
                x, y = x + 1, y + 1
            budget.steps -= 1 + x - start
            furthest[diagonal] = x
            if x >= len(old) and y >= len(new):
                return trace
        if budget.steps < 0:
            return None
    return None


def _step(furthest: dict[int, int], diagonal: int, edits: int) -> int:
    """Where a diagonal is entered: by a word that was added, or by one that was removed."""
    down = diagonal == -edits or (diagonal != edits and furthest[diagonal - 1] < furthest[diagonal + 1])
    return furthest[diagonal + 1] if down else furthest[diagonal - 1] + 1


def _walked(old: Sequence[str], new: Sequence[str], trace: list[dict[int, int]]) -> list[Run]:
    """The way back from the end, put in order."""
    steps, x, y = list[tuple[Fate, str]](), len(old), len(new)
    for edits in range(len(trace) - 1, -1, -1):
        diagonal = x - y
        entered = _step(trace[edits], diagonal, edits) if edits else 0
        while x > entered and y > entered - diagonal:
            x, y = x - 1, y - 1
            steps.append(("same", old[x]))
        if not edits:
            break
        down = diagonal == -edits or (diagonal != edits and trace[edits][diagonal - 1] < trace[edits][diagonal + 1])
        if down:
            y -= 1
            steps.append(("inserted", new[y]))
        else:
            x -= 1
            steps.append(("deleted", old[x]))
    return _gathered(steps[::-1])


def _gathered(steps: Sequence[tuple[Fate, str]]) -> list[Run]:
    """Neighbours of one fate as one run."""
    gathered = list[tuple[Fate, list[str]]]()
    for fate, word in steps:
        if not gathered or gathered[-1][0] != fate:
            gathered.append((fate, []))
        gathered[-1][1].append(word)
    return [(fate, words) for fate, words in gathered]
