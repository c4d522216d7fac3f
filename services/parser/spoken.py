"""The text of an element as people read it, without what is there for machines."""

from collections.abc import Iterator
from typing import Final

from lxml import etree

MACHINES: Final = frozenset({"script", "style", "template"})


def spoken(element: etree._Element) -> str:
    """Its words, from its start to its end."""
    return "".join(_spoken(element))


def _spoken(element: etree._Element) -> Iterator[str]:
    walk = etree.iterwalk(element, events=("start", "end", "comment", "pi"))
    for event, entry in walk:
        if event == "start" and entry.tag in MACHINES:
            walk.skip_subtree()
        elif event == "start":
            yield entry.text or ""
        elif entry is not element:
            yield entry.tail or ""
