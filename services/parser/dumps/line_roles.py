"""What each line over the text of a dump is, and which of them are a menu."""

from collections.abc import Iterable, Sequence
from itertools import pairwise

from services.parser.credits import ends_with_credit, read_label
from services.parser.dumps.roles import dates_page, is_byline, role, speaks
from services.parser.lines import Line

MENU, MENU_WORDS = 3, 3


class LineRoles(dict[int, str | None]):
    """What each line is, by its place; told when it is asked for."""

    def __init__(self, lines: Sequence[Line]) -> None:
        super().__init__()
        self._lines = lines

    def __missing__(self, at: int) -> str | None:
        line = self._lines[at]
        self[at] = line.rule or _role(line)
        return self[at]


def _role(line: Line) -> str | None:
    if line.zone == "caption" or read_label(line.text) or ends_with_credit(line.text):
        return "caption"
    dates = line.zone in {"published", "byline"} or dates_page(line.text) or is_byline(line.text)
    return "published" if dates or speaks(line.text) else role(line)


def menus(lines: Sequence[Line], may: Sequence[int]) -> Iterable[int]:
    """Three and more lines of a few words each, one right under the other."""
    run: list[int] = []
    for at, after in pairwise([*may, -1]):
        if lines[at].key.count(" ") < MENU_WORDS:
            run.append(at)
        if lines[at].key.count(" ") >= MENU_WORDS or after != at + 1:
            if len(run) >= MENU:
                yield from run
            run = []
