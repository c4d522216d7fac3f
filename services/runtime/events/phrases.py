"""Words and phrases as filters look for them: whole, in any case and spacing. Pure."""

import re
from collections.abc import Sequence
from functools import lru_cache


def plain(text: str) -> str:
    """Text as it is compared."""
    return " ".join(text.casefold().split())


def has_words(value: str) -> str:
    """The value itself; a `ValueError` when it holds nothing that could be found as a word."""
    if not re.search(r"\w", value):
        raise ValueError(f"{value!r} holds neither letter nor digit, so it can never be found.")
    return value


def occurrences(text: str, value: str) -> int:
    """How often the phrase is in a text that is `plain`."""
    return sum(1 for _ in _finder((value,)).finditer(text))


def first_of(text: str, values: Sequence[str]) -> str | None:
    """The first of the phrases that a text has which is `plain`, as it was written; None for none."""
    match = _finder(tuple(values)).search(text)
    return next((value for value in values if match and plain(value) == match.group()), None)


@lru_cache(maxsize=512)
def _finder(values: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile(rf"(?<!\w)(?:{'|'.join(re.escape(plain(value)) for value in values)})(?!\w)")
