"""Boosted decision trees that somebody else trained: numbers of a line in, the odds that it is the article's out.

A tree is a leaf, which is a number, or `[feature, cut, low, high]`: a line whose feature is at most the cut goes on in
`low`. The sum of the leaves that a line comes to is the logarithm of its odds.
"""

import json
from collections.abc import Iterable, Sequence
from functools import cache
from importlib.resources import files
from typing import Any

Node = float | tuple[int, float, Any, Any]


class Trees:
    """A trained classifier; `features` are the names of the numbers that it wants, in order."""

    def __init__(self, features: Sequence[str], trees: Iterable[Any]) -> None:
        self.features = tuple(features)
        self._trees = tuple(map(_frozen, trees))

    def log_odds(self, row: Sequence[float]) -> float:
        """The logarithm of the odds that a line with these numbers is the article's."""
        odds = 0.0
        for tree in self._trees:
            node: Any = tree
            while type(node) is tuple:
                node = node[2] if row[node[0]] <= node[1] else node[3]
            odds += node
        return odds


@cache
def trained() -> Trees:
    """The classifier in `lines.json`, which tests/training/train_lines.py writes."""
    whole = json.loads((files(__package__ or "") / "lines.json").read_text(encoding="ascii"))
    return Trees(whole["features"], whole["trees"])


def _frozen(node: Any) -> Node:
    if not isinstance(node, list):
        return float(node)
    feature, cut, low, high = node
    return (int(feature), float(cut), _frozen(low), _frozen(high))
