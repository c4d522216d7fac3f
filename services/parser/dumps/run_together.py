"""A page that was printed on one line, cut at the phrases that publishing systems print around articles."""

import re
from collections.abc import Iterator, Sequence

from services.parser.lexicon import either, lexicon

LONG = 160  # characters: no headline, and no line of a menu
FEW = 3  # lines of a page that was printed on one
_PHRASES = re.compile(either(lexicon("dumps")["run-together"]["lines"]).replace("'", "['’]"), re.IGNORECASE)


def cut_run_together(lines: Sequence[str]) -> list[str]:
    """The lines; long ones of a page with hardly another line are cut at such phrases."""
    full = [line for line in lines if line.strip()]
    if len(full) > FEW or all(len(line) < LONG for line in full):
        return list(lines)
    return [part for line in lines for part in (_cut(line) if len(line) >= LONG else (line,))]


def _cut(line: str) -> Iterator[str]:
    last = 0
    for result in _PHRASES.finditer(line):
        yield line[last : result.start()]
        yield line[result.start() : result.end()]
        last = result.end()
    yield line[last:]
