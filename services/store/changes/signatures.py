"""What a change does to a text, apart from where: so that the same change on many pages is known as one. Pure."""

import hashlib
from collections.abc import Iterator

from services.contracts.changes import ArticleChange, ChangedText
from services.store.changes.words import folded

MOST = 8
"""Places at which a change that is the same on many pages changes each of them, at most."""


def signatures(change: ArticleChange) -> frozenset[str]:
    """A digest for each place of the change; none where it has more than `MOST`."""
    places = frozenset(_digest(*place) for text in change.diff for place in _places(text))
    return places if len(places) <= MOST else frozenset()


def _places(text: ChangedText) -> Iterator[tuple[str, str, str]]:
    """What is gone and what is new at each place of a text; of a date only the new one, whatever it was before."""
    if text.field == "published_at":
        yield text.field, "", text.after()
        return
    gone = ""
    for piece in text.pieces:
        if piece.fate == "deleted":
            gone = piece.text
        elif piece.fate == "inserted":
            yield text.field, gone, piece.text
            gone = ""
        elif gone:
            yield text.field, gone, ""
            gone = ""
    if gone:
        yield text.field, gone, ""


def _digest(field: str, gone: str, new: str) -> str:
    place = "\x00".join((field, " ".join(folded(gone)) or gone, " ".join(folded(new)) or new))
    return hashlib.sha256(place.encode()).hexdigest()[:32]
