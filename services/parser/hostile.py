"""Pages built to hurt a parser, told apart in one linear look before any tree is made."""

import re

from services.parser.characters import Decoded

MAX_BYTES = 10_000_000
# lxml compares each attribute of a tag with all before it: about 1 ns for each pair, measured with lxml 6.1.
MAX_PAIRS = 2_000_000_000

# A tag as the HTML tokenizer sees it: quotes matter only after an equals sign. Possessive, so linear on any input.
_LONG_TAG = re.compile(r"<[a-zA-Z](?:[^>=]++|=\s*+(?:\"[^\"]*+\"?|'[^']*+'?)?)*+")
_NAME = re.compile(r"[^\s/\"']+")
_SHORT = 1_000
# Every character that may part attributes as a space: so they are all counted at once, and faster than one by one.
_AS_SPACES = bytes(0x20 if chr(code) in " \t\n\r\f/\"'" else code for code in range(256))


def hostile(markup: Decoded) -> str | None:
    """Why no tree may be built of this page, or None."""
    # Attributes are parted by these: a page with few of them has no room for the trap, and most pages end here.
    if len(markup) ** 2 < 4 * MAX_PAIRS or _partings(markup) ** 2 < MAX_PAIRS:
        return None
    pairs = 0
    for tag in _LONG_TAG.finditer(markup):
        if tag.end() - tag.start() > _SHORT:
            pairs += len(_NAME.findall(tag[0])) ** 2
            if pairs > MAX_PAIRS:
                return "Its tags carry more attributes than any page needs."
    return None


def _partings(markup: Decoded) -> int:
    """How many characters of a page may part attributes."""
    return markup.utf8.translate(_AS_SPACES).count(b" ")
