"""The text of a page outside its main region.

With the lines of the region they are every word of the page, apart from the words for machines.
"""

from typing import Final

from lxml import etree

from services.parser.characters import squeeze
from services.parser.markup import BLOCKS, SILENT
from services.parser.spoken import MACHINES

_APART: Final = BLOCKS | SILENT | {"a", "label", "select", "textarea"}


def around(region: etree._Element) -> tuple[list[str], list[str]]:
    """The lines before and after the region, in order; the title of the window is the first of them."""
    before: list[str] = []
    after: list[str] = []
    lines, tokens = before, [""]
    walk = etree.iterwalk(region.getroottree().getroot(), events=("start", "end", "comment", "pi"))
    for event, element in walk:
        starts = event == "start"
        if event in {"start", "end"} and (element is region or element.tag in _APART):
            _end(tokens, lines)
            lines = after if element is region else lines
        if starts and (element is region or element.tag in MACHINES):
            walk.skip_subtree()
        else:
            tokens.append((element.text if starts else element.tail) or "")
    _end(tokens, lines)
    return before, after


def _end(words: list[str], lines: list[str]) -> None:
    lines += filter(None, [squeeze("".join(words))])
    words.clear()
