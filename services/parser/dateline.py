"""How a text opens: the place in capitals, perhaps the agency in brackets, a dash."""

import re
from dataclasses import dataclass

MAX_LENGTH = 120
_MONTH = r"(?:Jan|Feb|Mar|Apr|May|June?|July?|Aug|Sept?|Oct|Nov|Dec)[a-z]*\.?"
_CAPITALS = r"[A-Z][A-Z.'’&]*(?:[-/][A-Z][A-Z.'’]*)*"
_CITY = rf"(?:(?:{_CAPITALS}|\d+(?:ST|ND|RD|TH))\s+){{0,8}}(?:[A-Z][A-Z.'’]{{2,}}(?:[-/][A-Z.'’]+)*|U\.S\.)"
_REST = r"(?:,\s*[A-Z][\w.'’-]*(?:\s(?:of\s|the\s)?[A-Z][\w.'’-]*){0,3}){0,2}"
_DATE = rf"(?:,?\s*\(?{_MONTH}\s\d{{1,2}}(?:,\s*\d{{4}})?\)?)?"
_AGENCY = r"\s*\([A-Za-z][\w./ &,-]{1,60}\)"
_DASH = r"\s*,?\s*(?:--+|[—–―]|(?<=\s)-(?=\s|$))\s*"
_CAPITAL_OPENING = re.compile(rf"^(?P<place>{_CITY}{_REST}){_DATE}(?:{_AGENCY})?{_DATE}{_DASH}")
# "Washington (AFNS) --": without capitals, only the agency tells a dateline from a sentence.
_AGENCY_OPENING = re.compile(
    rf"^(?P<place>[A-Z][\w.'’-]+(?:\s[A-Z][\w.'’-]+){{0,5}}(?:,\s*[A-Z][\w.'’ -]{{1,25}})?){_AGENCY}{_DASH}"
)
_TRAILING_DATE = re.compile(rf",?\s*{_MONTH}(?:\s\d.*)?$")


@dataclass(frozen=True)
class Opening:
    """The place, the words that name it as printed, and the text after them."""

    place: str
    printed: str
    text: str


def read_opening(text: str) -> Opening | None:
    """The dateline of a first paragraph; neither the agency in brackets nor a date is part of the place."""
    found = _CAPITAL_OPENING.match(text) or _AGENCY_OPENING.match(text)
    if not found or found.end() > MAX_LENGTH:
        return None
    place = _TRAILING_DATE.sub("", found["place"]).strip(" ,")
    return Opening(place, text[: found.end()].strip(), text[found.end() :].strip())
