"""Titles without what sites hang on them, and the title that a page says in a sentence."""

import re
from collections.abc import Iterable

from services.parser.byline_names import UNIT
from services.parser.dumps.roles import is_sentence
from services.parser.lines import Line

_COUNTED = re.compile(r" \[image \d{1,4} of \d{1,4}\]$", re.IGNORECASE)
_YEAR = re.compile(r"\b(?:19|20)\d\d\b")  # no site has one in its name
_SEPARATOR = re.compile(r"\s+(?:[|»–—>-]|::|~)\s+")
_WORK = re.compile(
    r"this work, (?P<title>.{2,300}?)(?: \[image \d+ of \d+\])?, by .{2,80}?, (?:identified|must comply)", re.IGNORECASE
)


def promised_title(lines: Iterable[Line]) -> str:
    """The title in "This work, TITLE, by NAME": some pages print it nowhere else."""
    result = next(filter(None, (_WORK.match(line.text) for line in lines)), None)
    return result["title"] if result else ""


def without_site(text: str) -> str:
    """A title without what sites hang on it: their name, or which of the pictures it is."""
    text = _COUNTED.sub("", text)
    if text.count(" | ") > 1:  # a section stands between them
        return text.split(" | ")[0]
    head, *rest = _SEPARATOR.split(text)
    if not rest:
        return text
    last = rest[-1]
    if (
        " | " in text
        or " > " in text
        or (UNIT.search(last) and not is_sentence(text) and not _YEAR.search(last))
        or re.search(r"\.(?:gov|mil|com|org)$", last)
    ):
        return text[: text.rindex(last)].rstrip(" |»–—>-:~") if len(rest) == 1 or " > " not in text else head
    return text


def said_parts(text: str) -> list[str]:
    """A line, and what it says before the name of a site."""
    head = _SEPARATOR.split(text)
    return [
        text,
        _COUNTED.sub("", text),
        *head[-1:],
        *(" - ".join(head[:end]) for end in range(1, len(head))),
        *(text.rsplit(sep, 1)[0] for sep in (" - ", " | ", " > ") if sep in text),
    ]
