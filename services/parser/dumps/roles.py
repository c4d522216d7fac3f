"""What a line over or right under a headline is, told by its words."""

import re
from collections.abc import Sequence
from datetime import date
from functools import lru_cache

from services.parser.boilerplate_rules import ANYWHERE, LOOSE, MAX_LENGTH, TOP, Rules
from services.parser.byline import read_story_line
from services.parser.byline_names import UNIT, read_byline
from services.parser.characters import fold
from services.parser.date_labels import is_date
from services.parser.dates import find_date
from services.parser.lexicon import either, lexicon
from services.parser.lines import Line
from services.parser.names import is_person

DATED = 140  # characters of a line that dates a page
HEADLINE = 320
REMEMBERED = 4_096  # lines: every step asks again
SENTENCE = 12  # words: a shorter line with a full stop may be a headline

_HEAD = lexicon("dumps")["head"]
_RULES = {"slogan": "slogan", "section": "navigation", "control": "control"}
_ROLES = Rules(ANYWHERE, TOP, _HEAD)
_LOOSE = Rules(LOOSE)
_SURE = Rules(
    ANYWHERE,
    {name: TOP[name] for name in ("banner", "skip-link", "alert")},
    {name: _HEAD[name] for name in ("historical-notice", "alert", "banner")},
)
_BULLET = re.compile(r"[•·▪*-]\s+")
_PARTS = re.compile(r"\s*[|•·]\s*|\s+/\s+")
_NUMBERED = re.compile(
    r"^(?:(?:for )?immediate release|(?:news |press |media )?release)?[:,]?\s*"
    r"(?:(?:release )?(?:no|nr|number)\b[.:]{0,2})?\s*(?:(?:[a-z]{0,3}-?\d[\w-]{1,12}|unreleased)\s+)?",
    re.IGNORECASE,
)
_AGENCY = re.compile(r"[A-Z][\w.&'’-]*(?: (?:of|the|for|and|[A-Z&][\w.&'’-]*)){0,6}")
_FAULT = re.compile(r"#[A-Z/]{1,8}[!?]?")  # what a spreadsheet says instead of a name: "#NAME?"
_AS_OF = re.compile(r"\W{0,3}(?:current )?as of\b", re.IGNORECASE)  # it dates what is said, not the page
# "Example Command Public Affairs Eastmark, Country Dec 28, 2016": who, where and when, with nothing between them.
_ISSUED = re.compile(
    r"(?:[A-Z][\w.'’&-]*+,? (?:(?:of|the|for|and) )?){3,14}?(?<=, )[A-Z][\w.'’-]+ (?:[A-Z][\w.'’-]+ )?"
    r"[A-Z][a-z]{2,8}\.? \d{1,2}, \d{4}"
)
_RUNNING_TIME = re.compile(r"\d{1,2}:\d\d(?::\d\d)?")
_DELIVERED = re.compile(
    r"(?:remarks )?as (?:delivered|prepared|written)(?: for delivery)?\b.{0,20}\bby\b", re.IGNORECASE
)
_PLACE = re.compile(
    r"(?:[A-Z][\w.'’-]*+\s){0,3}[A-Z][\w.'’-]*+(?:, (?:[A-Z][\w.'’-]*+\s?){1,4}){1,2}"
    r"|(?:[A-Z][A-Z.'’-]++[ ,]*+){1,6}|(?:Washington|The Pentagon|Pentagon)"
)
_PLACE_DATED = re.compile(r"(?:[A-Z][\w.'’-]*,? ){1,5}\((?P<date>[^()]{6,30})\)")
_OFFICE_OF_PERSON = re.compile(
    r"^(?:(?:deputy|assistant|acting|under|principal|senior|secretary|ambassador|representative|special|chief|director"
    r"|administrator|president|spokes(?:person|man|woman)|press|general|of|state|defense|war|the|for)\s+)+",
    re.IGNORECASE,
)
_OFFICE = re.compile(r"[A-Z][\w.'’-]*(?:,? (?:of|the|for|and|[A-Z0-9][\w.'’-]*)){1,11}")
_TOOLS = re.compile(r" print ?\|? ?e-?mail$", re.IGNORECASE)
_DIGIT = re.compile(r"\d")
_SAYS_BY = re.compile(r"\b(?:by|por|from)\b", re.IGNORECASE)
_TURN = re.compile(r"[A-Z][A-Z.,'’ -]{2,60}(?: \([^)]{1,40}\))?:\s|(?:Q|A)[.:]?\s+(?=[A-Z(\"“])")
_CLOCK = re.compile(r"\d{1,2}:\d\d ?[ap]\.?m\b.{0,12}", re.IGNORECASE)
_MENU = re.compile(rf"\b(?:{either(lexicon('dumps')['menu']['words'])})\b", re.IGNORECASE)
_ENDS = (".", "?", "!", '"', "”", ")", "…")
_LISTED = re.compile(r"[\w' -]{2,30}(?:, [\w' -]{2,30}){3,}")
_SENTENCES = re.compile(r"[a-z\d][a-z\d)][.?!][\"”’]? [A-Z“\"]")
_STATES = (", D.C.", *(f", {state}" for state in lexicon("places")["short-states"] if state.endswith(".")))
_SPLIT = re.compile(r"[-\s/]+")
_ABBREVIATED = re.compile(rf"\b(?:{either(lexicon('dumps')['abbreviations']['words'])})\. ", re.IGNORECASE)


def role(line: Line) -> str | None:
    """The rule for a line that is surely no headline and no text, or None."""
    return _role(line.text) if len(line.text) <= MAX_LENGTH else None


@lru_cache(maxsize=REMEMBERED)
def _role(text: str) -> str | None:
    line, bare = Line(text, fold(text)), bare_text(text)
    name = _ROLES.name(line) or (_ROLES.name(Line(bare, fold(bare))) if bare != text else None) or _LOOSE.name(line)
    if name is None and is_listed(text):
        return "keywords"
    if name is None and is_run_together(text):
        return "navigation"
    return _RULES.get(name or "", name)


def mark_sure(lines: Sequence[Line]) -> None:
    """Marks banners, notices and the like over the text: nobody writes them, and they are no text of the page."""
    for line in lines:
        if not line.kept:
            continue
        if (name := _SURE.name(line)) is not None:
            line.rule = name
        elif is_sentence(line.text):
            return


def bare_text(text: str) -> str:
    """The text without its bullet."""
    bullet = _BULLET.match(text)
    return text[bullet.end() :] if bullet else text


def dates_page(text: str) -> date | None:
    """The day that a line dates the page with: alone, beside a kicker, an agency or a byline, or behind a label."""
    text = _TOOLS.sub("", bare_text(text)[: 2 * DATED]).rstrip(" |")
    return _dates_page(text) if len(text) <= DATED and _DIGIT.search(text) else None


@lru_cache(maxsize=REMEMBERED)
def _dates_page(text: str) -> date | None:
    if not (day := find_date(text)) or _AS_OF.match(text):
        return None
    if is_date(text) or is_date(_NUMBERED.sub("", text)):
        return day
    if dated := _PLACE_DATED.fullmatch(text):
        return find_date(dated["date"])
    parts = [part for part in _PARTS.split(text) if part]
    dated_parts = [part for part in parts if is_date(part) or is_date(_NUMBERED.sub("", part))]
    if len(parts) > 1 and dated_parts and all(part in dated_parts or _goes_with(part) for part in parts):
        return find_date(dated_parts[0])
    if _ISSUED.fullmatch(text) and UNIT.search(text):
        return day
    story = read_story_line(text)
    return story.published if story else None


def speaks(text: str) -> bool:
    """Whether a line says who delivered a speech, where and when."""
    return _DELIVERED.match(text) is not None


def is_byline(text: str) -> bool:
    """Whether a line names who wrote the article."""
    text = bare_text(text)
    return len(text) <= 2 * DATED and _SAYS_BY.search(text) is not None and _is_byline(text)


@lru_cache(maxsize=REMEMBERED)
def _is_byline(text: str) -> bool:
    story = read_story_line(text)
    return story is not None and bool(story.byline)


def signs(text: str) -> bool:
    """Whether a line that dates the page names its author beside the day, without "By"."""
    parts = [part for part in _PARTS.split(bare_text(text)) if part and not is_date(part)]
    return any(is_person(name.name) for part in parts for name in read_byline(part))


def is_place(text: str) -> bool:
    """Whether a line may be nothing but a place."""
    return text.count(" ") < 6 and _PLACE.fullmatch(text.strip(" -–—")) is not None


def is_speaker(text: str) -> bool:
    """Whether a line is nothing but a name, perhaps behind an office."""
    return is_person(text) or is_person(_OFFICE_OF_PERSON.sub("", text))


def names_speaker(text: str) -> bool:
    """Whether a line is a name, perhaps behind an office of any kind."""
    return is_speaker(text) or (
        _OFFICE.fullmatch(text) is not None and any(is_speaker(" ".join(text.split()[-n:])) for n in (2, 3))
    )


def is_turn(text: str) -> bool:
    """Whether a line says who speaks, before what is said."""
    return _TURN.match(text) is not None


def is_note(text: str) -> bool:
    """Whether a line says when people spoke, or in brackets who else was there: a transcript's own first line."""
    return text.startswith("(") or _CLOCK.fullmatch(text) is not None


def is_listed(text: str) -> bool:
    """Whether a line is a list of key words: four and more, parted by commas, without an end."""
    return _LISTED.fullmatch(text) is not None and " and " not in f"{text} "


def is_run_together(text: str) -> bool:
    """Whether a line is a menu in one line: many words with capitals, of which three and more are words of menus."""
    tokens = text.split(maxsplit=41)
    small = sum(term[:1].islower() for term in tokens)
    return 6 <= len(tokens) <= 40 and small <= 2 and len(_MENU.findall(text)) >= 3


def is_sentence(text: str) -> bool:
    """Whether a line is running text: it ends as sentences do, or holds more than one."""
    bare = text.rstrip("\"”’')")
    if text.count(" ") + 1 >= SENTENCE and bare.endswith((".", ":")) and not bare.endswith((" Jr.", " Sr.")):
        return not (bare.endswith(_STATES) and is_titled(text)) or _holds_sentences(text[:MAX_LENGTH])
    return _holds_sentences(text[:MAX_LENGTH])


@lru_cache(maxsize=REMEMBERED)
def _holds_sentences(start: str) -> bool:
    return _SENTENCES.search(start) is not None and _SENTENCES.search(_ABBREVIATED.sub("", start)) is not None


def is_titled(text: str) -> bool:
    """Whether a line is written as titles are: its longer words with a capital."""
    long = [token for token in _SPLIT.split(text) if len(token) > 3]
    capitals = [term for term in long if term[0].isupper() or term[0].isdigit()]
    return len(capitals) * 3 >= 2 * len(long)


def may_be_headline(line: Line) -> bool:
    """Whether a line can be a headline by its own looks."""
    text = bare_text(line.text)
    return (
        2 <= len(text) <= HEADLINE
        and line.shape in {"paragraph", "subhead"}
        and any(letter.isalpha() for letter in text)
        and not text.endswith((",", ";", ":"))
        and not is_sentence(text)
        and not (is_turn(text) and text.endswith(_ENDS))
        and not _CLOCK.fullmatch(text)
        and not text.startswith(("http://", "https://", "(", "["))
    )


def _goes_with(part: str) -> bool:
    line = Line(part, fold(part))
    return (
        _ROLES.name(line) is not None
        or _LOOSE.name(line) is not None
        or is_byline(part)
        or _RUNNING_TIME.fullmatch(part) is not None
        or _AGENCY.fullmatch(part) is not None
        or is_listed(part)
        or _FAULT.fullmatch(part) is not None
    )
