"""Takes out what publishing systems print around articles, line by line, by the rules in `phrases.py`."""

from collections.abc import Sequence

from services.parser.contacts import mark_contacts
from services.parser.lines import Line
from services.parser.phrases import ANYWHERE, END, LOOSE, OFFICES, TOP, Rules
from services.parser.related import mark_related

RUN = 3

_ANYWHERE, _LOOSE = Rules(ANYWHERE), Rules(LOOSE)
# Where a layout names the body (True), a loose word at its edge may be the author's.
_TOP = {False: Rules(TOP, OFFICES, LOOSE), True: Rules(TOP)}
_END = {False: Rules(END, LOOSE), True: Rules(END)}


def mark_boilerplate(lines: Sequence[Line]) -> None:
    """Says of every line that a rule takes which rule it is."""
    for line in lines:
        if line.kept:
            line.rule = _ANYWHERE.name(line)
    left = [line for line in lines if line.kept]
    _mark_top(left)
    mark_related(lines)
    mark_contacts(left)
    _mark_end(left)
    _mark_runs(left)


def _mark_top(lines: Sequence[Line]) -> None:
    for line in lines:
        line.rule = _TOP[line.inside].name(line)
        if line.kept and line.is_prose:
            return


def _mark_end(lines: Sequence[Line]) -> None:
    for line in reversed(lines):
        line.rule = line.rule or _END[line.inside].name(line)
        if line.kept:
            return


def _mark_runs(lines: Sequence[Line]) -> None:
    """Three share words in a row are a toolbar; one of them may be a subhead."""
    run: list[tuple[Line, str]] = []
    for line in (*lines, None):
        rule = _LOOSE.name(line) if line is not None and line.kept else None
        if line is not None and rule:
            run.append((line, rule))
            continue
        if len(run) >= RUN:
            for member, name in run:
                member.rule = name
        run.clear()
