"""The body of an article: the lines that are left, as blocks in order, each with its kind."""

import re
from collections.abc import Sequence
from itertools import pairwise

from pydantic import TypeAdapter

from services.contracts.article import Block, BlockKind
from services.parser.lines import Line

SUBHEAD_LENGTH = 90
_TURN = re.compile(r"^(?:[A-Z][A-Z.,'’ -]{2,60}(?: \([^)]{1,40}\))?:\s|(?:Q|A)[.:]?\s+(?=[A-Z(\"“….—–-]))")
_ASKED = re.compile(r"[QA][.:]\s")
_SPEAKER = re.compile(r"^(?:[A-Z][\w.'’-]+ ){0,4}[A-Z][\w.'’-]+:\s")
TURNS = 4
_BLOCKS = TypeAdapter(tuple[Block, ...])


def blocks(lines: Sequence[Line]) -> tuple[Block, ...]:
    """The kept lines as blocks; a transcript's turns are told by how often speakers are named."""
    entries = [line for line in lines if line.kept]
    talk = sum(_TURN.match(line.text) is not None for line in entries) >= TURNS
    following = [*(after for _, after in pairwise(entries)), None][: len(entries)]
    written = (
        {"kind": _kind(line, after, talk=talk), "text": text}
        for line, after in zip(entries, following, strict=True)
        for text in line.blocks
    )
    return _BLOCKS.validate_python(tuple(written))


def _kind(line: Line, after: Line | None, *, talk: bool) -> BlockKind:
    if line.shape != "paragraph":
        return line.shape
    if talk and (_TURN.match(line.text) or _SPEAKER.match(line.text)):
        return "turn"
    return "subhead" if _is_subhead(line, after) else "paragraph"


def _is_subhead(line: Line, after: Line | None) -> bool:
    """A bold short line, or a short line without an end over running text."""
    if after is None or len(line.text) > SUBHEAD_LENGTH or line.key.endswith((".", ",", ";", '"', ")")):
        return False
    if _ASKED.match(line.text) and not line.bold:
        return False
    return line.bold or (line.is_title and after.is_prose and line.text[:1].isupper() and not after.is_title)
