"""A text that a page prints twice: once for small screens and once for large ones, or as a preview and in full."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from services.parser.lines import Line
from services.parser.zones import OUTSIDE

RULE: Final = "copy"
LEAST_LINES: Final = 3  # of running text, one after the other as before
LEAST_WORDS: Final = 60
BESIDE: Final = 12  # short lines before and after, at most: a headline, a summary, a subhead


@dataclass(slots=True)
class _Run:
    """Running text that was printed before: from where to where it stands now, and where it stood."""

    first: int
    now: int
    length: int = 1


def mark_copies(lines: Sequence[Line]) -> None:
    """Says of the second printing of a text that it is one; of the first, where more text stands beside the second.

    The printings stand in different blocks. What repeats in one block, as the entries of a report do, is text.
    """
    shown = [line for line in lines if line.zone not in OUTSIDE]
    prose = [at for at, line in enumerate(shown) if line.kept and line.is_prose]
    runs = [run for run in _runs([shown[at].key for at in prose]) if run.length >= LEAST_LINES]
    weights = _weights(shown) if runs else {}
    for run in runs:
        first, again = (prose[start : start + run.length] for start in (run.first, run.now))
        if _is_copy(shown, first, again):
            lesser, other = _spans(shown, first, again)
            heavier = _weight(shown, again, weights) > _weight(shown, first, weights)
            _mark(shown, *((lesser, other) if heavier else (other, lesser)))


def _runs(keys: Sequence[str]) -> Iterator[_Run]:
    """The longest runs of texts that follow each other as they did before."""
    known: dict[str, int] = {}
    run: _Run | None = None
    for at, key in enumerate(keys):
        if run and run.first + run.length < run.now and keys[run.first + run.length] == key:
            run.length += 1
            continue
        if run:
            yield run
        run = _Run(known[key], at) if key in known else None
        known.setdefault(key, at)
    if run:
        yield run


def _is_copy(lines: Sequence[Line], first: Sequence[int], again: Sequence[int]) -> bool:
    apart = {lines[at].place for at in first}.isdisjoint(lines[at].place for at in again)
    return apart and sum(lines[at].words for at in again) >= LEAST_WORDS


def _spans(lines: Sequence[Line], first: Sequence[int], again: Sequence[int]) -> tuple[range, range]:
    """The lines of both printings, with the short ones before and after that both have."""
    before, after = 0, 0
    most = min(BESIDE, first[0])
    while before < most and lines[first[0] - before - 1].key == lines[again[0] - before - 1].key:
        before += 1
    most = min(BESIDE, len(lines) - again[-1] - 1)
    while after < most and lines[first[-1] + after + 1].key == lines[again[-1] + after + 1].key:
        after += 1
    entry, two = (range(printing[0] - before, printing[-1] + after + 1) for printing in (first, again))
    return entry, two


def _weights(lines: Sequence[Line]) -> Mapping[int, int]:
    """How many words of running text stand in each block."""
    weights: Counter[int] = Counter()
    for line in lines:
        if line.is_prose:
            weights[line.place] += line.words
    return weights


def _weight(lines: Sequence[Line], printing: Sequence[int], weights: Mapping[int, int]) -> int:
    return sum(weights[place] for place in {lines[at].place for at in printing})


def _mark(lines: Sequence[Line], copy: range, other: range) -> None:
    """Marks the lines that the other printing has too; what only the copy has stays."""
    keys = {lines[at].key for at in other}
    for at in copy:
        if lines[at].kept and lines[at].key in keys:
            lines[at].rule = RULE
