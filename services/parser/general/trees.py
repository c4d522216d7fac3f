"""Boosted decision trees that somebody else trained: numbers of a line in, the odds that it is the article's out.

A tree is a leaf, which is a number, or `[feature, cut, low, high]`: a line whose feature is at most the cut goes on in
`low`. The sum of the leaves that a line comes to is the logarithm of its odds.
"""

import json
from collections.abc import Callable, Iterable, Sequence
from functools import cache
from importlib.resources import files
from typing import Any


class Trees:
    """A trained classifier; `features` are the names of the numbers that it wants, in order.

    `log_odds` is the logarithm of the odds that a line with these numbers is the article's. The trees are compiled:
    to walk them as data takes ten times as long.
    """

    def __init__(self, features: Sequence[str], trees: Iterable[Any]) -> None:
        self.features = tuple(features)
        source = "+".join(["0.0", *(_source(tree) for tree in trees)])
        # Nothing but our own numbers is in it: `_source` writes no other text.
        self.log_odds: Callable[[Sequence[float]], float] = eval(f"lambda row: {source}", {})  # noqa: S307


@cache
def trained() -> Trees:
    """The classifier in `lines.json`, which tests/training/train_lines.py writes."""
    whole = json.loads((files(__package__ or "") / "lines.json").read_text(encoding="ascii"))
    return Trees(whole["features"], whole["trees"])


def _source(node: Any) -> str:
    """A tree as an expression; the numbers are checked to be numbers."""
    if not isinstance(node, list):
        return repr(float(node))
    feature, cut, low, high = node
    return f"({_source(low)} if row[{int(feature)}] <= {float(cut)!r} else {_source(high)})"
