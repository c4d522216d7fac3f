"""The bullets of converters, which draw them with stars, plus signs and letters, one for each depth of a list."""

import re
from collections.abc import Sequence

BULLETED = 3  # lines: fewer may be footnotes, or what somebody said
_DRAWN = re.compile(r"\s*(?:[*+◦▪-]|(?<=\s\s\s\s\s)o) +(?=\S)")


def with_bullets(lines: Sequence[str]) -> list[str]:
    """The lines; where bullets are drawn again and again, they are one and the same sign."""
    drawn = [_DRAWN.match(line) for line in lines]
    if sum(mark is not None for mark in drawn) < BULLETED:
        return list(lines)
    return [f"• {line[mark.end() :]}" if mark else line for line, mark in zip(lines, drawn, strict=True)]
