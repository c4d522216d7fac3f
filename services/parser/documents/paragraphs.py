"""Printed lines become paragraphs: broken words are joined, running heads and page numbers are named."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from services.contracts.article import BlockKind
from services.parser.characters import fold
from services.parser.lines import Line
from services.parser.printed import Document, Printed

SAME_SIZE = 0.1  # of the size: letters of a paragraph differ by no more
LOOSE = 1.4  # times the usual leading: more white parts paragraphs
FULL = 0.85  # of the width of the text: the first word of the next line had no room from there on
TITLED = 0.5  # of the width: a line of a bold title has so much, of large letters fewer have room
INDENT = 0.8  # sizes; a line that begins so far to the right begins a paragraph
USUAL = 1.3  # sizes from line to line, where nothing tells
OFTEN = 0.5  # of the pages: what stands so often at an edge is printed by the system
_DIGITS = re.compile(r"\d+")
_NUMBER = re.compile(
    r"\W{0,3}(?:(?:page|p\.|seite|página)\s{0,2})?\d{1,4}(?:\s{0,2}(?:of|/|von|de)\s{0,2}\d{1,4})?\W{0,3}",
    re.IGNORECASE,
)
_MORE = re.compile(r"\W{0,6}(?:more|continued|cont'?d|over)\W{0,6}", re.IGNORECASE)
_END = re.compile(r"(?:\W{0,3}#\W{0,3}){1,5}|\W{0,3}(?:30|end|ends)\W{0,3}", re.IGNORECASE)
_ITEM = re.compile(r"(?:[•·▪●○\uf0b7*–-]|\(?\d{1,2}[.)]|[a-z][.)])\s+")
_STOPS = (".", "!", "?", ":", '."', ".”", '?"', "?”", ")", "。")
_WORD = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*")

RULES = frozenset({"running-head", "page-number", "end-mark"})
"""What the rules of this module are called."""


@dataclass(frozen=True)
class _Shape:
    """How the running text is set: characters of a full line, size of its letters, way down from line to line."""

    width: int
    size: float
    leading: dict[int, float]


def paragraphs(document: Document) -> list[Line]:
    """The paragraphs of the document in order; what is printed on every page is marked and stands apart."""
    furniture = _furniture(document)
    body = [line for line in document.lines if id(line) not in furniture]
    shape = _Shape(_width(body), body_size(body), _leadings(body))
    compounds = _compounds(body)
    result: list[Line] = []
    whole: list[Printed] = []
    for printed in document.lines:
        if rule := furniture.get(id(printed)):
            result.append(Line(printed.text, fold(printed.text), rule=rule))
        elif whole and _goes_on(whole[-1], printed, shape):
            whole.append(printed)
        else:
            result += _paragraph(whole, compounds)
            whole = [printed]
    result += _paragraph(whole, compounds)
    return result


def body_size(lines: Sequence[Printed]) -> float:
    """The size that most letters of the document have."""
    sizes = Counter[float]()
    for line in lines:
        sizes[round(line.size)] += len(line.text)
    return sizes.most_common(1)[0][0] if sizes else 0.0


def _furniture(document: Document) -> dict[int, str]:
    """Which lines the system prints at the edges of pages, by their identity: running heads, numbers, marks."""
    edges = [line for line in document.lines if line.edge]
    often = Counter(key for key, _ in {(_key(line), line.page) for line in edges})
    least = max(2, OFTEN * document.pages)
    rules = {id(line): "running-head" for line in edges if often[_key(line)] >= least and line.page > 1}
    # On the first page the same may be the letterhead, or in large letters the headline of all.
    small = (1 + SAME_SIZE) * body_size(document.lines)
    rules |= {
        id(line): "running-head" for line in edges if often[_key(line)] >= document.pages > 1 and line.size <= small
    }
    for line in document.lines:
        if (line.edge and _NUMBER.fullmatch(line.text)) or _MORE.fullmatch(line.text):
            rules[id(line)] = "page-number"
        elif _END.fullmatch(line.text):
            rules[id(line)] = "end-mark"
    return rules


def _key(line: Printed) -> tuple[str, int]:
    return _DIGITS.sub("0", fold(line.text)), line.edge


def _width(lines: Sequence[Printed]) -> int:
    """The characters of a full line of running text: nine of ten lines have no more."""
    lengths = sorted(len(line.text) for line in lines)
    return lengths[len(lengths) * 9 // 10] if lengths else 0


def _leadings(lines: Sequence[Printed]) -> dict[int, float]:
    """The usual way down from line to line, for each size of letters."""
    ways: dict[int, Counter[float]] = {}
    for above, below in pairwise(lines):
        down = above.y - below.y
        if above.page == below.page and _same_size(above, below) and 0 < down < 3 * above.size:
            ways.setdefault(round(above.size), Counter())[round(down * 2) / 2] += 1
    # Of two ways as usual the shorter is that within paragraphs.
    return {size: min(way.items(), key=lambda pair: (-pair[1], pair[0]))[0] for size, way in ways.items()}


def _goes_on(above: Printed, below: Printed, shape: _Shape) -> bool:
    """Whether a line goes on with the paragraph of the one above it."""
    if not _same_size(above, below) or _ITEM.match(below.text):
        return False
    if above.page != below.page or below.y > above.y:
        # Over a page, or into the next column: only a sentence that is not finished goes on there.
        return not above.text.endswith(_STOPS) and (below.text[0].islower() or above.text.endswith("-"))
    usual = shape.leading.get(round(above.size), USUAL * above.size)
    if above.y - below.y > LOOSE * usual or (above.bold != below.bold and not below.text[0].islower()):
        return False
    if below.x - above.x > INDENT * above.size and not _ITEM.match(above.text):
        return False
    if above.size > (1 + SAME_SIZE) * shape.size or (
        above.bold and below.bold and len(above.text) > TITLED * shape.width
    ):
        return True
    token = below.text.split(" ", 1)[0]
    return above.text.endswith("-") or len(above.text) + 1 + len(token) > FULL * shape.width


def _same_size(first: Printed, second: Printed) -> bool:
    return abs(first.size - second.size) <= SAME_SIZE * max(first.size, second.size)


def _compounds(lines: Sequence[Printed]) -> frozenset[str]:
    """Words with a hyphen inside of a line: there the hyphen is the word's own."""
    return frozenset(fold(token) for line in lines for token in _WORD.findall(line.text) if "-" in token)


def _paragraph(lines: Sequence[Printed], compounds: frozenset[str]) -> Iterator[Line]:
    if not lines:
        return
    text = lines[0].text
    for line in lines[1:]:
        text = _attached(text, line.text, compounds)
    item = _ITEM.match(text)
    shape: BlockKind = "list_item" if item else "paragraph"
    shown = text[item.end() :] if item and not item[0][0].isalnum() and item[0][0] != "(" else text
    size = f"{lines[0].size:g}"
    yield Line(
        shown, fold(shown), shape=shape, bold=all(line.bold for line in lines), gap=True, marks=size, inside=True
    )


def _attached(text: str, following: str, compounds: frozenset[str]) -> str:
    """The text with the next line behind it; a hyphen that only parts a word at the end of a line goes."""
    if not (text.endswith("-") and text[-2:-1].isalpha() and following[:1].islower()):
        return f"{text} {following}"
    before, after = _WORD.findall(text[-60:-1])[-1:], _WORD.findall(following[:60])[:1]
    if before and after and fold(f"{before[0]}-{after[0]}") in compounds:
        return text + following
    return text[:-1] + following
