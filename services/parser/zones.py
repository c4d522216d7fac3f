"""Which part of a page an element begins, told by its tag, its id and its classes.

A zone is a word. The zones in `OUTSIDE` are never part of the article: nothing inside them is read as anything else,
and the zone's name is the rule under which its lines leave.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from types import MappingProxyType

from services.parser.lexicon import either, lexicon

_LEXICON = lexicon("zones")


def _by_word(table: Mapping[str, Sequence[str]]) -> Mapping[str, str]:
    return MappingProxyType({term: zone for zone, tokens in table.items() for term in tokens})


OUTSIDE = frozenset(_LEXICON["outside"])
TAGS = _by_word(_LEXICON["tags"])
CLASSES = _by_word(_LEXICON["classes"])
_HINTS = re.compile(either(f"(?P<{zone}>{either(forms)})" for zone, forms in _LEXICON["hints"].items()))


@lru_cache(maxsize=64)
def zones_of(own: tuple[tuple[str, str], ...]) -> Callable[[str, bool], str | None]:
    """The zone that an element begins by the words of its class and id: `own` (the layout's) before everybody's.

    The second argument is whether the element is a block.
    """
    tables = (dict(own), CLASSES)

    @lru_cache(maxsize=8_192)  # pages of one site repeat their classes
    def zone_of(words: str, block: bool) -> str | None:
        for known in tables:
            for token in words.split():
                if token in known:
                    return known[token]
        if block and (hint := _HINTS.search(words)):
            return hint.lastgroup
        return None

    return zone_of
