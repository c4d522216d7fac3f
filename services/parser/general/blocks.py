"""The blocks of a page with what stands in each: how much is text, how much is links, and what it is called."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate
from math import log1p
from typing import Final

from services.parser.general.hints import ELEMENTS, HINTS, element, hints, spread
from services.parser.lines import Line
from services.parser.markup import Place

FADES: Final = 0.6  # of a block's text counts for the block around it, when the densest is looked for
MOST_TWINS: Final = 12
DEEPEST: Final = 30

NAMES: Final = (
    *(f"near_{hint}" for hint in HINTS), *(f"far_{hint}" for hint in HINTS), *(f"in_{name}" for name in ELEMENTS),
    "depth", "is_top", "in_top", "home_words", "home_prose", "home_linked", "home_share", "up_words", "up_linked",
    "up_share", "twins", "twins_linked", "like_top",
)  # fmt: skip
COUNTS: Final = frozenset({"depth", "twins"})
FLAGS: Final = frozenset(NAMES[: NAMES.index("depth")]) | {"is_top", "in_top", "like_top"}


@dataclass(slots=True)
class Block:
    """What stands in a block, with that of the blocks in it: words, those of running text, those in links."""

    words: int = 0
    prose: int = 0
    linked: float = 0
    own_words: int = 0
    own_prose: int = 0
    own_linked: float = 0

    def add(self, words: int, prose: int, linked: float) -> None:
        """Counts a line, or a block in it."""
        self.words += words
        self.prose += prose
        self.linked += linked


class Blocks:
    """The blocks of a page: `top` is the densest, `vector` gives the numbers of one in the order of `NAMES`."""

    def __init__(self, places: Sequence[Place]) -> None:
        self._places = places
        self.blocks = [Block() for _ in places]
        self.top = 0
        self._vectors: dict[int, tuple[float, ...]] = {}

    def count(self, line: Line, words: int, linked: float, *, is_prose: bool) -> None:
        """Counts a line into the block that it stands in."""
        block = self.blocks[line.place]
        block.add(words, words if is_prose else 0, words * linked)

    def close(self) -> None:
        """After the last line: each block counts what is in its blocks, and the densest is found."""
        for block in self.blocks:
            block.own_words, block.own_prose, block.own_linked = block.words, block.prose, block.linked
        near = [float(block.prose) for block in self.blocks]
        for at in range(len(near) - 1, 0, -1):
            parent, block = self._places[at].parent, self.blocks[at]
            self.blocks[parent].add(block.words, block.prose, block.linked)
            near[parent] += FADES * near[at]
        self.top = max(range(len(near)), key=near.__getitem__)
        self.whole = self.blocks[0]
        self._inherit()
        self._pair()

    def _inherit(self) -> None:
        """What each block has from those around it; a block stands after the one around it."""
        self._own, self._around, self._depth, self.in_top = [0], [0], [0], [self.top == 0]
        self._far = [0]
        for at in range(1, len(self._places)):
            parent, tag, terms = self._places[at]
            own = hints(terms)
            self._own.append(own)
            self._far.append(self._far[parent] | own)
            self._around.append(self._around[parent] | element(tag))
            self._depth.append(self._depth[parent] + 1)
            self.in_top.append(at == self.top or self.in_top[parent])

    def _pair(self) -> None:
        """Finds twins: blocks of one name beside each other, as the cards of a list are."""
        members: dict[Place, list[int]] = {}
        for at, place in enumerate(self._places):
            members.setdefault(place, []).append(at)
        self._twins = [(0, 0.0)] * len(self._places)
        for twins in members.values():
            if len(twins) > 1:
                tokens = sum(self.blocks[at].words for at in twins)
                linked = sum(self.blocks[at].linked for at in twins) / tokens if tokens else 0.0
                for at in twins:
                    self._twins[at] = (min(len(twins), MOST_TWINS), linked)

    def vector(self, at: int) -> tuple[float, ...]:
        """The numbers of a block."""
        entry = self._vectors.get(at)
        if entry is None:
            entry = self._vectors[at] = (*self._named(at), *self._measured(at))
        return entry

    def _named(self, at: int) -> tuple[int, ...]:
        up = self._places[at].parent
        near = self._own[at] | self._own[up] | self._own[self._places[up].parent]
        width = len(HINTS)
        parts = (*spread(near, width), *spread(self._far[at], width))
        return (*parts, *spread(self._around[at], len(ELEMENTS)), min(self._depth[at], DEEPEST))

    def _measured(self, at: int) -> tuple[float, ...]:
        parent, _, words = self._places[at]
        block, up, top = self.blocks[at], self.blocks[parent], self._places[self.top]
        total = max(1, self.whole.prose)
        return (
            at == self.top, self.in_top[at], log1p(block.own_words), _share(block.own_prose, block.own_words),
            _share(block.own_linked, block.own_words), block.prose / total, log1p(up.words),
            _share(up.linked, up.words), up.prose / total, *max(self._twins[at], self._twins[parent]),
            self._places[at].tag == top.tag and words == top.words,
        )  # fmt: skip


def _share(part: float, whole: float) -> float:
    return part / whole if whole else 0.0


def sums(values: Sequence[float]) -> list[float]:
    """The sum of the first n values, at n."""
    return list(accumulate(values, initial=0.0))
