"""The beginning of a dump that is longer than any article may be: what follows could be in none."""

from typing import Final

MOST: Final = 1_000_000
"""Characters of a dump that are read: twice what a body may hold, and room for all that is around it."""
MOST_LINES: Final = 20_000
"""Lines of it: twice as many as a body may have, and a blank one after each."""


def beginning(text: str) -> str:
    """The dump itself, or the whole lines at its beginning that are read."""
    start = text if len(text) <= MOST else text[: text.rfind("\n", MOST // 2, MOST) + 1] or text[:MOST]
    lines = start.split("\n", MOST_LINES)
    return start if len(lines) <= MOST_LINES else "\n".join(lines[:MOST_LINES])
