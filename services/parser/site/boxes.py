"""The blocks of a page under names that are the same on every page of its site."""

import re
from collections.abc import Sequence
from functools import lru_cache

from services.parser.lines import Line
from services.parser.markup import Place

LONGEST = 120  # characters of a part of a name
# Numbers of one page, of one row, of one build: "node-4711", "views-row-3", "view-dom-id-c18bd1a0278f94d1".
_ONCE = re.compile(r"[0-9a-f]{8,}|\d+")
_STATES = frozenset({"odd", "even", "first", "last", "active", "clearfix"})
# Words by which publishing systems say what one page is about, and not which block of the template this is.
_FILED = re.compile(r"(?:category|tag|author|topic|term|tax|taxonomy|series|location|post|postid|nid|tid)-\w")


class Boxes:
    """The named blocks of one page: each by its element and classes, within two blocks around it that have classes."""

    def __init__(self, places: Sequence[Place]) -> None:
        self._places = places
        self._owns = [_own(place.tag, place.words) for place in places]
        self._homes: list[str] = []
        for at, place in enumerate(places):
            self._homes.append(self._home(place.parent) if at else "")

    def _home(self, parent: int) -> str:
        """What the blocks right inside of this one are in."""
        own, home = self._owns[parent], self._homes[parent]
        if "." in own:
            return f"{own} in {home.partition(' in ')[0]}"
        inner, _, outer = home.partition(" in ")
        return f"{inner} > {own}"[-LONGEST:] + (f" in {outer}" if outer else "")

    def name(self, place: int) -> str:
        """The name of a block."""
        return f"{self._owns[place]} in {self._homes[place]}"

    def has_class(self, place: int) -> bool:
        """Whether the template gave the block a name of its own."""
        return "." in self._owns[place]

    def around(self, line: Line) -> list[int]:
        """The block that the line stands in and those around it, from the innermost out."""
        return [line.place, *self.parents(line.place)] if self._places and line.place else []

    def parents(self, place: int) -> list[int]:
        """The blocks around this one, from the innermost out."""
        entries = []
        while place and (place := self._places[place].parent):
            entries.append(place)
        return entries

    def names(self, line: Line) -> list[str]:
        """The names of the blocks around a line, and first of its own paragraph, if that has classes."""
        names = [self.name(place) for place in self.around(line)]
        return [own, *names] if (own := self.paragraph_name(line)) else names

    def paragraph_name(self, line: Line) -> str | None:
        """The name of the line's own paragraph among those of blocks, if it has classes."""
        own = self.paragraph(line)
        return own and f"{own} in {self._home(line.place)}"

    def spot(self, line: Line) -> str:
        """Where a line stands: the nearest element around it that has classes; empty where none has."""
        if own := self.paragraph(line):
            return own
        labels = next((place for place in self.around(line) if self.has_class(place)), 0)
        return self._owns[labels] if labels else ""

    def paragraph(self, line: Line) -> str | None:
        """The line's own paragraph, heading or item, if that has classes."""
        if not (self._places and line.marks) or line.tag == self._places[line.place].tag:
            return None
        return _own(line.tag, line.marks)


@lru_cache(maxsize=8_192)
def _own(tag: str, words: str) -> str:
    marks = sorted({_ONCE.sub("0", token) for token in words.split() if not _FILED.match(token)} - _STATES)
    return ".".join((tag, *marks))[:LONGEST]
