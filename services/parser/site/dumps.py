"""Takes the site's own lines out of a text dump: there no block tells where a line stood, only its neighbours do."""

from collections.abc import Iterator, Sequence
from itertools import groupby

from services.parser.layouts import DUMP
from services.parser.lines import Line
from services.parser.parsed_page import Draft
from services.parser.site_profile import ENOUGH, OUTSIDE_BODY, REPEATS, UNWANTED

OFTEN = 0.5
"""Of the site's pages: a short line that stands on so many is the site's, unless it stands alone between paragraphs."""
SOMETIMES = 0.1
"""Of the site's pages: enough among other lines of the site, over the text or under it."""
RUN = 3  # such lines in a row are a menu, also between two paragraphs


def mark_site_dump(draft: Draft) -> None:
    """Marks what stands on many dumps of the site, over the text, under it, and in runs between its paragraphs."""
    profile = draft.parsed.profile
    if profile is None or profile.pages < ENOUGH or draft.parsed.layout is not DUMP:
        return
    lines, counts = draft.lines, [profile.stood_on(line, "") for line in draft.lines]
    often, sometimes = (max(ENOUGH, share * profile.pages) for share in (OFTEN, SOMETIMES))
    own = [at for at, line in enumerate(lines) if line.is_prose and counts[at] < sometimes] or [len(lines)]
    foot = _foot(lines, counts, own[-1] + 1, often, sometimes)
    outside = (at for at in (*range(own[0]), *range(foot, len(lines))) if counts[at] >= sometimes)
    for line in lines:
        if line.key in profile.unwanted:
            line.rule = UNWANTED
    free = {at for at, line in enumerate(lines) if line.kept and line.key not in profile.protected}
    for at in free & {*outside, *_menus(counts, range(own[0], foot), often)}:
        lines[at].rule, lines[at].detail = REPEATS, f"{counts[at]} of {profile.pages} pages"
    for at in sorted(free.intersection(range(foot, len(lines)))):
        if lines[at].kept and not lines[at].is_prose:
            lines[at].rule = OUTSIDE_BODY


def _foot(lines: Sequence[Line], counts: Sequence[int], under: int, often: float, sometimes: float) -> int:
    """Where the foot of the site begins: at its first line that is short, or at the first of its labels.

    A paragraph that ends every release stands over the foot, and is the release's.
    """
    for at in range(under, len(lines)):
        needed = sometimes if lines[at].key.endswith(":") else often
        if counts[at] >= needed and not lines[at].is_prose:
            return at
    return len(lines)


def _menus(counts: Sequence[int], among: range, often: float) -> Iterator[int]:
    for repeats, run in groupby(among, key=lambda at: counts[at] >= often):
        menu = list(run)
        if repeats and len(menu) >= RUN:
            yield from menu
