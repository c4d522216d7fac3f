"""Raised and lowered figures in characters of their own, so that an exponent or a footnote never joins a number."""

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from lxml import etree

LONGEST: Final = 8  # characters of an exponent or of a footnote's mark
_FIGURES: Final = re.compile(r"\s*[+\-−]?\d[\d,]{0,7}\s*")
_TOUCHING: Final = re.compile(r"(?:\w|\d[.,])$")
_PLAIN: Final = "0123456789+-−"
RAISED: Final[Mapping[int, str]] = MappingProxyType(dict(zip(map(ord, _PLAIN), "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻", strict=True)))
LOWERED: Final[Mapping[int, str]] = MappingProxyType(dict(zip(map(ord, _PLAIN), "₀₁₂₃₄₅₆₇₈₉₊₋₋", strict=True)))


def script_of(element: etree._Element, before: str) -> Mapping[int, str] | None:
    """The characters for what stands in a `<sup>` or `<sub>` behind these words; None where it can stay as it is.

    "10<sup>6</sup>" is 10⁶, and "2023<sup>1</sup>" is 2023¹. Behind a full stop a mark joins nothing, and neither does
    the 2 of "CO<sub>2</sub>".
    """
    text = "".join(element.itertext())
    if len(text) > LONGEST or not _FIGURES.fullmatch(text) or not _TOUCHING.search(before[-2:]):
        return None
    if element.tag == "sub":
        return LOWERED if before[-1:].isdigit() else None
    return RAISED
