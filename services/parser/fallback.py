"""A page of no known layout: trafilatura says where its words are, everything else stays ours."""

from collections.abc import Sequence

from services.parser.byline import read_story_line
from services.parser.characters import fold, squeeze
from services.parser.lines import Frame, Line

MAX_MARKUP = 1_000_000
_PLACED = frozenset({"headline", "caption"})


def mark_by_density(lines: Sequence[Line], frames: Sequence[Frame], markup: str) -> None:
    """Marks the lines of an unknown layout that are not the article's.

    `deduplicate` stays off: it is state of the whole process, and would drop an article that was read before.
    """
    if len(markup) > MAX_MARKUP or not any(line.is_prose for line in lines):
        return
    from trafilatura import extract  # noqa: PLC0415 - a heavy import that only unknown layouts need

    found = extract(markup, include_comments=False, include_tables=True, deduplicate=False) or ""
    words = fold(squeeze(found.replace("\\|", "|")))
    short = {fold(squeeze(line)).removeprefix("- ") for line in found.splitlines()}
    prose = [at for at, line in enumerate(lines) if line.kept and line.is_prose and line.key in words]
    pictures = {frame.group for frame in frames if frame.group}
    places = {lines[at].place for at in prose}
    said = {line.key for line in lines[prose[0] :]} if prose else set()
    for at, line in enumerate(lines) if prose else ():
        # What stands beside a paragraph in its block belongs to it; before the text, only who wrote it and when.
        among = prose[0] <= at <= prose[-1] and line.place in places and not line.is_linked
        told = at < prose[0] and read_story_line(line.text) is not None
        # A table of contents says the subheads before they come.
        known = (
            line.key in words if line.is_prose else _printed(line) in short and (at > prose[0] or line.key not in said)
        )
        placed = line.zone in _PLACED or line.group in pictures
        if line.kept and not (placed or known or among or told):
            line.rule = "not-the-article"


def _printed(line: Line) -> str:
    """A short line as trafilatura prints it: rows of a table stand between bars."""
    return f"| {line.key} |" if line.shape == "table" else line.key
