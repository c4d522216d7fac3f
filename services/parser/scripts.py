"""Superscripts and subscripts as characters of their own, so that an exponent or footnote never joins a number."""

import re
from collections.abc import Mapping
from itertools import islice
from types import MappingProxyType
from typing import Final

from lxml import etree

LONGEST: Final = 8  # characters of an exponent or of a footnote's mark
_FIGURES: Final = re.compile(r"\s*[+\-−]?\d[\d,]{0,7}\s*")
_TOUCHING: Final = re.compile(r"(?:\w|\d[.,])$")
_PLAIN: Final = "0123456789+-−"
RAISED: Final[Mapping[int, str]] = MappingProxyType(dict(zip(map(ord, _PLAIN), "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻", strict=True)))
LOWERED: Final[Mapping[int, str]] = MappingProxyType(dict(zip(map(ord, _PLAIN), "₀₁₂₃₄₅₆₇₈₉₊₋₋", strict=True)))


def part_figures(region: etree._Element) -> None:
    """Writes such figures into a region of a page, where they would join what stands before them.

    "10<sup>6</sup>" is 10⁶, and "2023<sup>1</sup>" is 2023¹. Behind a full stop a mark joins nothing, and neither does
    the 2 of "CO<sub>2</sub>".
    """
    for element in region.iter("sup", "sub"):
        text = "".join(islice(element.itertext(), LONGEST))
        if len(text) <= LONGEST and _FIGURES.fullmatch(text):
            before = _before(element)[-2:]
            if _TOUCHING.search(before) and (element.tag == "sup" or before[-1].isdigit()):
                _write(element, RAISED if element.tag == "sup" else LOWERED)


def _before(element: etree._Element) -> str:
    beside = element.getprevious()
    if beside is None:
        return element.getparent().text or ""
    return beside.tail or ("" if beside.tag in {"br", "sup", "sub"} else _last(beside))


def _last(element: etree._Element) -> str:
    """The last words of an element, if it ends with words."""
    while len(element):
        element = element[-1]
        if element.tail:
            return str(element.tail)
    return element.text or ""


def _write(element: etree._Element, script: Mapping[int, str]) -> None:
    for part in element.iter():
        if isinstance(part.tag, str):
            part.text = part.text and part.text.translate(script)
            if part is not element:
                part.tail = part.tail and part.tail.translate(script)
