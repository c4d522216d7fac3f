"""A page that was printed on one line, cut at the phrases that publishing systems print around articles."""

import re
from collections.abc import Iterable, Iterator, Sequence

from services.parser.address import Slug, slug_words
from services.parser.dumps.named import SURE_WORDS
from services.parser.lexicon import either, lexicon

LONG = 160  # characters: no headline, and no line of a menu
FEW = 3  # lines of a page that was printed on one
SKIPPED = 4  # words from one that the address has to the next
_TERM = re.compile(r"\S+")
_PHRASES = re.compile(either(lexicon("dumps")["run-together"]["lines"]).replace("'", "['’]"), re.IGNORECASE)


def cut_run_together(lines: Sequence[str], names: Slug | None = None) -> list[str]:
    """The lines; long ones of a page with hardly another line are cut at such phrases, and around its headline."""
    full = [line for line in lines if line.strip()]
    if len(full) > FEW or all(len(line) < LONG for line in full):
        return list(lines)
    return [piece for line in lines for part in _parted(line) for piece in _cut_title(part, names)]


def _parted(line: str) -> Iterator[str]:
    yield from _cut(line) if len(line) >= LONG else (line,)


def _cut_title(line: str, names: Slug | None) -> Iterable[str]:
    """What stands over the words that the address names, these words, and what stands under them."""
    spans = list(_named(line, names)) if names and len(names.words) >= SURE_WORDS and not names.cut else []
    under = [(start, end) for start, end in spans if 2 * (len(line) - end) >= len(line) - spans[0][1] >= LONG]
    if not under:
        return (line,)
    start, end = under[-1]
    return line[:start], line[start:end], line[end:]


def _named(line: str, names: Slug) -> Iterator[tuple[int, int]]:
    """Where the words of the address stand in order, with a few small ones between them."""
    terms = [(term, part.start(), part.end()) for part in _TERM.finditer(line) for term in slug_words(part[0])]
    for first, (term, start, _) in enumerate(terms):
        last = _last(terms[first : first + SKIPPED * len(names.words)], names) if term == names.words[0] else 0
        if last:
            yield start, terms[first + last][2]


def _last(terms: Sequence[tuple[str, int, int]], names: Slug) -> int:
    """The place of the last of the address's words, 0 if they are not all there."""
    at = 0
    for name in names.words[1:]:
        near = range(at + 1, min(at + 1 + SKIPPED, len(terms)))
        at = next((place for place in near if terms[place][0] == name), 0)
        if not at:
            return 0
    return at


def _cut(line: str) -> Iterator[str]:
    last = 0
    for result in _PHRASES.finditer(line):
        yield line[last : result.start()]
        yield line[result.start() : result.end()]
        last = result.end()
    yield line[last:]
