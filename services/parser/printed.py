"""The printed lines of a document, independent of the library that read it."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

_MARK = re.compile(rb"^\s{0,64}%PDF-")


@dataclass(frozen=True)
class Printed:
    """One line as it is printed: its place on its page in points (from the lower left), and the size of its letters.

    `edge` is 1 at the top of the page, -1 at the foot and 0 between them.
    """

    text: str
    page: int
    x: float
    y: float
    size: float
    bold: bool
    edge: int = 0


@dataclass(frozen=True)
class Document:
    """The lines of a document in order, what it says of itself, and whether only its beginning was read."""

    lines: Sequence[Printed]
    pages: int
    title: str = ""
    created: date | None = None
    lang: str = ""
    is_cut: bool = False


def is_pdf(body: bytes) -> bool:
    """Whether these are the bytes of a PDF."""
    return _MARK.match(body[:80]) is not None
