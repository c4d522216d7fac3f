"""What somebody searches for: words that must all be there, "phrases", and what a leading - excludes."""

import re
from dataclasses import dataclass
from typing import Self

from services.store.excerpt import plain

_TERM = re.compile(r'(-?)(?:"([^"]*)"?|([^\s"]+))')
_WORD = re.compile(r"[^\W_]")


@dataclass(frozen=True)
class Terms:
    """The words and phrases of a search, as they were typed."""

    wanted: tuple[str, ...] = ()
    unwanted: tuple[str, ...] = ()

    @classmethod
    def read(cls, text: str) -> Self:
        """Any text is understood; a term without a letter or a digit is none."""
        entries = [(sign, phrase or token) for sign, phrase, token in _TERM.findall(plain(text))]
        terms = [(sign, term) for sign, term in entries if _WORD.search(term)]
        criteria = tuple(term for sign, term in terms if not sign)
        return cls(criteria, tuple(term for sign, term in terms if sign))
