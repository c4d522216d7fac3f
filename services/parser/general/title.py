"""Where the page prints its own title: what the article begins under."""

from collections.abc import Sequence
from typing import Final

from services.parser.characters import fold
from services.parser.lines import Line
from services.parser.page import Page
from services.parser.zones import OUTSIDE

LEAST: Final = 0.5  # of a line's words are in the title
LONGEST: Final = 40  # words of a title
_HEADINGS: Final = {"h1": 0.3, "h2": 0.15, "h3": 0.15}
_SURE: Final = 0.3


def title_line(page: Page, lines: Sequence[Line]) -> int:
    """The line that says the most of what the window is called and little else, a heading before others; or -1."""
    promised = frozenset(fold(page.meta("og:title", "twitter:title") or page.title).split())
    best, where = 0.0, -1
    for at, line in enumerate(lines):
        if line.zone not in OUTSIDE and (score := _score(line, promised)) > best:
            best, where = score, at
    return where if best >= _SURE else -1


def _score(line: Line, promised: frozenset[str]) -> float:
    """How much like the title a line is; 0 where it is not."""
    tokens = line.key.split(None, LONGEST + 1)
    if len(tokens) > LONGEST:
        return 0.0
    heading = _HEADINGS.get(line.tag, 0.0)
    if promised.isdisjoint(tokens):
        return heading if line.tag == "h1" else 0.0
    distinct = frozenset(tokens)
    shared = len(distinct & promised)
    if shared < LEAST * len(distinct):
        return heading if line.tag == "h1" else 0.0
    return heading + shared / len(promised) * shared / len(distinct)
