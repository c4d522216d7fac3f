"""Dumps of text browsers: each link has a number, "[12]Press Releases", and a list at the end has its address."""

import re
from collections.abc import Sequence

from services.parser.characters import fold, squeeze
from services.parser.lines import Line

LINKS = 3  # addresses: fewer may be somebody's notes
RULE = "link-list"
_HEAD = re.compile(r"\s*(?:References|Visible links:?|Hidden links:?)\s*")
_ADDRESS = re.compile(r"\s*\d{1,4}\. [^\s/:#?]{0,80}[/:#?]\S{0,2000}\s*")
_NUMBER = re.compile(r"\[\d{1,4}\](?: (?=\S))?")
_ALT = re.compile(r"\[[^\[\]]{1,300}\]")


def cut_links(text: str) -> tuple[str, list[Line]]:
    """The text without the numbers of its links, and the list of their addresses, marked as one."""
    lines = text.splitlines()
    start = _start(lines)
    addresses = lines[start:]
    if sum(_ADDRESS.fullmatch(line) is not None for line in addresses) < LINKS:
        return text, []
    return _NUMBER.sub("", "\n".join(lines[:start])), _marked(addresses)


def mark_alts(lines: Sequence[Line]) -> None:
    """What such a browser prints in brackets for a picture that it cannot show."""
    for line in lines:
        if _ALT.fullmatch(line.text):
            line.rule = "alt"


def _start(lines: Sequence[str]) -> int:
    """Where the list at the end begins."""
    start = len(lines)
    while start and _may_be_listed(lines[start - 1]):
        start -= 1
    return start


def _may_be_listed(line: str) -> bool:
    return not line.strip() or bool(_HEAD.fullmatch(line) or _ADDRESS.fullmatch(line))


def _marked(lines: Sequence[str]) -> list[Line]:
    return [Line(text, fold(text), rule=RULE) for line in lines if (text := squeeze(line))]
