"""Each changed text word by word, within the bounds of what it may cost and how large it may be."""

import re
from collections.abc import Iterator, Sequence

from services.contracts.changes import ChangedText, ChangePiece, Fate
from services.store.changes.myers import Budget, Run, runs
from services.store.changes.texts import Pair

AROUND = 200
"""Characters that an event shows of what stayed the same, on each side of what did not: as long as a filter's value."""
EVENT = 16_000
"""Characters of a diff within an event."""

_WORDS = re.compile(r"\s+|\d[\d.,:]*\d|\w+|[^\w\s]")


def differences_by_word(pairs: Sequence[Pair]) -> tuple[ChangedText, ...]:
    """What became of the words of each text, whole."""
    budget = Budget()
    return tuple(ChangedText(field=pair.field, pieces=tuple(_pieces(pair, budget))) for pair in pairs)


def shortened(diff: Sequence[ChangedText], room: int = EVENT) -> tuple[tuple[ChangedText, ...], bool]:
    """The diff as an event carries it, and whether anything of it had to be left out."""
    fitting = list[ChangedText]()
    for text in diff:
        pieces = tuple(_short(piece) for piece in text.pieces)
        room -= sum(len(piece.text) for piece in pieces)
        if room < 0:
            return tuple(fitting), True
        fitting.append(text.model_copy(update={"pieces": pieces}))
    return tuple(fitting), False


def _short(piece: ChangePiece) -> ChangePiece:
    if piece.fate != "same" or len(piece.text) <= 2 * AROUND:
        return piece
    return ChangePiece(fate="same", text=f"{piece.text[:AROUND]} … {piece.text[-AROUND:]}")


def _pieces(pair: Pair, budget: Budget) -> Iterator[ChangePiece]:
    found = runs(_WORDS.findall(pair.old), _WORDS.findall(pair.new), budget)
    for group in _between(list(found)):
        yield from (ChangePiece(fate=fate, text=text) for fate, text in group)


def _between(runs_of_text: Sequence[Run]) -> Iterator[list[tuple[Fate, str]]]:
    """Stretches that stayed, and between them what is gone and what is new; a lone space does not part these."""
    gone, come = "", ""
    last = len(runs_of_text) - 1
    for at, (fate, words) in enumerate(runs_of_text):
        text = "".join(words)
        if fate == "deleted":
            gone += text
        elif fate == "inserted":
            come += text
        elif (gone or come) and at < last and not text.strip():
            gone, come = gone + text, come + text
        else:
            yield [*_changed(gone, come), ("same", text)]
            gone, come = "", ""
    yield _changed(gone, come)


def _changed(gone: str, come: str) -> list[tuple[Fate, str]]:
    parts: list[tuple[Fate, str]] = [("deleted", gone), ("inserted", come)]
    return [part for part in parts if part[1]]
