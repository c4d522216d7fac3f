"""Takes out what publishing systems print around articles, line by line, by the rules in `lexicon/boilerplate.toml`."""

from collections.abc import Sequence

from services.parser.boilerplate_rules import ANYWHERE, END, LOOSE, OFFICE, TOP, Rules
from services.parser.lines import Line

RUN = 3

_ANYWHERE, _LOOSE = Rules(ANYWHERE), Rules(LOOSE)
# Where a layout names the body (True), a loose word at its edge may be the author's.
_TOP = {False: Rules(TOP, OFFICE, LOOSE), True: Rules(TOP)}
_END = {False: Rules(END, LOOSE), True: Rules(END)}


def mark_anywhere(lines: Sequence[Line]) -> None:
    """Marks the lines that no writer ever wrote."""
    for line in lines:
        if line.kept:
            line.rule = _ANYWHERE.name(line)


def mark_top(lines: Sequence[Line]) -> None:
    """Marks what a publishing system prints before the first running text."""
    for line in _kept(lines):
        line.rule = _TOP[line.inside].name(line)
        if line.kept and line.is_prose:
            return


def mark_end(lines: Sequence[Line]) -> None:
    """Marks what a publishing system prints after the last line of the text."""
    for line in reversed(_kept(lines)):
        line.rule = _END[line.inside].name(line)
        if line.kept:
            return


def mark_toolbars(lines: Sequence[Line]) -> None:
    """Marks three share words in a row, which are a toolbar; one of them may be a subhead."""
    run: list[tuple[Line, str]] = []
    for line in (*_kept(lines), None):
        rule = _LOOSE.name(line) if line is not None else None
        if line is not None and rule:
            run.append((line, rule))
            continue
        if len(run) >= RUN:
            for member, name in run:
                member.rule = name
        run.clear()


def _kept(lines: Sequence[Line]) -> list[Line]:
    return [line for line in lines if line.kept]
