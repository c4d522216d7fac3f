"""Lines inside the text of a dump that are no text: numbers of a list, the frame of a video, who is quoted."""

import re
from collections.abc import Sequence
from itertools import pairwise

from services.parser.dumps.roles import names_speaker
from services.parser.lines import Line

QUOTED_WORDS = 5  # fewer in quotation marks are a word of somebody else
_NUMBER = re.compile(r"(\d{1,2})[.)]?")
_TIME = re.compile(r"\d{1,2}:\d\d(?::\d\d)?")
_PLAYER = frozenset({"play", "play play", "pause", "video player", "captions / subtitles", "watch video"})
_MORE = frozenset({"full story", "read more", "read more read more", "story", "more"})
_CLOSED = ('"', "”")
_NICKNAME = re.compile(r"\s[“\"(][^”\")]{1,20}[”\")]\s")
_OPENED = re.compile(r"[\"“]")


def mark_marks(lines: Sequence[Line]) -> None:
    """Marks such lines, and says of what stands with them what it is."""
    _mark_numbers(lines)
    for line, after in pairwise([line for line in lines if line.kept and line.zone != "caption"]):
        if _TIME.fullmatch(line.key) and after.key in _PLAYER:
            line.rule = after.rule = "video"
        elif line.key.strip(". ") in _MORE:
            line.rule = "read-more"
        elif not after.gap and ((_is_pulled(line) and names_speaker(after.text)) or _is_quoted(line, after)):
            line.shape, after.rule = "quote", "attribution"
    for line in lines[-1:]:
        if line.kept and line.key in _MORE:
            line.rule = "read-more"


def _mark_numbers(lines: Sequence[Line]) -> None:
    """Numbers of a list on lines of their own, counted from one."""
    criteria = 1
    for line, after in pairwise(lines):
        match = _NUMBER.fullmatch(line.text) if line.kept else None
        if match and int(match[1]) in {criteria, 1} and after.kept:
            line.rule, after.shape = "list-number", "list_item"
            criteria = int(match[1]) + 1


def _is_quoted(line: Line, after: Line) -> bool:
    """Whether a line is a quotation from end to end, in a block with who said it, with name and office."""
    whole = line.gap and line.text.startswith(('"', "“")) and line.text.endswith(_CLOSED)
    name, comma, office = _NICKNAME.sub(" ", after.text).partition(", ")
    return whole and bool(comma) and names_speaker(name) and office[:1].islower() and not office.endswith((".", ","))


def _is_pulled(line: Line) -> bool:
    """Whether a line ends a quotation that it did not begin."""
    return (
        line.text.endswith(_CLOSED)
        and line.text.count(" ") >= QUOTED_WORDS
        and len(_OPENED.findall(line.text[:-1])) - line.text[:-1].count("”") == 0
    )
