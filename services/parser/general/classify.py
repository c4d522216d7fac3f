"""A page of a layout that does not name its body: trained trees say which of its lines are the article's."""

from collections import Counter
from collections.abc import Sequence
from itertools import pairwise
from typing import Final

from services.parser.byline import read_story_line
from services.parser.general.features import STOPS, Features
from services.parser.general.trees import trained
from services.parser.lines import Frame, Line
from services.parser.markup import Place
from services.parser.page import Page
from services.parser.zones import OUTSIDE

RULE: Final = "not-the-article"
LIKELY: Final = -0.3  # the logarithm of the odds from which on a line is the article's
IN_REGION: Final = -1.25  # the same where the layout says in which region of the page the article is
UNLIKELY: Final = -2.5  # above this, a line between two lines of the article that stand in its block is the article's
NEAR: Final = 4  # lines: so far under the text of its block a short paragraph is still of it
BROKEN: Final = frozenset({"div", "td", "section", "article", "main", "center", "body"})
"""Elements that are no paragraph: several lines of one are parted by line breaks."""
PLACED: Final = frozenset({"headline", "caption"})
"""Zones that say themselves what their lines are."""


def mark_by_look(
    page: Page, lines: Sequence[Line], frames: Sequence[Frame], places: Sequence[Place], *, in_region: bool
) -> None:
    """Marks the lines that do not look like the article's. Without a line of running text nothing is known.

    `in_region` says that these are the lines of a part of the page that the layout knows, and not of all of it.
    """
    if not any(line.is_prose for line in lines):
        return
    odds = line_odds(page, lines, places)
    text = article_lines(lines, odds, IN_REGION if in_region else LIKELY)
    pictures = {frame.group for frame in frames if frame.group}
    first = next((at for at, line in enumerate(lines) if line.is_prose and text[at]), 0)
    for at, line in enumerate(lines):
        if text[at] or not line.kept or line.zone in OUTSIDE or line.zone in PLACED or line.group in pictures:
            continue
        if at >= first or read_story_line(line.text) is None:
            line.rule = RULE


def line_odds(page: Page, lines: Sequence[Line], places: Sequence[Place]) -> list[float]:
    """The logarithm of the odds of each line; those of lines in a zone outside of the article are below all others."""
    trees, query = trained(), [at for at, line in enumerate(lines) if line.zone not in OUTSIDE]
    odds = [float("-inf")] * len(lines)
    for at, row in zip(query, Features(page, lines, places).rows(query), strict=True):
        odds[at] = trees.log_odds(row)
    return odds


def article_lines(lines: Sequence[Line], odds: Sequence[float], cut: float) -> list[bool]:
    """Which lines are the article's: the likely ones, and what stands among or after them in one block.

    A short sentence in a paragraph after others of its block needs less than another line.
    """
    text = [line >= cut for line in odds]
    likely = [at for at, sure in enumerate(text) if sure]
    for before, after in pairwise(likely):
        for at in range(before + 1, after):
            among = lines[before].place == lines[after].place == lines[at].place
            text[at] = odds[at] > UNLIKELY and among and not lines[at].is_linked
    for at in range(1, len(lines)):
        text[at] = text[at] or (text[at - 1] and odds[at] > UNLIKELY and _goes_on(lines[at - 1], lines[at]))
    last, again = -NEAR - 1, Counter(line.key for line in lines)
    for at, line in enumerate(lines):
        if text[at]:
            last = at
        elif again[line.key] > 1:
            continue  # an entry of a table of contents
        elif odds[at] > UNLIKELY and at - last <= NEAR and _is_short_paragraph(line, lines[last]):
            text[at], last = True, at
    _drop_last_links(lines, text)
    return text


def _drop_last_links(lines: Sequence[Line], text: list[bool]) -> None:
    """Takes back what follows the running text in blocks of its own, and is nothing but links and titles over them."""
    last = max((at for at, line in enumerate(lines) if text[at] and line.is_prose), default=len(lines))
    homes = {line.place for line, retained in zip(lines, text, strict=True) if retained and line.is_prose}
    after = [at for at in range(last + 1, len(lines)) if text[at]]
    if any(lines[at].is_linked for at in after) and not any(lines[at].place in homes for at in after):
        for at in after:
            text[at] = lines[at].tag == "li" and not lines[at].links


def _is_short_paragraph(line: Line, last: Line) -> bool:
    """Whether a line is a short sentence beside the last of the text, or an entry of its list: many a text ends so."""
    if line.tag != last.tag or line.place != last.place or line.links or line.is_prose:
        return False
    return line.tag == "li" or (line.tag == "p" and " " in line.key and STOPS.search(line.text[-4:]) is not None)


def _goes_on(before: Line, line: Line) -> bool:
    """Whether running text follows the line before in the same element, which only line breaks part."""
    return (
        line.is_prose
        and not line.links
        and line.place == before.place
        and line.tag == before.tag
        and line.tag in BROKEN
    )
