"""The blocks of pictures in a dump: alt, title, caption, credit and number, on lines without a blank one between."""

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

from services.parser.captions import alike
from services.parser.credits import ends_with_credit, read_label
from services.parser.dumps.roles import dates_page, is_byline, is_titled
from services.parser.lexicon import either, lexicon
from services.parser.lines import TITLE_WORDS, Line

MOST = 7  # lines over one credit: the alt, the title, and the caption up to five times
PROSE = 2  # different texts of a picture: more are paragraphs
ALT_WORDS = 45
FIRST_GROUP = 1_000_000  # no element of a page has this number
UNCREDITED_GROUP = 3_000_000
_OPENING = re.compile(rf"(?:{either(lexicon('dumps')['alt']['openings'])})\b")
_HEADINGS = frozenset({"photo information", "photo details", "image details", "photo info"})
_TELLS = re.compile(r"[\"“”]|\bsaid\b|\b(?:19|20)\d\d\b|\b(?:today|yesterday|announced|according)\b", re.IGNORECASE)
# As captions say it, at the end of a sentence: "in Eastmark, May 4, 2021."
_DATED = re.compile(
    r", (?:Jan|Feb|March|April|May|June|July|Aug|Sept|Oct|Nov|Dec)[a-z]{0,6}\.? \d{1,2}, \d{4}\.(?: |$)"
)
_MORE = re.compile(r"^[. ]{0,9}read more\b")


def mark_pictures(lines: Sequence[Line]) -> None:
    """Marks what surely is a picture's by where it stands; the shared passes read the rest by its words."""
    for number, (start, labels, end) in enumerate(_credited(lines), FIRST_GROUP):
        entries = [line for line in lines[start:labels] if line.kept]
        if _is_under(lines, start, labels, end):
            _mark_block([lines[end]], lines[labels:end], number)
        elif _is_block(
            entries, at_start=start == 0 or lines[start].gap or read_label(lines[start - 1].text) is not None
        ):
            _mark_block(entries, lines[labels:end], number)
        else:
            _mark_alt_over(lines, labels)
    _mark_uncredited(lines)
    _mark_slideshow(lines)


def is_alt(text: str) -> bool:
    """Whether a line tells what is to be seen and nothing else."""
    return (
        text.count(" ") < ALT_WORDS
        and _OPENING.match(text.casefold()) is not None
        and _TELLS.search(text) is None
        and not ends_with_credit(text)
    )


def _credited(lines: Sequence[Line]) -> Iterator[tuple[int, int, int]]:
    """For each run of credit lines: where its block begins, where the credits begin, where they end."""
    at = last = 0
    while at < len(lines):
        if not _is_label(lines[at]):
            at += 1
            continue
        start = at
        while start > last and start > at - MOST and not lines[start].gap and _belongs(lines[start - 1]):
            start -= 1
        start = max(last, at - 1) if start == at and _is_apart(lines, at) else start
        end = at
        while end < len(lines) and _is_label(lines[end]):
            end += 1
        yield start, at, end
        at = last = end


def _is_apart(lines: Sequence[Line], at: int) -> bool:
    """Whether a caption stands over a credit, parted from it and under the heading that says so."""
    return at > 1 and lines[at - 1].kept and lines[at - 1].is_prose and lines[at - 2].key in _HEADINGS


def _is_under(lines: Sequence[Line], start: int, labels: int, end: int) -> bool:
    """Whether the caption stands under its credit, in a block that the credit begins."""
    if start != labels or end >= len(lines) or not lines[labels].gap or lines[end].gap or not lines[end].kept:
        return False
    after = lines[end + 1] if end + 1 < len(lines) else None
    return after is None or after.gap or _MORE.search(after.key) is not None


def _belongs(line: Line) -> bool:
    tells = dates_page(line.text) is not None or is_byline(line.text)
    return (line.kept and not tells) or line.rule == "picture-tools"


def _is_label(line: Line) -> bool:
    return line.kept and read_label(line.text) is not None


def _is_block(words: Sequence[Line], *, at_start: bool) -> bool:
    """Whether the lines over a credit are a picture's: they begin where a block begins, and say few things."""
    if not words or not at_start:
        return False
    texts: list[str] = []
    for line in words:
        if line.is_prose and not any(alike(line.key, text) for text in texts):
            texts.append(line.key)
    return len(texts) <= PROSE


def _mark_block(words: Sequence[Line], labels: Sequence[Line], number: int) -> None:
    caption = words[-1]
    above = [line for line in words[:-1] if not alike(line.key, caption.key)]
    for line in (*words, *labels):
        line.zone, line.group = "caption", number
    title = above[-1] if above and _is_title(above[-1]) else None
    for line in above:
        if line is not title:
            line.rule = "alt"


def _is_title(line: Line) -> bool:
    return line.key.count(" ") < TITLE_WORDS and not line.key.endswith(".") and is_titled(line.text)


def _mark_alt_over(lines: Sequence[Line], at: int) -> None:
    """Over caption and title, each a block of its own, the alt may stand: only its words tell it from a paragraph."""
    above = at - 2
    if above >= 1 and lines[above].kept and _is_title(lines[above]):
        above -= 1
    elif above < 0 or not lines[at - 1].is_prose:
        return
    while above >= 0 and lines[above].kept and alike(lines[above].key, lines[at - 1].key):
        above -= 1
    if above >= 0 and lines[above].kept and lines[above].zone == "" and is_alt(lines[above].text):
        lines[above].rule = "alt"


def _mark_uncredited(lines: Sequence[Line]) -> None:
    """Pictures without a credit: alt, perhaps a title, and a caption that says when, in a block of their own."""
    starts = [at for at, line in enumerate(lines) if line.gap or not at]
    for number, (start, end) in enumerate(pairwise([*starts, len(lines)]), UNCREDITED_GROUP):
        block = lines[start:end]
        if not 2 <= len(block) <= 3 or any(not line.kept or line.zone for line in block):
            continue
        titled = len(block) == 2 or _is_title(block[1])
        if titled and is_alt(block[0].text) and _DATED.search(block[-1].text) and block[-1].is_prose:
            _mark_block(block, [], number)


def _mark_slideshow(lines: Sequence[Line]) -> None:
    """Under a slideshow that no script filled, the alts of all pictures stand in one block."""
    inside = False
    for line in lines:
        if "{{" in line.text and "}}" in line.text:
            inside = True
        elif line.gap:
            inside = False
        elif inside and line.kept:
            line.rule = "alt"
