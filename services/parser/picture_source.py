"""Where a picture really is, and which elements are about one: pages that load late write the address elsewhere."""

import re
from collections.abc import Iterator
from typing import Final

from lxml import etree

from services.parser.characters import squeeze

# Where scripts that load a picture late find its address: what stands in `src` meanwhile is a stand-in.
_LATE: Final = ("data-src", "data-lazy-src", "data-original", "data-full-src", "data-hi-res-src", "data-image")
_SETS: Final = ("data-srcset", "data-lazy-srcset", "srcset")
_SIZE: Final = re.compile(r"(\d{1,6}(?:\.\d{1,3})?)[wx]$")
_MAX_SET: Final = 20_000
"""Characters of a `srcset`; no page needs more."""
CAPTION_LENGTH: Final = 400
"""Characters; a longer paragraph under a lone picture is text. The longest caption of 394 measured has 851, median 362,
but those stand in elements that say so."""


def source_of(image: etree._Element) -> str:
    """The address of the picture as the page writes it, the largest of several; empty where it has none."""
    return next(filter(None, _addresses(image)), "")


def _addresses(image: etree._Element) -> Iterator[str]:
    yield from (image.get(name, "") for name in _LATE)
    plain = image.get("src", "")
    yield "" if plain.startswith("data:") else plain
    yield from (largest(image.get(name, "")) for name in _SETS)
    around = next(image.iterancestors("picture"), None)  # lxml takes an <img> after a <source> for its child
    if around is not None:
        yield from (largest(source.get(name, "")) for source in around.iter("source") for name in _SETS)


def largest(candidates: str) -> str:
    """The address of the largest picture in a `srcset`; the first of those without a size."""
    parts = [part.split() for part in re.split(r",\s", candidates[:_MAX_SET]) if part.strip()]
    return max(parts, key=_size)[0].rstrip(",") if parts else ""


def _size(part: list[str]) -> float:
    hit = _SIZE.match(part[-1].rstrip(",")) if len(part) > 1 else None
    return float(hit[1]) if hit else 0.0


def holds_one_picture(element: etree._Element) -> bool:
    """Whether this is one picture and one short paragraph, which is its caption, and nothing else."""
    if len(element) != 2 or element[1].tag != "p" or (element.text or "").strip():
        return False
    first, text = element[0], element[1]
    return (
        (first.tag == "img" or (first.tag in {"a", "picture", "div"} and _shows_only_a_picture(first)))
        and len(text) == len(text.findall("em")) + len(text.findall("i"))
        and 0 < len(squeeze("".join(text.itertext()))) <= CAPTION_LENGTH
    )


def _shows_only_a_picture(element: etree._Element) -> bool:
    return len(list(element.iter("img"))) == 1 and not "".join(element.itertext()).strip()


def plays(element: etree._Element) -> bool:
    """Whether it is the frame of a player, whose words are no caption."""
    return next(element.iter("audio", "video"), None) is not None
