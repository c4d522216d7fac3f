"""Which of two numbers comes first in the dates of a page: by its host, its language, its words and its other dates."""

import re
from collections.abc import Iterator, Sequence
from datetime import date
from itertools import islice

from services.parser.address_dates import address_month, taken_apart
from services.parser.characters import decoded
from services.parser.dates import Order
from services.parser.lexicon import lexicon
from services.parser.page import Page

_NUMBERS = lexicon("dates")["numbers"]
_LANGUAGE = re.compile(r"\s{0,9}([a-z]{2,3})(?:[-_]([a-z]{2}))?\b", re.IGNORECASE)
_PAIR = re.compile(rb"(?<![\d/.-])(\d{1,2})([/-])(\d{1,2})\2(20\d\d|19\d\d)(?![\d/-])")
# The ends of such dates: a search for a text is much faster than one for any digit, and most pages have no such date.
_YEARS = tuple(
    re.compile(rf"{joint}{century}(?<=\d{joint}{century})\d\d(?![\d/-])".encode())
    for joint in "/-"
    for century in (19, 20)
)
LONGEST = len("12/31/2024")
_WEEKDAY = re.compile(rb"\b(mon|tue|wed|thu|fri|sat|sun)[a-z]{0,6},? \Z", re.IGNORECASE)
_DAYS = (b"mon", b"tue", b"wed", b"thu", b"fri", b"sat", b"sun")
_ENGLISH = re.compile(r"\b(?:the|of|and|to|in|for|is|that|with|on)\b")
MOST = 200  # dates in numbers of one page
WORDS = 60  # that tell a language
ENGLISH = 0.06  # of the words of an English text are among its ten most frequent; it is about .25


def number_order(page: Page, markup: str = "", words: str = "", *, official: bool = False) -> Order:
    """Which of two numbers comes first in a date of this page; `words` are its text in folded spelling.

    `official` is for pages of United States agencies that came without an address.
    """
    sent = decoded(markup).utf8
    pairs = list(islice(_pairs(sent), MOST))
    message = set(_by_weekdays(sent, pairs))
    if len(message) == 1:
        return message.pop()
    known = _by_place(page, official=official)
    return known if known != "unknown" or not pairs else _by_page(page, pairs, words)


def _pairs(markup: bytes) -> Iterator[re.Match[bytes]]:
    """The dates in numbers whose year has four digits, in the order of the page."""
    for end in sorted(result.end() for years in _YEARS for result in years.finditer(markup)):
        if pair := _PAIR.search(markup, max(0, end - LONGEST), end + 1):
            yield pair


def _by_place(page: Page, *, official: bool) -> Order:
    """By its host, else by its language."""
    ending = taken_apart(page.url or page.canonical)[0].rpartition(".")[2]
    if ending in _NUMBERS["month-first-hosts"] or (official and not ending):
        return "month"
    claim = page.lang or page.meta("og:locale", "content-language", "language", "dc.language")
    hit = _LANGUAGE.match(claim)
    language, region = (hit[1].casefold(), (hit[2] or "").casefold()) if hit else ("", "")
    if ending in _NUMBERS["day-first-regions"] or region in _NUMBERS["day-first-regions"]:
        return "day"
    if language in _NUMBERS["day-first-languages"]:
        return "day"
    return "month" if region in _NUMBERS["month-first-regions"] else "unknown"


def _by_page(page: Page, pairs: Sequence[re.Match[bytes]], words: str) -> Order:
    """By dates that can be read in one way only: all of a page are written alike; else by the language of the text."""
    votes = set(_votes(page, pairs))
    if len(votes) == 1:
        return votes.pop()
    return "day" if not votes and _is_foreign(words) else "unknown"


def _votes(page: Page, pairs: Sequence[re.Match[bytes]]) -> Iterator[Order]:
    year, month = address_month(page) or ("", 0)
    for pair in pairs:
        entry, two, own = int(pair[1]), int(pair[3]), pair[4].decode() == year
        if entry > 12 >= two or (own and two == month != entry):
            yield "day"
        elif two > 12 >= entry or (own and entry == month != two):
            yield "month"


def _by_weekdays(markup: bytes, pairs: Sequence[re.Match[bytes]]) -> Iterator[Order]:
    """By the weekday before a date: "Sat, 01/03/2014" is in March."""
    for pair in pairs:
        if weekday := _WEEKDAY.search(markup, max(0, pair.start() - 12), pair.start()):
            yield from _by_weekday(_DAYS.index(weekday[1].lower()), int(pair[4]), int(pair[1]), int(pair[3]))


def _by_weekday(weekday: int, year: int, one: int, two: int) -> Iterator[Order]:
    if not (1 <= one <= 12 and 1 <= two <= 12):
        return
    day_first, month_first = date(year, two, one).weekday() == weekday, date(year, one, two).weekday() == weekday
    if day_first != month_first:
        yield "day" if day_first else "month"


def _is_foreign(words: str) -> bool:
    """Whether the text is in another language than English, which alone puts the month first in places."""
    count = words.count(" ") + 1
    return count >= WORDS and len(_ENGLISH.findall(words)) < ENGLISH * count
