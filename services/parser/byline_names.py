"""The people whom a byline names, each with the office that the writer works for."""

import re

from services.contracts.article import Byline
from services.parser.lexicon import either, lexicon
from services.parser.names import is_person

LONGEST = 400  # characters of a line that says who and when
_LEXICON = lexicon("bylines")
UNIT = re.compile(rf"\b(?:{either(_LEXICON['units'])})\b", re.IGNORECASE)
_SUFFIX = re.compile(r",\s*(?=(?:Jr|Sr)\b\.?|I{2,3}\b|IV\b)")
_RANK = re.compile(
    r"(?:,|;)\s*(?:and\s+)?(?=(?:(?:army|navy|air force|marine(?: corps)?) )?"
    rf"(?:{either(_LEXICON['ranks'])})\b\.? )",
    re.IGNORECASE,
)
# "NAME U.S. Example Command Public Affairs EASTMARK, Country": where no sign parts name, office and place.
_FUSED = re.compile(
    rf"(?P<name>(?:(?:{either(_LEXICON['ranks'])}|{either(_LEXICON['grades'])})\.? ){{0,3}}"
    r"(?-i:[A-Z][\w'’-]+) (?:(?-i:[A-Z])\. ){0,2}(?:(?-i:[A-Z][\w'’-]+))(?:,? (?:Jr\.|Sr\.|I{2,3}|IV))?)"
    rf" (?P<unit>(?:{either(_LEXICON['unit-openings'])})(?= )[^,]{{0,80}}\b(?:{either(_LEXICON['unit-ends'])}))"
    r"(?: (?-i:[A-Z])[\w.'’ -]{1,40}(?:, [\w.'’ -]{2,30}){0,2})?",
    re.IGNORECASE,
)
# "NAME 12th Wing": a unit with a number needs no comma. "NAME, UNIT, and NAME, UNIT": two with a unit each.
_NUMBERED = re.compile(r"(?P<name>.+?)\s(?P<unit>\d+(?:st|nd|rd|th)\s(?!Class|Lt|Lieut|Sgt).+)$")
_TWO = re.compile(r"(?P<unit>.+?),?\s+and\s+(?P<next>[^,]+,.+)$")
_PHOTOGRAPHED = re.compile(r"[,;]?\s+(?:and\s+)?(?:photos?|photography|video|images) by .*$", re.IGNORECASE)
NAMES = re.compile(r",\s?(?:(?:and|y|und|et|e)\s)?|\s(?:and|y|und|et|e|&)\s")
_AND = re.compile(r"\s+(?:and|y|und|et|e|en|och|og|i|&)\s+", re.IGNORECASE)
_LOGIN = re.compile(either(f"^{form}$" for form in _LEXICON["logins"]), re.IGNORECASE)


def read_byline(text: str) -> list[Byline]:
    """Names in order, each with its affiliation; the rank stays in the name, a login is nobody."""
    text = _PHOTOGRAPHED.sub("", text[:LONGEST]).strip(" ,;|/")
    if not text or _LOGIN.match(text):
        return []
    return [entry for part in _RANK.split(text) for entry in _people(part)]


def _people(text: str) -> list[Byline]:
    """The names before the first comma, and after it where they work."""
    head, _, affiliation = _SUFFIX.sub("\N{NO-BREAK SPACE}", text).partition(",")
    unit = affiliation.strip(" ,") or None
    first, *last = _AND.split(text)
    if len(last) == 1 and is_person(first) and (fused := _FUSED.fullmatch(last[0])):
        return [Byline(name=name, affiliation=fused["unit"]) for name in (first, fused["name"])]
    if fused := _FUSED.fullmatch(text):
        return [Byline(name=fused["name"], affiliation=fused["unit"])]
    if unit is None and (glued := _NUMBERED.match(head)) and is_person(glued["name"]):
        head, unit = glued.groups()
    if unit and (both := _TWO.match(unit)) and is_person(both["next"].partition(",")[0]):
        return [Byline(name=head.strip(), affiliation=both["unit"]), *_people(both["next"])]
    if unit and is_person(head.strip()) and (others := _others(unit)):
        return [Byline(name=name) for name in (head.strip(), *others)]
    return [Byline(name=name.replace("\N{NO-BREAK SPACE}", ", "), affiliation=unit) for name in _names(head)]


def _others(text: str) -> list[str]:
    """More names after the first, "B", "B and C" or "B, C, and D", if they are nothing but names."""
    names = [part.strip() for part in NAMES.split(text)]
    return names if all(map(is_person, names)) else []


def _names(text: str) -> list[str]:
    """Two people are joined by "and"; "Marketing and Public Affairs" is one office."""
    parts = [part.strip() for part in _AND.split(text)]
    people = all(2 <= len(part.split()) <= 9 and not UNIT.search(part) for part in parts)
    return parts if len(parts) > 1 and people else [text.strip()]
