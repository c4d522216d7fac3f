"""The body of an article: the lines that are left, as blocks in order, each with its kind.

Where the page itself says the kind, by an element or a mark, it holds. Else a rule of `RULES` may decide it.
"""

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from pydantic import TypeAdapter

from services.contracts.article import Block, BlockKind
from services.parser.lines import Line

SUBHEAD_LENGTH = 90
TURNS = 4
RULES = frozenset({"bold-line", "over-text", "in-a-row", "speaker"})
_TURN = re.compile(r"^(?:[A-Z][A-Z.,'’ -]{2,60}(?: \([^)]{1,40}\))?:\s|(?:Q|A)[.:]?\s+(?=[A-Z(\"“….—–-]))")
_ASKED = re.compile(r"[QA][.:]\s")
_SPEAKER = re.compile(r"^(?:[A-Z][\w.'’-]+ ){0,4}[A-Z][\w.'’-]+:\s")
_FINISHED = (".", "!", "?", ":", '"', "'", "。", "」", "؟", "।")
_BLOCKS = TypeAdapter(tuple[Block, ...])


class Role(NamedTuple):
    """What a kept line is in the body, and the rule that decided it, if the page did not."""

    kind: BlockKind
    rule: str | None = None


def blocks(lines: Sequence[Line]) -> tuple[Block, ...]:
    """The kept lines as blocks."""
    written = ({"kind": role.kind, "text": text} for line, role in roles(lines) if role for text in line.blocks)
    return _BLOCKS.validate_python(tuple(written))


def roles(lines: Sequence[Line]) -> Iterator[tuple[Line, Role | None]]:
    """Each line with its role in the body; None where something took it out."""
    kept = iter(_roles([line for line in lines if line.kept]))
    return ((line, next(kept) if line.kept else None) for line in lines)


def _roles(entries: Sequence[Line]) -> list[Role]:
    """The role of each of the lines of a body; a transcript's turns are told by how often speakers are named."""
    talk = sum(_TURN.match(line.text) is not None for line in entries) >= TURNS
    around = zip([None, *entries], entries, [*entries[1:], None], strict=False)
    return [_role(before, line, after, talk=talk) for before, line, after in around]


def _role(before: Line | None, line: Line, after: Line | None, *, talk: bool) -> Role:
    if line.shape != "paragraph":
        return Role(line.shape)
    if talk and (_TURN.match(line.text) or _SPEAKER.match(line.text)):
        return Role("turn", "speaker")
    if after is None or not _may_be_subhead(line):
        return Role("paragraph")
    if line.bold:
        return Role("subhead", "bold-line")
    if not _stands_over(line, after):
        return Role("paragraph")
    return Role("paragraph", "in-a-row") if before and _is_entry(before) else Role("subhead", "over-text")


def _may_be_subhead(line: Line) -> bool:
    """Short and unfinished, and no question of an interview."""
    if len(line.text) > SUBHEAD_LENGTH or line.key.endswith((".", ",", ";", '"', ")")):
        return False
    return line.bold or not _ASKED.match(line.text)


def _stands_over(line: Line, after: Line) -> bool:
    """A title over running text."""
    return line.is_title and after.is_prose and line.text[:1].isupper() and not after.is_title


def _is_entry(line: Line) -> bool:
    """Short and unfinished without being a heading: an entry of a list, a name, an office, a place, a greeting."""
    plain = line.shape == "paragraph" and not line.bold and any(map(str.isalnum, line.key))  # no drawn rule
    return plain and len(line.text) <= SUBHEAD_LENGTH and not line.key.endswith(_FINISHED)
