"""How a text opens: the place in capitals, perhaps the agency in brackets, a dash."""

import re
from dataclasses import dataclass

from services.parser.lexicon import either, lexicon

MAX_LENGTH = 120
_MONTH = (
    r"(?:Jan(?:uary|\.)?|Feb(?:ruary|\.)?|Mar(?:ch|\.)?|Apr(?:il|\.)?|May|June?|July?|Aug(?:ust|\.)?"
    r"|Sept?(?:ember|\.)?|Oct(?:ober|\.)?|Nov(?:ember|\.)?|Dec(?:ember|\.)?)"
)
_UP = "A-ZÀ-ÖØ-Þ"
_CAPITALS = rf"(?:Mc|Mac)?[{_UP}][{_UP}.'’&]*(?:[-/](?:Mc|Mac)?[{_UP}][{_UP}.'’]*)*"
_NAME = rf"(?:Mc|Mac)?[{_UP}][{_UP}.'’]{{2,}}(?:[-/](?:Mc|Mac)?[{_UP}.'’]+)*"
_PLACE = rf"(?:(?:{_CAPITALS}|\d+(?:ST|ND|RD|TH))\s+){{0,8}}(?:{_NAME}|U\.S\.)"
_REST = r"(?:,\s*[A-Z][\w.'’-]*(?:\s(?:of\s|the\s)?[A-Z][\w.'’-]*){0,3}){0,2}"
_CITY = rf"(?:{_PLACE}{_REST}\s(?:and|y)\s)?{_PLACE}"
_DAY = rf"(?:{_MONTH}\s\d{{1,2}}|\d{{1,2}}\s{_MONTH}|\d{{1,2}}\sde\s[a-z]+)"
_DATE = rf"(?:,?\s*\(?{_DAY}(?:(?:,|\sdel?)?\s*\d{{4}})?\)?)?"
_AGENCY = r"(?:,?\s*\([A-Za-z][\w./ &,-]{1,60}\)|\s*/[A-Z][\w. -]{2,30}/)"
_HULL = r"(?:\s\([A-Z]{2,5}[ -]\d{1,4}\))?"
_DASH = r"\s*,?\s*(?:--+|[—–―]|(?<=\s)-(?=\s|$|[“\"A-Z]))\s*"
_NUMBERS = r"(?:\d{1,2}/\d{1,2}/\d{4}\s-\s)?"  # "9/10/2013 - TOWN, State --"
_CAPITAL_OPENING = re.compile(rf"^{_NUMBERS}(?P<place>{_CITY}{_HULL}{_REST}){_DATE}(?:{_AGENCY})?{_DATE}{_DASH}")
# "Washington (AFNS) --": without capitals, only the agency tells a dateline from a sentence.
_AGENCY_OPENING = re.compile(
    rf"^(?P<place>[A-Z][\w.'’-]+(?:\s[A-Z][\w.'’-]+){{0,5}}(?:,\s*[A-Z][\w.'’ -]{{1,25}})?){_AGENCY}{_DASH}"
)
# "(AFNS) The chief": after a news service the dash may be missing.
_SERVICE_OPENING = re.compile(
    rf"^(?P<place>{_CITY}{_REST}){_DATE},?\s*\((?:[A-Z]{{1,5}}NS|AFPN|AFPS|ARNEWS)\){_DATE}\s+(?=[“\"A-Z])"
)
# "Newark, N.J. – A man": only with its state or country, and over a sentence that begins; Washington alone.
_PLAIN_OPENING = re.compile(
    r"^(?P<place>Washington|(?:[A-Z][\w.'’-]+\s){0,3}[A-Z][\w.'’-]+,\s[A-Z][\w.'’-]*+(?:\s[A-Z][\w.'’-]*+){0,2}?)"
    rf"{_DATE}\s(?:--+|[—–-])\s+(?=[“\"A-Z].{{40}})"
)
_STATES = (*lexicon("places")["states"], *lexicon("places")["short-states"])
_TRAILING_DATE = re.compile(rf",?\s*{_MONTH}(?:\s\d.*)?$")
_NOTE = re.compile(r"^\W*(?:editor['’]?s['’]? note|correction|nota del editor)", re.IGNORECASE)
# "(Washington, D.C.-May 25, 2005) The agency": the dateline in brackets, with its date.
_BRACKETED_OPENING = re.compile(
    rf"^\((?P<place>[A-Z][\w.'’-]*(?:\s[A-Z][\w.'’-]*){{0,3}}(?:,\s[A-Z][\w.'’]*){{0,2}}?)\s?[-–—,]{{1,2}}\s?{_DAY},\s\d{{4}}\)\s*(?=[“\"A-Z])"
)
# "(New York, N.Y.) The agency": in brackets without a date only a state tells it.
_STATED_OPENING = re.compile(
    rf"^\((?P<place>[A-Z][\w.'’-]*(?:\s[A-Z][\w.'’-]*){{0,3}},\s(?:{either(map(re.escape, _STATES))}))\)\s+(?=[“\"A-Z])"
)
_FORMS = (_BRACKETED_OPENING, _STATED_OPENING, _CAPITAL_OPENING, _AGENCY_OPENING, _SERVICE_OPENING, _PLAIN_OPENING)
# "NASA — the agency": a sentence may begin so; a place without a state stands over a sentence of its own.
_AMID = re.compile(r"[a-z$\d]")


@dataclass(frozen=True)
class Opening:
    """The place, the words that name it as printed, and the text after them."""

    place: str
    printed: str
    text: str


def read_opening(text: str) -> Opening | None:
    """The dateline of a first paragraph; neither the agency in brackets nor a date is part of the place."""
    head = text[: 2 * MAX_LENGTH]
    result = next((hit for form in _FORMS if (hit := form.match(head))), None)
    if not result or result.end() > MAX_LENGTH:
        return None
    place = _TRAILING_DATE.sub("", result["place"]).strip(" ,")
    bare = text[: result.end()].rstrip(" -–—") == place and "," not in place
    if place == "U.S." or (bare and _AMID.match(text, result.end())):
        return None
    return Opening(place, text[: result.end()].strip(), text[result.end() :].strip())


def is_note(text: str) -> bool:
    """Whether this is the editor's word to the reader, which may stand over the text that the place opens."""
    return _NOTE.match(text) is not None
