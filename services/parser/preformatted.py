"""The lines of preformatted text: broken by the author, or only by the width of a page."""

from collections.abc import Iterator
from itertools import groupby
from typing import Final

from services.parser.characters import squeeze

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
