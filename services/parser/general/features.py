"""What can be seen of a line without understanding it: how it looks, where it stands, what stands around it.

Each feature is a number with a name in `NAMES`, which the file of weights repeats. None depends on a language.
"""

import re
import string
from collections import Counter
from collections.abc import Iterator, Sequence
from math import log1p
from typing import Final

from services.parser.general.blocks import NAMES as BLOCK_NAMES
from services.parser.general.blocks import Blocks, sums
from services.parser.general.title import title_line
from services.parser.lines import Line
from services.parser.markup import Place
from services.parser.page import Page
from services.parser.zones import OUTSIDE

_STOPS: Final = re.compile(r"[.!?…。！？؟।:][\"'”’»)\]]{0,3}$")  # the full stops of other scripts
_BARS: Final = ("|", "·", "•")
_TAGS: Final = {tag: number for number, tag in enumerate(
    ("p", "li", "h1", "h2", "h3", "h4", "h5", "h6", "blockquote", "pre", "dd", "dt", "td", "table", "br", "div",
     "section", "article", "span", "a", "figcaption"), 1)}  # fmt: skip
_CAPITALS: Final = string.ascii_uppercase.encode()
_DIGITS: Final = string.digits.encode()
_ODD: Final = re.compile(r"[^\x00-\x7f]")
_HEADINGS: Final = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
FAR: Final = 20  # lines; what is farther away is as far as this
FEW, MANY = 6, 15  # words of a line of running text that ends as a sentence does, and of one that does not
MOSTLY_LINKED: Final = 0.5
WINDOW: Final = 3
AROUND: Final = 6

NAMES: Final = (
    "words", "stop", "commas", "digits", "capitals", "linked", "bold", "bars", "length", "prose", "tag",
    "again",
    "at", "at_words", "from_title", "from_first", "to_last", "between", "top_share",
    *BLOCK_NAMES,
    "words_before1", "words_before2", "words_before3", "linked_before3", "prose_before1",
    "words_after1", "words_after2", "linked_after1", "linked_after2", "linked_after3", "beside_after1", "beside_after2",
    "since_prose", "until_prose", "around_prose", "around_linked", "outside_near", "under_linked", "since_heading",
    "promised",
)  # fmt: skip
Row = tuple[float, ...]


class Features:
    """The numbers of the lines of one page."""

    def __init__(self, page: Page, lines: Sequence[Line], places: Sequence[Place]) -> None:
        self.lines = lines
        self.open = [line.zone not in OUTSIDE for line in lines]
        self.words = [line.words for line in lines]
        self.linked = [linked_share(line) for line in lines]
        self.prose = [
            is_open and linked < MOSTLY_LINKED and _is_prose(line, words)
            for is_open, linked, words, line in zip(self.open, self.linked, self.words, lines, strict=True)
        ]
        self.blocks = Blocks(places)
        for at, line in enumerate(lines):
            if self.open[at]:
                self.blocks.count(line, self.words[at], self.linked[at], is_prose=self.prose[at])
        self.blocks.close()
        self._title = title_line(page, lines)
        self._again = Counter(line.key for line in lines)
        self._promised = page.json_ld("articleBody")
        self._place()
        self._sum()

    def _place(self) -> None:
        """Where the running text begins and ends, and how far each line is from it."""
        count = len(self.lines)
        proses = [at for at in range(count) if self.prose[at]]
        in_top = self.blocks.in_top
        proses = [at for at in proses if in_top[self.lines[at].place]] or proses
        self._first, self._last = (proses[0], proses[-1]) if proses else (count, -1)
        self._since = _runs(self.prose)
        self._until = _runs(self.prose[::-1])[::-1]
        self._heading = _runs([line.tag in _HEADINGS for line in self.lines])

    def _sum(self) -> None:
        """Sums over runs of lines, so that a look around costs the same however wide it is."""
        self._all = sums(self.words)
        self._said = sums([words if ok else 0 for words, ok in zip(self.words, self.open, strict=True)])
        self._text = sums([words if prose else 0 for words, prose in zip(self.words, self.prose, strict=True)])
        self._links = sums([words * linked for words, linked in zip(self.words, self.linked, strict=True)])
        self._shares = sums(self.linked)
        self._closed = sums([not is_open for is_open in self.open])
        # With what stands for no line at both ends.
        none, no_links = [-1] * WINDOW, [0.0] * WINDOW
        self._lengths = [*none, *(min(words, 60) for words in self.words), *none]
        self._linked_around = [*no_links, *self.linked, *no_links]
        self._places = [line.place for line in self.lines] + none

    def rows(self, which: Sequence[int]) -> Iterator[Row]:
        """The numbers of these lines, each in the order of `NAMES`."""
        for at in which:
            line = self.lines[at]
            yield (
                *self._look(at),
                *self._stand(at),
                *self.blocks.vector(line.place),
                *self._beside(at),
                *self._near(at),
            )

    def _look(self, at: int) -> Row:
        line, words = self.lines[at], self.words[at]
        text, size = line.text, len(line.text)
        capitals, digits = _capitals_and_digits(text[:200])
        return (
            log1p(words), _STOPS.search(text[-4:]) is not None, min(8, text.count(",")), digits, capitals,
            self.linked[at], line.bold, sum(map(text.count, _BARS)), size / words,
            self.prose[at], _TAGS.get(line.tag, 0), min(self._again[line.key], 5),
        )  # fmt: skip

    def _stand(self, at: int) -> Row:
        from_title = max(-30, min(60, at - self._title)) if self._title >= 0 else -31
        first, last, whole = self._first, self._last, self.blocks.whole
        return (
            at / len(self.lines), self._said[at + 1] / max(1, whole.words), from_title,
            max(-FAR, min(FAR, at - first)), max(-FAR, min(FAR, last - at)), first <= at <= last,
            self.blocks.blocks[self.blocks.top].prose / max(1, whole.prose),
        )  # fmt: skip

    def _beside(self, at: int) -> Row:
        """What the lines before and after look like; `here` is the place of this one in the longer lists."""
        here, lengths, linked, places = at + WINDOW, self._lengths, self._linked_around, self._places
        place = places[at]
        return (
            lengths[here - 1], lengths[here - 2], lengths[here - 3], linked[here - 3], at > 0 and self.prose[at - 1],
            lengths[here + 1], lengths[here + 2], linked[here + 1], linked[here + 2], linked[here + 3],
            places[at + 1] == place, places[at + 2] == place,
        )  # fmt: skip

    def _near(self, at: int) -> Row:
        low, high = max(0, at - AROUND), min(len(self.lines), at + AROUND + 1)
        words = max(1.0, self._all[high] - self._all[low])
        under = min(len(self.lines), at + 5)
        promised = (1 if self.lines[at].text[:80] in self._promised else -1) if self._promised else 0
        return (
            self._since[at], self._until[at], (self._text[high] - self._text[low]) / words,
            (self._links[high] - self._links[low]) / words, (self._closed[high] - self._closed[low]) / (high - low),
            (self._shares[under] - self._shares[at + 1]) / max(1, under - at - 1), self._heading[at], promised,
        )  # fmt: skip


def _capitals_and_digits(text: str) -> tuple[float, float]:
    """Which shares of a text they are: counted in bytes, which is much faster than letter by letter."""
    plain = text.encode("utf-8", "replace")
    odd = () if text.isascii() else _ODD.findall(text)
    capitals = len(plain) - len(plain.translate(None, _CAPITALS)) + sum(map(str.isupper, odd))
    digits = len(plain) - len(plain.translate(None, _DIGITS)) + sum(map(str.isdigit, odd))
    return capitals / len(text), digits / len(text)


def linked_share(line: Line) -> float:
    """How much of a line is links, from 0 to 1."""
    return min(1.0, sum(len(link.text) for link in line.links) / len(line.text)) if line.links else 0.0


def _is_prose(line: Line, words: int) -> bool:
    return words >= MANY or (words >= FEW and _STOPS.search(line.text[-4:]) is not None)


def _runs(marks: Sequence[bool]) -> list[int]:
    """How many lines ago the last mark was, before each line."""
    found, run = [], FAR
    for mark in marks:
        found.append(run)
        run = 0 if mark else min(FAR, run + 1)
    return found
