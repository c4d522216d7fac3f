"""The few words around what was searched for, cut out of a text in which the database has marked the hits."""

import re
import unicodedata
from bisect import bisect_left

from pydantic import BaseModel

OPEN, CLOSE = "\ue000", "\ue001"
"""Around each hit: private-use characters, which `plain` takes out of every text before it is kept."""
WIDTH = 240
"""Characters in an excerpt, before its ends are moved to the ends of words."""
LEAD = 60
"""How many of them come before the first hit."""

Span = tuple[int, int]

_MARKS = re.compile(f"[{OPEN}{CLOSE}]")
_HIT = re.compile(f"{OPEN}([^{CLOSE}]*){CLOSE}")
_WORD = re.compile(r"[^\W_]")


class Piece(BaseModel):
    """A few words of an excerpt, plain text; `hit` when they are what was searched for."""

    text: str
    hit: bool


def plain(text: str) -> str:
    """The text composed (NFC), without the characters that mark hits."""
    return unicodedata.normalize("NFC", _MARKS.sub(" ", text))


def hits(marked: str) -> list[Span]:
    """Where the marked hits are in the text without marks; hits without a word between them are one."""
    spans: list[Span] = []
    previous = 0
    for number, result in enumerate(_HIT.finditer(marked)):
        begin = result.start() - 2 * number
        end = begin + len(result[1])
        if spans and not _WORD.search(marked, previous, result.start()):
            begin = spans.pop()[0]
        spans.append((begin, end))
        previous = result.end()
    return spans


def excerpt(text: str, spans: list[Span]) -> list[Piece]:
    """Where the hits are densest, in pieces; the beginning of the text when there are none."""
    text = text.replace("\n", " ")
    begin, end = _window(text, [first for first, _ in spans])
    pieces, at = [_piece("…" if begin else "")], begin
    for first, last in spans:
        if begin <= first < end:
            pieces += [_piece(text[at:first]), _piece(text[first : min(last, end)], hit=True)]
            at = min(last, end)
    return _joined([*pieces, _piece(text[at:end]), _piece("…" if end < len(text) else "")])


def _window(text: str, begins: list[int]) -> Span:
    first = _densest(begins)
    begin = max(0, first - LEAD)
    if begin:
        begin = max(begin, text.find(" ", begin, first) + 1)
    end = begin + WIDTH
    if end >= len(text):
        return begin, len(text)
    space = text.rfind(" ", first, end)
    return begin, space if space > first else end


def _densest(begins: list[int]) -> int:
    within = WIDTH - LEAD
    return max(begins, key=lambda at: bisect_left(begins, at + within) - bisect_left(begins, at), default=0)


def _piece(text: str, *, hit: bool = False) -> Piece:
    return Piece(text=text, hit=hit)


def _joined(pieces: list[Piece]) -> list[Piece]:
    joined: list[Piece] = []
    for piece in pieces:
        if joined and joined[-1].hit == piece.hit:
            joined[-1] = Piece(text=joined[-1].text + piece.text, hit=piece.hit)
        elif piece.text:
            joined.append(piece)
    return joined
