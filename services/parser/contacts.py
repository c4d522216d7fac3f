"""Whom the press may ask: the block that agencies print over or under a release. It is about the release, not in it."""

import re
from collections.abc import Sequence

from services.parser.lexicon import either, lexicon
from services.parser.lines import Line
from services.parser.names import is_person

LONGEST = 12  # words of a line that gives a name, an office, a number
GAP = 3  # lines that may stand between a label and its first number, or between two numbers: a name, a rank, an office
_LABELS = lexicon("contacts")
_LABEL = re.compile(
    rf"(?P<press>(?:(?:{either(_LABELS['press'])}) )?)(?:{either(_LABELS['labels'])})(?: information)?"
    r"(?P<colon>:\s*(?P<said>.{1,200})?)?",
    re.IGNORECASE,
)
_REACHED = re.compile(
    r"\b\d{3}\)?[ .-]{1,2}\d{3}[ .-]\d{4}\b|\b\d{3}-\d{4}\b|\S@\w[\w-]*\.\w|email protected", re.IGNORECASE
)


def mark_contacts(lines: Sequence[Line]) -> None:
    """Marks such blocks before and after the running text; what stands in it stays: the text may speak of it."""
    entries = [line for line in lines if line.kept]
    prose = [at for at, line in enumerate(entries) if line.is_prose]
    if not prose:
        return
    for edge, is_end in ((entries[: prose[0]], False), (entries[prose[-1] + 1 :], True)):
        for at, label in enumerate(edge):
            if label.kept and (length := _length(edge, at, is_end=is_end)):
                for line in edge[at : at + length]:
                    line.rule = "contact"


def _length(edge: Sequence[Line], start: int, *, is_end: bool) -> int:
    """How many lines from this one on are one such block."""
    label = _LABEL.fullmatch(edge[start].text)
    if label is None or not (is_end or label["press"] or label["colon"]):
        return 0  # the word alone is an entry of a menu
    length = 0
    for at in range(len(edge) - start):
        line = edge[start + at]
        if at > length + GAP or line.zone == "headline" or line.key.count(" ") >= LONGEST:
            break
        if _REACHED.search(line.text):
            length = at + 1
    labels = label["press"] and is_person((label["said"] or "").partition(",")[0])
    return length or int(bool(labels))
