"""The lines of preformatted text: broken by the author, or only by the width of a page."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import groupby, islice, takewhile
from typing import Final

from services.parser.byline import read_story_line
from services.parser.characters import fold, squeeze
from services.parser.lines import Line

OPENINGS: Final = 4  # lines over a preformatted text: a title, a name, a day
FULL: Final = 55  # characters; a line of running text that was broken for its width is at least so long


def pieces(text: str) -> tuple[str, ...]:
    """The lines of a `<pre>`, squeezed; lines that only a width broke are one."""
    lines = [squeeze(line) for line in text.splitlines()]
    groups = (list(group) for filled, group in groupby(lines, key=bool) if filled)
    return tuple(piece for group in groups for piece in _paragraph(group))


def _paragraph(lines: list[str]) -> Iterator[str]:
    if len(lines) > 1 and all(len(line) >= FULL for line in lines[:-1]):
        yield " ".join(lines)
    else:
        yield from lines


def openings(line: Line, title: str) -> list[Line]:
    """The lines that open a preformatted text and say its title, by whom or when, as lines of their own; the text goes
    on without them.
    """
    message = takewhile(lambda piece: _is_opening(piece, fold(title)), islice(line.blocks[:-1], OPENINGS))
    entries = [replace(line, text=piece, key=fold(piece), pieces=(), links=()) for piece in message]
    if entries:
        line.pieces = line.pieces[len(entries) :]
        line.text = " ".join(line.pieces)
        line.key = fold(line.text)
    return entries


def _is_opening(piece: str, title: str) -> bool:
    key = fold(piece)
    return (" " in key and key in title) or read_story_line(piece) is not None


def first_formatted(lines: Sequence[Line]) -> int | None:
    """Where the running text begins, if its first line is preformatted."""
    first = next((at for at, line in enumerate(lines) if line.kept and line.is_prose), None)
    return first if first is not None and len(lines[first].pieces) > 1 else None
