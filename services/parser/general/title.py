"""Where the page prints its own title: what the article begins under."""

from collections.abc import Sequence

from services.parser.characters import fold
from services.parser.lines import Line
from services.parser.page import Page
from services.parser.zones import OUTSIDE

LEAST = 0.5  # of the words of the title


def title_line(page: Page, lines: Sequence[Line]) -> int:
    """The line that says the most of what the window is called and little else, a heading before others; or -1."""
    promised = set(fold(page.meta("og:title", "twitter:title") or page.title).split())
    best, where = 0.0, -1
    for at, line in enumerate(lines):
        if line.zone in OUTSIDE or line.key.count(" ") > 40:
            continue
        heading = 0.3 if line.tag == "h1" else 0.15 if line.tag in {"h2", "h3"} else 0.0
        words = set(line.key.split())
        shared = len(words & promised)
        score = heading + (shared / len(promised) * shared / len(words) if promised else 0.0)
        if (shared >= LEAST * len(words) or heading == 0.3) and score > best:  # noqa: PLR2004
            best, where = score, at
    return where if best >= 0.3 else -1  # noqa: PLR2004
