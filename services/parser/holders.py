"""The elements that hold the article for certain: whatever they are called, no zone of chrome begins with them."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from typing import Final

from lxml import etree

from services.parser.characters import fold, squeeze
from services.parser.page import Page

LONG: Final = 60  # characters of a piece of text that is probably of the article
MOST_PIECES: Final = 1_000  # of them are weighed: enough to know where a page has its words
MOST_HEADINGS: Final = 20  # that may be the article's
MAY_OUTWEIGH: Final = frozenset({"comments", "unseen"})
_UNREAD: Final = frozenset({etree.Comment, etree.PI, "script", "style", "noscript", "template", "textarea"})
_MAIN: Final = etree.XPath("(//main|//*[@role='main'])[1]")


class Holders:
    """Which elements of a page hold its article: `sure` by what is in them, `heavy` by how much is."""

    def __init__(self, page: Page) -> None:
        look = _look(page.root) if page.root is not None else _Look()
        titled = _titled(look.headings, fold(page.title))
        self._sure = {above for element in (*look.main, *titled) for above in _up(element)}
        self._heavy = _heavy(look.pieces[:MOST_PIECES])

    def forbid(self, element: etree._Element, zone: str) -> bool:
        """Whether a zone of this name cannot begin with this element."""
        return element in self._sure or (element in self._heavy and zone not in MAY_OUTWEIGH)


@dataclass
class _Look:
    """What one walk through the tree finds: the main part, headings, and long pieces of text with their elements."""

    main: list[etree._Element] = field(default_factory=list)
    headings: list[etree._Element] = field(default_factory=list)
    pieces: list[tuple[etree._Element, int]] = field(default_factory=list)


def _look(root: etree._Element) -> _Look:
    look = _Look(main=_MAIN(root), headings=list(root.iter("h1")))
    for element in root.iter():
        if (text := element.text) and len(text) > LONG and element.tag not in _UNREAD and _is_long(text):
            look.pieces.append((element, len(text)))
        if (tail := element.tail) and len(tail) > LONG and _is_long(tail):
            look.pieces.append((element.getparent(), len(tail)))
    return look


def _is_long(text: str) -> bool:
    return len(squeeze(text)) > LONG


def _titled(headings: Iterable[etree._Element], title: str) -> Iterator[etree._Element]:
    """The headings that the window is called after."""
    for heading in islice(headings, MOST_HEADINGS):
        if (tokens := fold(squeeze("".join(heading.itertext())))) and tokens in title and " " in tokens:
            yield heading


def _up(element: etree._Element) -> Iterator[etree._Element]:
    yield element
    yield from element.iterancestors()


def _heavy(pieces: Iterable[tuple[etree._Element, int]]) -> set[etree._Element]:
    """The elements around more than half of the long pieces of text."""
    weights: dict[etree._Element, int] = {}
    total = 0
    for home, weight in pieces:
        total += weight
        for element in _up(home):
            weights[element] = weights.get(element, 0) + weight
    return {element for element, weight in weights.items() if 2 * weight > total}
