"""The words of a text as changes are judged by them: folded, and told apart by what they say."""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

# A figure with its marks is one word; characters of scripts without spaces are words of their own.
_TOKEN = re.compile(r"\d(?:[\d.,:/]*\d)?|[$€£¥%]|[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]|[^\W\d_]+(?:['’][^\W\d_]+)*")
_SENTENCE = re.compile(r"(?:[.!?:…]|\A)[\s\"'“”‘’()\[\]—–-]*\Z")
_ABBREVIATED = re.compile(r"\b[A-Z][a-z]{0,4}\.\s?\Z")
"""A rank, a title or an initial, as it ends before a name."""
_LOOKBACK = 12
"""Characters before a word in which the end of the sentence before is looked for."""
_THOUSANDS = re.compile(r"(?<=\d),(?=\d{3}(?!\d))")
_APOSTROPHES = str.maketrans("’ʼ‘`´", "'''''")

_FIGURES = """
zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen
eighteen nineteen twenty thirty forty fifty sixty seventy eighty ninety hundred hundreds thousand thousands million
millions billion billions trillion dozen dozens half third quarter first second double triple percent
cero uno dos tres cuatro cinco seis siete ocho nueve diez cien ciento mil millón millones
deux trois quatre cinq sept huit neuf dix cent mille
zwei drei vier fünf sechs sieben acht neun zehn hundert tausend
"""
_DATES = """
january february march april may june july august september october november december
jan feb mar apr jun jul aug sept sep oct nov dec monday tuesday wednesday thursday friday saturday sunday
today yesterday tomorrow
enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre
janvier février avril juin juillet août septembre octobre novembre décembre
januar februar märz mai juni juli oktober dezember
"""
_NEGATIONS = """
no not never none nobody nothing neither nor without cannot ne pas jamais nunca nicht kein
"""
FIGURES, DATES, NEGATIONS = (frozenset(listed.split()) for listed in (_FIGURES, _DATES, _NEGATIONS))
_BETWEEN = frozenset({"of", "the", "de", "del"})
"""Between the number of a day and its month."""
_MONTHS_THAT_ARE_WORDS = frozenset({"may", "march", "mar", "second"})


def folded(text: str) -> list[str]:
    """The words in lower case, without marks between them: quotes, dashes, spaces and case make no difference."""
    plain = unicodedata.normalize("NFKC", text).translate(_APOSTROPHES)
    return [_THOUSANDS.sub("", token.casefold()) for token in _TOKEN.findall(plain)]


def figures(texts: Iterable[str]) -> Counter[str]:
    """How often each number is named, in digits or in words."""
    return Counter(word for text in texts for word in folded(text) if word[0].isdigit() or word in FIGURES)


def dates(texts: Iterable[str]) -> Counter[str]:
    """How often each day of the week and each month is named, a month with the day beside it: April 14, 14 de abril."""
    return Counter(date for text in texts for date in _dates(text))


def _dates(text: str) -> Iterator[str]:
    tokens = [token for token in _TOKEN.findall(text) if token not in _BETWEEN]
    for before, token, after in zip(["", *tokens], tokens, [*tokens[1:], ""], strict=False):
        word = token.casefold()
        if word in DATES and (token[0].isupper() or word not in _MONTHS_THAT_ARE_WORDS):
            yield " ".join(
                [word, *(entry for entry in (before, after) if entry.isdigit() and len(entry) <= len("2027"))]
            )


def negations(texts: Iterable[str]) -> Counter[str]:
    """How often each word that turns a sentence round is there."""
    words = (word for text in texts for word in folded(text))
    return Counter(
        "not" if word.endswith("n't") else word for word in words if word in NEGATIONS or word.endswith("n't")
    )


def names(texts: Sequence[str], known: frozenset[str] = frozenset()) -> set[str]:
    """The words with a capital inside a sentence; at its beginning only those that are `known` to be names."""
    return {word for text in texts for word, inside in _capitalised(text) if inside or word in known}


def _capitalised(text: str) -> Iterator[tuple[str, bool]]:
    """Words with a capital, and whether they stand inside a sentence."""
    if text.isupper():  # everything has one
        return
    for match in _TOKEN.finditer(text):
        token = match.group()
        if token[0].isupper() and len(token) > 1:
            before = text[max(0, match.start() - _LOOKBACK) : match.start()]
            word = token.translate(_APOSTROPHES).casefold().removesuffix("'s")
            yield word, bool(_ABBREVIATED.search(before)) or not _SENTENCE.search(before)


def respelled(before: Sequence[str], after: Sequence[str]) -> bool:
    """Whether two lists of words differ in the spelling of one word: one letter more, less, other, or two swapped."""
    if len(before) != len(after):
        return _joined(before, after)
    pairs = [(old, new) for old, new in zip(before, after, strict=True) if old != new]
    return len(pairs) == 1 and _near(*pairs[0])


def _joined(before: Sequence[str], after: Sequence[str]) -> bool:
    """Whether the same letters stand there with one space more or less: "web site", "website"."""
    return abs(len(before) - len(after)) == 1 and "".join(before) == "".join(after)


LEAST = 5
"""Letters below which another letter is likely another word: "now", "not"."""


def _near(old: str, new: str) -> bool:
    if min(len(old), len(new)) < LEAST or old[0] != new[0] or not (old.isalpha() and new.isalpha()):
        return False
    if {old, new} & (FIGURES | DATES | NEGATIONS):
        return False
    start = next((at for at, (one, other) in enumerate(zip(old, new, strict=False)) if one != other), len(old))
    left, right = old[start:], new[start:]
    return (
        left[1:] == right[1:]
        or left[1:] == right
        or left == right[1:]
        or (left[:2] == right[1::-1] and left[2:] == right[2:])
    )
