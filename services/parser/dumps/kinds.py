"""The kind of a dump by its own words, where no address tells it."""

import re
from collections.abc import Sequence

from services.contracts.article import ArticleKind
from services.parser.dumps.roles import is_sentence, is_speaker
from services.parser.lines import Line

TURNS = 2
_APART = frozenset({"caption", "published", "byline", "story-line"})
_TURN = re.compile(r"(?:[A-Z][A-Z.'’ -]{2,60}|Q|A):\s|Q\s+[A-Z]")
_NAMED_TURN = re.compile(r"(?P<name>[A-Z][a-z][\w'’-]{1,30}):\s")  # "Lowe: Good morning."
_TALK = re.compile(
    r"\b(?:briefing|(?:news|press) conference|interview|town hall|media availability|transcript|remarks|roundtable"
    r"|q&a)\b",
    re.IGNORECASE,
)
_BORN = re.compile(
    r"\b(?:was born|is a native of|is the \d+\w\w\b|serves? as|assumed (?:command|the duties|his|her)|became)\b"
)


def kind_by_words(lines: Sequence[Line]) -> ArticleKind | None:
    """`transcript` where people take turns, `biography` where the headline is a person and the text tells a life."""
    headline = next((line for line in lines if line.zone == "headline"), None)
    left = [line for line in lines if line.kept and line is not headline and line.zone not in _APART]
    turns = sum(_TURN.match(line.text) is not None for line in left)
    talk = headline is not None and _TALK.search(headline.text) is not None
    if talk and any(_is_turn_of_named(line, headline) for line in left):
        return "transcript"
    if turns >= TURNS and (talk or 2 * turns >= len(left)):
        return "transcript"
    if talk and turns and _TURN.match(left[0].text):
        return "transcript"  # one speaks, and the questions are not in the dump
    if headline is None or any(line.rule in {"byline", "published"} or line.zone == "published" for line in lines):
        return None
    first = next((line for line in left if is_sentence(line.text)), None)
    report = first is not None and _BORN.search(first.text) and headline.key.rsplit(" ", 1)[-1] in first.key
    return "biography" if report and is_speaker(headline.text) else None


def _is_turn_of_named(line: Line, headline: Line | None) -> bool:
    """Whether somebody speaks whom the headline names."""
    turn = _NAMED_TURN.match(line.text)
    return turn is not None and headline is not None and turn["name"] in headline.text
