"""Pages with the text that they should come to, and which of their lines are that text.

A file of gold is JSON Lines: `url`, the page's `file` beside it (or `id`, for `html/<id>.html`), and its text as
`body`, a list of lines, or as `text`.
"""

import json
import re
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from services.parser.characters import fold
from services.parser.lines import Line

GOLDEN = Path(__file__).parents[2] / "pages"
_WORD = re.compile(r"\w+")
LONG = 6  # words: such a line is known by its own words, a shorter one by where it stands as well
ALIKE = 0.6  # of a long line's runs of three words are in the text
REACH = 400  # words between two long lines, in which a short one is looked for
SLACK = 3  # words


@dataclass(frozen=True)
class GoldPage:
    """A page with its address and the lines of its text; pages of one `host` are never in two folds."""

    name: str
    host: str
    path: Path
    url: str | None
    text: Sequence[str]
    source: str


def gold_pages(files: Sequence[Path]) -> Iterator[GoldPage]:
    """The pages of these files of gold, and the HTML pages of tests/pages that no layout names the body of."""
    for file in files:
        for line in file.read_text(encoding="utf-8").splitlines():
            gold: dict[str, Any] = json.loads(line)
            path = file.parent / (gold.get("file") or f"html/{gold['id']}.html")
            text = gold.get("body") or gold["text"].splitlines()
            if path.suffix == ".html":
                host = (urlsplit(gold["url"]).hostname or path.name).removeprefix("www.")
                yield GoldPage(gold["id"], host, path, gold["url"], text, file.parent.name)
    for page in sorted((*GOLDEN.glob("unknown/*/page.html"), *GOLDEN.glob("uswds/*/page.html"))):
        article = json.loads((page.parent / "article.json").read_text(encoding="utf-8"))
        if body := [block["text"] for block in article.get("body", ())]:
            yield GoldPage(page.parent.name, f"golden {page.parent.name}", page, article["url"], body, "golden")


def words(text: str) -> list[str]:
    """The words of a text in folded spelling."""
    return _WORD.findall(fold(text))


def labels(lines: Sequence[Line], text: Sequence[str]) -> list[bool]:
    """Which lines are of the text: long ones by their words, short ones by standing where the text has them."""
    gold, requests = _Gold(text), [words(line.text) for line in lines]
    spans = [gold.span(line) if len(line) >= LONG else None for line in requests]
    floor, ceiling = _bounds(spans, len(gold.stream))
    return [
        span is not None or (0 < len(line) < LONG and gold.has(line, low - SLACK, high + SLACK))
        for line, span, low, high in zip(requests, spans, floor, ceiling, strict=True)
    ]


def _bounds(spans: Sequence[tuple[int, int] | None], end: int) -> tuple[list[int], list[int]]:
    """Between which words of the text each line must stand, by the long lines around it."""
    floor, ceiling, at = [], [], 0
    for span in spans:
        floor.append(at)
        if span and span[0] - at < end / 2:
            at = max(at, span[0])
    at = end
    for span in reversed(spans):
        ceiling.append(at)
        at = min(at, span[1]) if span else at
    return floor, ceiling[::-1]


class _Gold:
    """The text as one run of words, with where each word, each three and each line begin."""

    def __init__(self, text: Sequence[str]) -> None:
        self.stream: list[str] = []
        self._lines: dict[tuple[str, ...], list[int]] = defaultdict(list)
        for line in text:
            split = words(line)
            self._lines[tuple(split)].append(len(self.stream))
            self.stream += split
        self._words: dict[str, list[int]] = defaultdict(list)
        self._threes: dict[tuple[str, ...], int] = {}
        for at, word in enumerate(self.stream):
            self._words[word].append(at)
            self._threes.setdefault(tuple(self.stream[at : at + 3]), at)

    def span(self, line: Sequence[str]) -> tuple[int, int] | None:
        """Where a long line stands in the text, about; None where it does not."""
        threes = [tuple(line[at : at + 3]) for at in range(len(line) - 2)]
        hits = sorted(self._threes[three] for three in threes if three in self._threes)
        if len(hits) < ALIKE * len(threes):
            return None
        middle, half = hits[len(hits) // 2], len(line) // 2
        return middle - half, middle + half

    def has(self, line: Sequence[str], low: int, high: int) -> bool:
        """Whether a short line stands between these words: as a line, or, where they are near, as part of one."""
        if any(low <= at <= high for at in self._lines.get(tuple(line), ())):
            return True
        if high - low > REACH:
            return False
        at = self._words.get(line[0], [])
        between = at[bisect_left(at, low) : bisect_right(at, high)]
        return any(self.stream[start : start + len(line)] == list(line) for start in between)
