"""Who is awarded: the companies that open the paragraph of an award, each with its place, mark and numbers."""

import re
from collections.abc import Iterator, Mapping

from services.contracts.article import Awardee
from services.parser.lexicon import lexicon

_PLACES = lexicon("places")
_REGIONS = frozenset((*_PLACES["states"], *_PLACES["short-states"], *_PLACES["countries"]))
_CITY_STATES = frozenset(_PLACES["city-states"])
# Parts of a name that a comma sets apart; what follows them may be a city, they never are.
_NO_CITY = re.compile(
    r"(?:inc|llc|ltd|limited|corp|co|lp|llp|pllc|jv|gmbh|plc|s\.?p\.?a|s\.?a|n\.?v|l\.p|l\.l\.c)\.?"
    r"|.*\b(?:inc|corp|co|llc|ltd|joint venture)\.?",
    re.IGNORECASE,
)
_DESCRIBES = re.compile(r"(?:an?|d/?b/?a|doing business as)\s", re.IGNORECASE)
_TRADES_AS = re.compile(r",?\s(?:doing business as|d/?b/?a)\s", re.IGNORECASE)
# DFARS 204.1603: six characters of the office, two of the year, one of the kind, four of a serial, dashes or none.
# An order under a contract may add four more.
NUMBER = re.compile(
    r"(?<![\w-])(?=[A-Z0-9]{0,5}[A-Z])(?=[A-Z0-9]{0,5}[0-9])"
    r"[A-Z0-9]{6}(-?)[0-9]{2}\1[A-Z]\1[A-Z0-9]{4}(?:\1[A-Z0-9]{4})?(?!-?\w)"
)
_BRACKETS = re.compile(r"\s?\(([^()]*)\)")
_ASTERISKS = re.compile(r"\*+")
_DASHES = str.maketrans("‐‑‒–", "----")


def awardees(subject: str, footnotes: Mapping[str, str]) -> tuple[Awardee, ...]:
    """The companies of a subject such as "X Inc.,* City, State (number); and Y LLC, City, State"."""
    results = (_awardee(company, footnotes) for company in _companies(subject))
    return tuple(entry for entry in results if entry is not None)


def numbers(text: str) -> tuple[str, ...]:
    """Every contract number in a text once, in order, as printed but for plain dashes."""
    return tuple(dict.fromkeys(result[0] for result in NUMBER.finditer(text.translate(_DASHES))))


def _companies(subject: str) -> Iterator[str]:
    """The words of each company: semicolons part them; so does a comma after a place with its number, or an "and"."""
    for tokens in subject.split(";"):
        start, before = 0, ""
        for part in re.finditer(r"[^,]+", tokens):
            if (part[0].startswith(" and ") or numbers(before)) and _bare(before) in _REGIONS:
                yield tokens[start : part.start()]
                start = part.start()
            before = part[0]
        yield tokens[start:]


def _awardee(words: str, footnotes: Mapping[str, str]) -> Awardee | None:
    words = re.sub(r"^\s*and\s", "", words)
    mark = next((result[0] for result in _ASTERISKS.finditer(words)), None)
    name, place = _name_and_place([part for part in map(str.strip, _bare(words).split(",")) if part])
    name, *trade = _TRADES_AS.split(name, maxsplit=1)
    if not re.search(r"[^\W\d_]", name):
        return None
    return Awardee(
        name=name,
        doing_business_as=trade[0] if trade else None,
        place=place or None,
        mark=footnotes.get(mark, mark) if mark else None,
        numbers=numbers(words),
    )


def _name_and_place(parts: list[str]) -> tuple[str, str]:
    """What describes the company may follow its place, and belongs to the name all the same."""
    end = len(parts)
    while end and _DESCRIBES.match(parts[end - 1]):
        end -= 1
    start = end - _place_length(parts[:end])
    return ", ".join(parts[:start] + parts[end:]), ", ".join(parts[start:end]).removeprefix("of ")


def _place_length(parts: list[str]) -> int:
    """How many of the last parts are the place: none where the last is no state or country that we know."""
    if len(parts) < 2 or parts[-1] not in _REGIONS:
        return 0
    alone = len(parts) == 2 or parts[-1] in _CITY_STATES or _no_city(parts[-2])
    return 1 if alone else 2


def _no_city(part: str) -> bool:
    return _DESCRIBES.match(part) is not None or _NO_CITY.fullmatch(part) is not None


def _bare(words: str) -> str:
    """Without asterisks, and without brackets around contract numbers."""
    words = _BRACKETS.sub(lambda result: "" if numbers(result[1]) else result[0], words)
    return " ".join(_ASTERISKS.sub("", words).split())
