"""A title that a dump begins with, of the window or of a scraper: the headline in the page says the same."""

from collections.abc import Sequence

from services.parser.characters import fold
from services.parser.dumps.titles import said_parts
from services.parser.lines import Line

FIRST = 3  # lines of a page that a window's title may be one of


def in_page(lines: Sequence[Line], said: Sequence[int], at: int) -> int:
    """The place of the headline in the page, if the line is such a title, else its own.

    `said` is how many characters of text each line has.
    """
    if not lines or not (at < FIRST or lines[at].zone == "headline"):
        return at
    own = [other for other in _copies(lines, at) if 2 * sum(said[at:other]) <= sum(said[at:])]
    marked = (other for other in own if lines[other].zone == "title" or lines[other].shape == "subhead")
    return next(marked, next(iter(own), at))


def _copies(lines: Sequence[Line], at: int) -> list[int]:
    """The lines below that say the same, alone or without the site's name; one in capitals is no better."""
    title = lines[at].text
    parts = {fold(part) for part in said_parts(title)}
    return [
        other
        for other in range(at + 1, len(lines))
        if lines[other].key in parts and (title.isupper() or not lines[other].text.isupper())
    ]
