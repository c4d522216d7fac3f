"""What can be seen of a line without understanding it: how it looks, where it stands, what stands around it.

Each feature is a number with a name in `NAMES`, which the file of weights repeats. None depends on a language.
"""

import re
import string
from collections import Counter
from collections.abc import Iterator, Sequence
from math import log1p
from typing import Final

from services.parser.general.blocks import COUNTS as BLOCK_COUNTS
from services.parser.general.blocks import FLAGS as BLOCK_FLAGS
from services.parser.general.blocks import NAMES as BLOCK_NAMES
from services.parser.general.blocks import Blocks, sums
from services.parser.general.title import title_line
from services.parser.lines import Line
from services.parser.markup import Place
from services.parser.page import Page
from services.parser.zones import OUTSIDE

STOPS: Final = re.compile(r"[.!?…。！？؟।:][\"'”’»)\]]{0,3}$")  # the full stops of other scripts
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
FLAGS: Final = frozenset(
    {*BLOCK_FLAGS, "stop", "bold", "prose", "between", "prose_before1", "beside_after1", "beside_after2"}
)
"""Those that are true or false."""
COUNTS: Final = frozenset({
    *BLOCK_COUNTS, "commas", "bars", "tag", "again", "from_title", "from_first", "to_last", "words_before1",
    "words_before2", "words_before3", "words_after1", "words_after2", "since_prose", "until_prose", "since_heading",
    "promised",
})  # fmt: skip
"""Those that are whole numbers."""
Row = tuple[float, ...]
Columns = tuple[Sequence[float], ...]


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
        self._lengths = [*none, *(min(term, 60) for term in self.words), *none]
        self._linked_around = [*no_links, *self.linked, *no_links]
        self._places = [line.place for line in self.lines] + none

    def rows(self, which: Sequence[int]) -> Iterator[Row]:
        """The numbers of these lines, each in the order of `NAMES`.

        They are made one number after the other, each for all lines: line after line takes twice as long.
        """
        before = zip(*self._look([self.lines[at] for at in which], which), *self._stand(which), strict=True)
        blocks = map(self.blocks.vector, map(self._places.__getitem__, which))
        after = zip(*self._beside(which), *self._near(which), strict=True)
        for own, block, around in zip(before, blocks, after, strict=True):
            yield (*own, *block, *around)

    def _look(self, lines: Sequence[Line], which: Sequence[int]) -> Columns:
        """What a line looks like."""
        texts, tokens = [line.text for line in lines], [self.words[at] for at in which]
        shares = [_capitals_and_digits(text[:200]) for text in texts]
        return (
            [log1p(count) for count in tokens],
            [_stops(text) for text in texts],
            [min(8, text.count(",")) for text in texts],
            [digits for _, digits in shares],
            [capitals for capitals, _ in shares],
            [self.linked[at] for at in which],
            [line.bold for line in lines],
            [_bars(text) for text in texts],
            [len(text) / count for text, count in zip(texts, tokens, strict=True)],
            [self.prose[at] for at in which],
            [_TAGS.get(line.tag, 0) for line in lines],
            [min(self._again[line.key], 5) for line in lines],
        )

    def _stand(self, which: Sequence[int]) -> Columns:
        """Where a line stands."""
        first, last, title, whole = self._first, self._last, self._title, self.blocks.whole
        count, terms = len(self.lines), max(1, whole.words)
        top = self.blocks.blocks[self.blocks.top].prose / max(1, whole.prose)
        return (
            [at / count for at in which],
            [self._said[at + 1] / terms for at in which],
            [max(-30, min(60, at - title)) if title >= 0 else -31 for at in which],
            [max(-FAR, min(FAR, at - first)) for at in which],
            [max(-FAR, min(FAR, last - at)) for at in which],
            [first <= at <= last for at in which],
            [top] * len(which),
        )

    def _beside(self, which: Sequence[int]) -> Columns:
        """What the lines before and after look like; `here` is the place of a line in the longer lists."""
        lengths, linked, places = self._lengths, self._linked_around, self._places
        here = [at + WINDOW for at in which]
        return (
            [lengths[at - 1] for at in here],
            [lengths[at - 2] for at in here],
            [lengths[at - 3] for at in here],
            [linked[at - 3] for at in here],
            [at > 0 and self.prose[at - 1] for at in which],
            [lengths[at + 1] for at in here],
            [lengths[at + 2] for at in here],
            [linked[at + 1] for at in here],
            [linked[at + 2] for at in here],
            [linked[at + 3] for at in here],
            [places[at + 1] == places[at] for at in which],
            [places[at + 2] == places[at] for at in which],
        )

    def _near(self, which: Sequence[int]) -> Columns:
        """What is around a line within some lines."""
        count = len(self.lines)
        around = [(max(0, at - AROUND), min(count, at + AROUND + 1)) for at in which]
        entries = [max(1.0, self._all[high] - self._all[low]) for low, high in around]
        prose, links, closed, shares = self._text, self._links, self._closed, self._shares
        under = [(at + 1, min(count, at + 5)) for at in which]
        return (
            [self._since[at] for at in which],
            [self._until[at] for at in which],
            [(prose[high] - prose[low]) / most for (low, high), most in zip(around, entries, strict=True)],
            [(links[high] - links[low]) / most for (low, high), most in zip(around, entries, strict=True)],
            [(closed[high] - closed[low]) / (high - low) for low, high in around],
            [(shares[high] - shares[low]) / max(1, high - low) for low, high in under],
            [self._heading[at] for at in which],
            [self._is_promised(self.lines[at].text) for at in which],
        )

    def _is_promised(self, text: str) -> int:
        """Whether the page's head has it as text of the article (1) or not (-1); 0 where the head has no text."""
        if not self._promised:
            return 0
        return 1 if text[:80] in self._promised else -1


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


def _stops(text: str) -> bool:
    """Whether it ends as a sentence does."""
    return not text[-1].isalnum() and STOPS.search(text[-4:]) is not None


def _bars(text: str) -> int:
    return text.count("|") if text.isascii() else sum(map(text.count, _BARS))


def _is_prose(line: Line, words: int) -> bool:
    return words >= MANY or (words >= FEW and _stops(line.text))


def _runs(marks: Sequence[bool]) -> list[int]:
    """How many lines ago the last mark was, before each line."""
    result, run = [], FAR
    for mark in marks:
        result.append(run)
        run = 0 if mark else min(FAR, run + 1)
    return result
