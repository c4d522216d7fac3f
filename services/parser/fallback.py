"""A page of no known layout: trafilatura says which of its lines are the article, everything else stays ours."""

from collections.abc import Sequence

from services.parser.characters import fold, squeeze
from services.parser.lines import Line

MAX_MARKUP = 1_000_000


def mark_by_density(lines: Sequence[Line], markup: str) -> None:
    """Marks the lines of an unknown layout that are not the article's.

    `deduplicate` stays off: it is state of the whole process, and would drop an article that was read before.
    """
    from trafilatura import extract  # noqa: PLC0415 - a heavy import that only unknown layouts need

    found = (
        extract(markup, include_comments=False, include_tables=True, deduplicate=False)
        if len(markup) <= MAX_MARKUP
        else None
    )
    if not found:
        return
    article = {fold(squeeze(line).lstrip("-|• ").rstrip("| ")) for line in found.splitlines()}
    for line in lines:
        if line.kept and line.zone not in {"headline", "picture", "caption"} and line.key not in article:
            line.rule = "not-the-article"
