"""Lines of a page's tree: the block that is a line, or what stands between two line breaks."""

from collections.abc import Iterator
from itertools import islice
from typing import Final

from lxml import etree

from services.parser.characters import squeeze
from services.parser.stamp_nodes import Text

HEADING: Final = 80
"""Characters of a heading over comments or other articles, and of an element within a line."""
PARTS: Final = 12
"""Pieces of a line to each side of a text."""
_INLINE_NAMES = "a abbr acronym b bdi bdo big cite em font i ins label mark q s small span strong sub sup time tt u"
INLINE: Final = frozenset(_INLINE_NAMES.split())
_ATTRIBUTES: Final = ("class", "id", "itemprop", "property")


def marks(*nodes: etree._Element | None) -> str:
    """The words of the attributes that say what elements are."""
    return " ".join(filter(None, (node.get(name) for node in nodes if node is not None for name in _ATTRIBUTES)))


def text_of(node: etree._Element, most: int) -> str:
    """The text of an element as far as it matters whether it is short."""
    parts: list[str] = []
    length = 0
    for part in node.itertext():
        parts.append(part)
        length += len(part.strip())
        if length > most:
            break
    return squeeze(" ".join(parts)) if len(parts) > 1 else squeeze("".join(parts))


def _line_parts(node: etree._Element, *, back: bool) -> Iterator[str]:
    """What stands before or after an inline element up to a line break or a block, the nearest first."""
    step = node.getprevious if back else node.getnext
    sibling = step()
    if not back and node.tail:
        yield node.tail
    while sibling is not None:
        if back and sibling.tail:
            yield sibling.tail
        if sibling.tag not in INLINE:
            return
        yield text_of(sibling, HEADING)
        if not back and sibling.tail:
            yield sibling.tail
        sibling = sibling.getprevious() if back else sibling.getnext()
    parent = node.getparent()
    if back and parent is not None and parent.text:
        yield parent.text


def line_of(node: Text, most: int) -> str:
    """The line of a text in a block of many: from one line break to the next."""
    inner = squeeze(node.text)
    if len(inner) > most:
        return inner
    if node.beside:
        element = node.element
        before = [text_of(element, HEADING), *_few(element, back=True)] if element.tag in INLINE else []
        after = _few(element, back=False)[1:]
    elif node.holder.tag in INLINE:
        before, after = _few(node.holder, back=True), _few(node.holder, back=False)
    else:
        before, first = [], next(iter(node.holder), None)
        inside = first is not None and first.tag in INLINE
        after = [text_of(first, HEADING), *_few(first, back=False)] if first is not None and inside else []
    return squeeze(" ".join([*reversed(before), inner, *after]))


def _few(element: etree._Element, *, back: bool) -> list[str]:
    return list(islice(_line_parts(element, back=back), PARTS))


def block_of(node: etree._Element) -> etree._Element:
    """The element that is a line of the page: the first around it that is not within a line."""
    while node.tag in INLINE and node.getparent() is not None:
        node = node.getparent()
    return node
