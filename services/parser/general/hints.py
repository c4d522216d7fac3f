"""What the names of elements hint at, as numbers: a set of hints is one integer, bit by bit."""

from functools import lru_cache
from typing import Final

from services.parser.lexicon import lexicon

LONGEST: Final = 300  # characters of class and id that are looked at
_WORDS: Final = tuple((1 << bit, tuple(tokens)) for bit, tokens in enumerate(lexicon("hints").values()))
HINTS: Final = tuple(lexicon("hints"))
ELEMENTS: Final = ("main", "article", "header", "form", "section", "ul", "table", "blockquote", "figure")
"""The elements around a line that count, whatever their names say."""
_ELEMENT: Final = {name: 1 << bit for bit, name in enumerate(ELEMENTS)} | {"ol": 1 << ELEMENTS.index("ul")}


@lru_cache(maxsize=16_384)
def hints(words: str) -> int:
    """What these words of a class and an id hint at."""
    result = 0
    for token in words[:LONGEST].split():
        result |= _hints(token)
    return result


@lru_cache(maxsize=65_536)  # the same words stand in many combinations
def _hints(word: str) -> int:
    plain = f" {word.lower()} ".replace("-", "").replace("_", "")
    return sum(bit for bit, parts in _WORDS if any(part in plain for part in parts))


def element(tag: str) -> int:
    """The bit of an element that counts, else nothing."""
    return _ELEMENT.get(tag, 0)


@lru_cache(maxsize=4_096)
def spread(bits: int, width: int) -> tuple[int, ...]:
    """The bits of a set, the lowest first."""
    return tuple(bits >> bit & 1 for bit in range(width))
