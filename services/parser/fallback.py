"""A page of no known layout: trafilatura says where its words are, everything else stays ours."""

from collections.abc import Sequence

from services.parser.byline import read_story_line
from services.parser.characters import fold, squeeze
from services.parser.lines import Line

MAX_MARKUP = 1_000_000
_PLACED = frozenset({"headline", "picture", "caption"})


def mark_by_density(lines: Sequence[Line], markup: str) -> None:
    """Marks the lines of an unknown layout that are not the article's.

    `deduplicate` stays off: it is state of the whole process, and would drop an article that was read before.
    """
    if len(markup) > MAX_MARKUP:
        return
    from trafilatura import extract  # noqa: PLC0415 - a heavy import that only unknown layouts need

    found = extract(markup, include_comments=False, include_tables=True, deduplicate=False) or ""
    words = fold(squeeze(found.replace("\\|", "|")))
    short = {fold(squeeze(line)).removeprefix("- ") for line in found.splitlines()}
    prose = [at for at, line in enumerate(lines) if line.kept and line.is_prose and line.key in words]
    for at, line in enumerate(lines) if prose else ():
        # A short line among the running text belongs to it; before it, only who wrote it and when.
        among = prose[0] <= at <= prose[-1] and (not line.is_prose or line.key in words)
        told = at < prose[0] and read_story_line(line.text) is not None
        if line.kept and line.zone not in _PLACED and not (among or told or line.key in short):
            line.rule = "not-the-article"
