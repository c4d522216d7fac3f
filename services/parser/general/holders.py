"""The elements that hold the article for certain: whatever they are called, no zone of chrome begins with them."""

from collections.abc import Iterator
from typing import Final

from lxml import etree

from services.parser.characters import fold, squeeze
from services.parser.page import Page

LONG: Final = 60  # characters of a piece of text that is probably of the article
MOST_PIECES: Final = 1_000  # of them are weighed: enough to know where a page has its words
_PIECES: Final = etree.XPath(
    "//body//text()[string-length(normalize-space(.)) > $long]"
    "[not(parent::script or parent::style or parent::noscript or parent::template or parent::textarea)]"
)
_MAIN: Final = etree.XPath("(//main|//*[@role='main'])[1]")
_HEADINGS: Final = etree.XPath("//h1[position() < 4]")
MAY_OUTWEIGH: Final = frozenset({"comments", "unseen"})


class Holders:
    """Which elements of a page hold its article: `sure` by what is in them, `heavy` by how much is."""

    def __init__(self, page: Page) -> None:
        self._sure: set[etree._Element] = set()
        self._heavy: set[etree._Element] = set()
        if page.root is not None:
            self._sure = {above for element in _landmarks(page) for above in _up(element)}
            self._heavy = _heavy(page.root)

    def forbid(self, element: etree._Element, zone: str) -> bool:
        """Whether a zone of this name cannot begin with this element."""
        return element in self._sure or (element in self._heavy and zone not in MAY_OUTWEIGH)


def _landmarks(page: Page) -> Iterator[etree._Element]:
    """The main part, and the heading that the window is called after."""
    yield from _MAIN(page.root)
    title = fold(page.title)
    for heading in _HEADINGS(page.root):
        if (words := fold(squeeze("".join(heading.itertext())))) and words in title and " " in words:
            yield heading


def _up(element: etree._Element) -> Iterator[etree._Element]:
    yield element
    yield from element.iterancestors()


def _heavy(root: etree._Element) -> set[etree._Element]:
    """The elements around more than half of the long pieces of text."""
    weights: dict[etree._Element, int] = {}
    total = 0
    for piece in _PIECES(root, long=LONG)[:MOST_PIECES]:
        total += len(piece)
        home = piece.getparent()
        for element in _up(home.getparent() if piece.is_tail else home):
            weights[element] = weights.get(element, 0) + len(piece)
    return {element for element, weight in weights.items() if 2 * weight > total}
