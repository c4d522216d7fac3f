"""The cards of a list of articles, counted: titles with dates, bullets and texts that come again and again."""

import re
from collections.abc import Callable, Sequence
from itertools import pairwise

from services.parser.credits import ends_with_credit, read_label
from services.parser.dateline import read_opening
from services.parser.dumps.roles import dates_page, is_sentence, role
from services.parser.lines import Line

CARDS = 3  # fewer alike may stand in an article
CUT_WORDS = 12  # of a title
TEASER_WORDS = 18  # a shorter line without an end may be a title
MOST_WORDS = 150  # a longer one is what was left of a page that was printed on one line
# "09/30/2002: a title", "01/14/2009 : a title", "Nov. 5, 2021 A Title".
_ENTRY = re.compile(
    r"\d{1,2}/\d{1,2}/\d{4} ?[:|-] +\S"
    r"|(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]{0,6}\.? \d{1,2}, \d{4}(?: ?[-–:])? [A-Z“‘]"
)

_NOTE = re.compile(r"(?: this story (?:contains|has) (?:photos|videos?|audio|pictures)\.){1,3}$", re.IGNORECASE)


def count_groups(left: Sequence[Line]) -> int:
    """How many dates beside a title are parted by texts; 0 where more texts than a card's stand together."""
    groups = texts = 0
    for before, line, after in zip([None, *left], left, [*left[1:], None], strict=False):
        if is_text(line) and not dates_page(line.text):
            texts += 1
        elif dates_page(line.text) and any(other and is_title(other) and not role(other) for other in (before, after)):
            groups += bool(texts) or not groups
            texts = 0
        if texts > CARDS:
            return 0
    return groups


def count_datelined(left: Sequence[Line]) -> int:
    """How many texts that begin with a place stand under a title."""
    return sum(
        is_title(line) and is_text(after) and read_opening(after.text) is not None for line, after in pairwise(left)
    )


def count_copies(left: Sequence[Line]) -> int:
    """How many titles stand again under the text that they stand over."""
    three = zip(left, left[1:], left[2:], strict=False)
    return sum(
        is_title(title) and not is_title(text) and again.key in {title.key, f"{title.key} {title.key}"}
        for title, text, again in three
    )


def count_dated(left: Sequence[Line]) -> int:
    """How many lines are dates with a title under them."""
    return sum(
        dates_page(line.text) is not None and (is_title(after) or is_text(after)) for line, after in pairwise(left)
    )


def count_bulleted(left: Sequence[Line]) -> int:
    """How many titles with a bullet stand over a text; 0 among more bullets that do not, which are a menu's."""
    titles = sum(
        line.shape == "list_item"
        and not is_sentence(line.text)
        and after.shape != "list_item"
        and after.key.count(" ") >= CUT_WORDS // 2
        for line, after in pairwise(left)
    )
    return titles if 2 * titles >= sum(line.shape == "list_item" for line in left) else 0


def is_text(line: Line) -> bool:
    """Whether a line is running text, of a card or of an article."""
    is_noted = line.key.endswith(".") and _NOTE.search(line.text) is not None
    return (
        (is_sentence(_NOTE.sub("", line.text)) or (line.is_prose and not is_noted))
        and not ends_with_credit(line.text)
        and read_label(line.text) is None
    )


def is_title(line: Line) -> bool:
    """Whether a line can be the title of a card."""
    title = _NOTE.sub("", line.text)
    return title.count(" ") < 2 * CUT_WORDS and not is_sentence(title) and not dates_page(title)


def is_cut(line: Line) -> bool:
    """Whether a line is a text that stops in the middle of a sentence."""
    if not TEASER_WORDS <= line.key.count(" ") < MOST_WORDS or ends_with_credit(line.text):
        return False
    return line.key.endswith(("...", "…")) or line.key[-1:].isalnum()


def count_entries(left: Sequence[Line]) -> int:
    """How many titles stand behind a date on their line."""
    return sum(_ENTRY.match(line.text) is not None for line in left)


COUNTS: tuple[tuple[Callable[[Sequence[Line]], int], str], ...] = (
    (count_dated, "{} dates stand over titles"),
    (count_bulleted, "{} titles with a bullet stand over texts"),
    (count_datelined, "{} texts under titles begin with a place"),
    (count_entries, "{} titles stand behind dates"),
    (count_copies, "{} titles stand over and under texts"),
)
"""Each with the sentence that explains it; a list has as many of one kind as it has texts, but for one."""
