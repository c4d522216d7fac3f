"""Boosted decision trees that somebody else trained: numbers of a line in, the odds that it is the article's out.

A tree is a leaf, which is a number, or `[feature, cut, low, high]`: a line whose feature is at most the cut goes on in
`low`. The sum of the leaves that a line comes to is the logarithm of its odds.
"""

import json
from collections.abc import Callable, Iterable, Sequence
from collections.abc import Set as AbstractSet
from functools import cache
from importlib.resources import files
from math import floor
from typing import Any

from services.parser.general.features import COUNTS, FLAGS


class Trees:
    """A trained classifier; `features` are the names of the numbers that it wants, in order.

    The trees are compiled: to walk them as data takes ten times as long. Python compares numbers of one kind, and asks
    what is true or false, much faster than it compares a number with one of another kind.
    """

    def __init__(
        self,
        features: Sequence[str],
        trees: Iterable[Any],
        *,
        flags: AbstractSet[str] = frozenset(),
        counts: AbstractSet[str] = frozenset(),
    ) -> None:
        """`flags` are the features that are true or false, `counts` those that are whole numbers."""
        self.features = tuple(features)
        kinds = ["flag" if name in flags else "count" if name in counts else "share" for name in self.features]
        source = "+".join(["0.0", *(_source(tree, kinds) for tree in trees)])
        names = ",".join(f"f{at}" for at in range(len(kinds)))
        # Nothing but our own numbers is in it: `_source` writes no other text.
        self._sum: Callable[..., float] = eval(f"lambda {names}: {source}", {})  # noqa: S307

    def log_odds(self, row: Sequence[float]) -> float:
        """The logarithm of the odds that a line with these numbers is the article's."""
        return self._sum(*row)


@cache
def trained() -> Trees:
    """The classifier in `lines.json`, which tests/tools/training/train_lines.py writes."""
    whole = json.loads((files(__package__ or "") / "lines.json").read_text(encoding="ascii"))
    return Trees(whole["features"], whole["trees"], flags=FLAGS, counts=COUNTS)


def _source(node: Any, kinds: Sequence[str]) -> str:
    """A tree as an expression; the numbers are checked to be numbers."""
    if not isinstance(node, list):
        return repr(float(node))
    feature, cut, low, high = node
    low, high = _source(low, kinds), _source(high, kinds)
    if kinds[feature] == "flag":
        return f"({high} if f{int(feature)} else {low})"
    bound = floor(cut) if kinds[feature] == "count" else float(cut)
    return f"({low} if f{int(feature)} <= {bound!r} else {high})"
