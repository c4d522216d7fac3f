"""Whether words are the name of a person: a guess from how names look and from the words that are in none."""

import re

from services.parser.lexicon import either, lexicon

_WORD = r"[A-ZÀ-ÖØ-Þ](?:[a-zà-öø-ÿ]+|[A-Z]?[a-z]+[A-Z][a-z]+|['’][A-Z][a-z]+)(?:[-'’][A-ZÀ-Þ]?[a-zà-ÿ]+)*"
_NAME = re.compile(
    rf"{_WORD}(?:\s(?:[A-Z]\.|[“\"(]{_WORD}[”\")]|de|del|de la|van|von|{_WORD})){{0,2}}"
    rf"\s{_WORD}(?:,?\s(?:Jr|Sr)\.?|,?\sI{{2,3}})?"
)
LONGEST = 100  # characters of a name with its rank
_LEXICON = lexicon("names")
_OTHERWISE = re.compile(rf"\b(?:{either(_LEXICON['otherwise'])})\b", re.IGNORECASE)
_RANK = re.compile(rf"(?:(?:{either(_LEXICON['ranks'])})\.?\s+)+", re.IGNORECASE)


def is_person(text: str) -> bool:
    """Whether this looks like a first and a last name, perhaps after a rank, and like nothing else that we know."""
    if len(text) > LONGEST:
        return False
    name = _RANK.sub("", text, count=1) if _RANK.match(text) else text
    name = name.title() if name.isupper() else name
    return _NAME.fullmatch(name) is not None and _OTHERWISE.search(name) is None
