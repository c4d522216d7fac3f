"""What of a page's tree may show a date: short texts, running text, links, headings and elements for machines."""

import re
from collections.abc import Iterator
from typing import Final, NamedTuple, TypeAlias

from lxml import etree

from services.parser.characters import squeeze, word_count

PROSE, PROSE_WORDS = 80, 12  # characters and words of running text
DATA: Final = ("title", "data-timestamp", "data-time", "data-date", "data-datetime", "data-utime", "data-published")
"""Attributes in which elements for dates keep them."""
_WHOLE: Final = frozenset({"time", "a", "h1", "h2", "h3", "h4", "h5", "h6"})
_SILENT: Final = frozenset({"script", "style", "noscript", "template", "textarea", "option", "svg", "title"})
_ITEMS: Final = frozenset(
    {"datePublished", "datepublished", "dateCreated", "datecreated", "dateModified", "datemodified"}
)
_TIMED: Final = re.compile("date|time|publish")
_DIGIT: Final = re.compile("[0-9]")


class Text(NamedTuple):
    """A text of the tree: the `holder` is the element that it stands in, `beside` whether `element` ends before it,
    and does not hold it.
    """

    text: str
    holder: etree._Element
    element: etree._Element
    beside: bool

    @property
    def is_prose(self) -> bool:
        """Whether it is running text."""
        text = squeeze(self.text) if len(self.text) >= PROSE else ""  # markup is indented
        return len(text) >= PROSE and word_count(text) > PROSE_WORDS


Node: TypeAlias = "Text | etree._Element"  # noqa: SLF001 - lxml has no other name for it


def nodes_of(body: etree._Element, start: str) -> Iterator[Node]:
    """The nodes that matter, in the order of the page; texts also where they hold `start`, in which no digit stands.

    One walk in Python takes a seventh of the time of the same question in XPath, which spells out each text.
    """
    has_digit = _DIGIT.search
    for event, element in etree.iterwalk(body, events=("start", "end", "comment", "pi")):
        if event == "start":
            name = element.tag
            if name in _WHOLE or _may_date(element):
                yield element
            text = element.text if name not in _SILENT else None  # to ask for a long script costs as much as it is long
        elif element is body:
            return
        else:
            text = element.tail
        if text and (len(text) >= PROSE or has_digit(text) or start in text):
            holder, beside = (element, False) if event == "start" else (element.getparent(), True)
            if holder.tag not in _SILENT:
                yield Text(text, holder, element, beside)


def _may_date(element: etree._Element) -> bool:
    """Whether it is an element that may say a date to machines."""
    classes = element.get("class")
    if classes and _TIMED.search(classes) and any(element.get(name) is not None for name in DATA):
        return True
    item, about = element.get("itemprop"), element.get("property")
    return (
        (item is not None and item in _ITEMS)
        or (about is not None and ("dc:date" in about or "datePublished" in about))
        or (element.tag == "abbr" and element.get("title") is not None)
    )
