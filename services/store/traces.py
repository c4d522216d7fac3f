"""What texts have in common: numbers that the same text has wherever it stands, and hardly any other text has.

The words of a text are cut into shingles, each is hashed, and the least hashes of `BANDS` × `ROWS` parts of the hash's
range are its signature (MinHash with one permutation). `ROWS` of them together are a band: texts that share most of
their shingles share a band, others do not. It costs one pass over the words and depends on nothing but them.
"""

import hashlib
import re
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from services.contracts.article import Article

SHINGLE, BANDS, ROWS = 3, 4, 3
LEAST = 40
"""Words of a body below which only the whole text counts: set phrases would make the others alike."""
_WORD = re.compile(r"\w+")
_NUMBER = re.compile(r"\d[\d.,]*")
_64 = (1 << 64) - 1
_BINS = BANDS * ROWS


@dataclass(frozen=True)
class Traces:
    """The number of the whole text on its day, and of each band in its week and in the weeks beside it."""

    text: int | None = None
    bands: tuple[int | None, ...] = (None,) * BANDS
    near: frozenset[int] = frozenset()

    def columns(self) -> dict[str, int | None]:
        """As they are kept on the article's row."""
        return {"text_trace": self.text} | {f"band_{number}": band for number, band in enumerate(self.bands, 1)}


def words_of(article: Article) -> list[str]:
    """The words of the body, without regard to case and marks."""
    return [word for block in article.body for word in _WORD.findall(block.text.casefold())]


def traces_of(article: Article, seen: date) -> Traces:
    """The traces of an article; `seen` dates the story of one that does not say when it was published.

    A short text that says no day has none: it may be the same by chance.
    """
    words, day = words_of(article), article.published_at
    if not words or (day is None and len(words) < LEAST):
        return Traces()
    text = _number(" ".join(_WORD.findall(article.headline.casefold())), " ".join(words), day and day.isoformat()[:10])
    if len(words) < LEAST:
        return Traces(text)
    signature, week = _signature(words), (day or seen).toordinal() // 7
    parts = [tuple(signature[band : band + ROWS]) for band in range(0, _BINS, ROWS)]
    weeks = [tuple(_number(band, part, week + beside) for band, part in enumerate(parts)) for beside in (-1, 0, 1)]
    return Traces(text, weeks[1], frozenset(number for bands in weeks for number in bands))


def shingles(words: Sequence[str]) -> set[int]:
    """A number for each run of `SHINGLE` words."""
    return set(_hashes(words))


def is_same_text(one: Article, other: Article) -> bool:
    """Whether headline and body are the same to the word."""
    title, other_title = (_WORD.findall(article.headline.casefold()) for article in (one, other))
    return title == other_title and words_of(one) == words_of(other)


def numbers_of(article: Article) -> set[str]:
    """The figures of the body: what reports of one form differ by."""
    return {number.rstrip(".,") for block in article.body for number in _NUMBER.findall(block.text)}


def _number(*parts: object) -> int:
    return int.from_bytes(hashlib.sha256(repr(parts).encode()).digest()[:8], "big", signed=True)


def _signature(words: Sequence[str]) -> list[int]:
    least: list[int | None] = [None] * _BINS
    for value in _hashes(words):
        part, rest = value % _BINS, value // _BINS
        if (stands := least[part]) is None or rest < stands:
            least[part] = rest
    # A part that no shingle fell into has what the next one has that is not empty, and says how far that was.
    return [next(_shifted(least, part)) for part in range(_BINS)]


def _shifted(least: Sequence[int | None], part: int) -> Iterator[int]:
    for step in range(_BINS):
        if (value := least[(part + step) % _BINS]) is not None:
            yield value + step * _64


def _hashes(words: Sequence[str]) -> Iterator[int]:
    codes = [zlib.crc32(word.encode()) for word in words]
    for at in range(max(len(codes) - SHINGLE + 1, 1)):
        value = 0
        for code in codes[at : at + SHINGLE]:
            value = ((value ^ code) * 0x9E3779B97F4A7C15) & _64
            value ^= value >> 29
        yield value
