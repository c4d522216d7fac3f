"""The text of a page that only scripts would show, or only readers without scripts see."""

import re
from collections.abc import Iterator, Sequence
from typing import Final

from lxml import etree

from services.parser.characters import squeeze, word_count
from services.parser.hidden import is_hidden
from services.parser.lexicon import either, lexicon
from services.parser.lines import Line
from services.parser.markup import marks_of
from services.parser.spoken import spoken
from services.parser.zones import OUTSIDE, zones_of

LEAST: Final = 100  # words of a text that is an article's; a note about scripts or cookies has fewer
SHOWN: Final = 0.3  # of it; a page that shows more shows the article
_zone_of: Final = zones_of(())
_DIALOG: Final = re.compile(either(lexicon("pages")["dialogs"]), re.IGNORECASE)
_UNREAD: Final = "noscript"


def reveal(region: etree._Element, lines: Sequence[Line]) -> bool:
    """Makes the longest such text part of the page, if the page shows next to nothing else; whether it did."""
    shown = sum(line.words for line in lines if line.zone not in OUTSIDE and line.is_prose)
    if shown >= LEAST:
        return False
    texts = ((word_count(squeeze(spoken(element))), element) for element in _unshown(region))
    tokens, longest = max(texts, key=lambda text: text[0], default=(0, None))
    if longest is None or tokens < LEAST or shown >= SHOWN * tokens:
        return False
    _show(longest)
    return True


def _unshown(region: etree._Element) -> Iterator[etree._Element]:
    for element in region.iter(etree.Element):
        if element.tag == _UNREAD or (is_hidden(element) and not _is_chrome(marks_of(element))):
            yield element


def _is_chrome(marks: str) -> bool:
    return _zone_of(marks, True) in OUTSIDE or _DIALOG.search(marks) is not None


def _show(element: etree._Element) -> None:
    for name in ("hidden", "style"):
        element.attrib.pop(name, None)
    if element.tag == _UNREAD:
        element.tag = "div"
