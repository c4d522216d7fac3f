"""Who wrote it and when: the lines between headline and text."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from services.contracts.article import Byline
from services.parser.characters import fold
from services.parser.dates import find_date, is_date
from services.parser.lexicon import either, lexicon
from services.parser.lines import Line
from services.parser.names import is_person

UNIT_WORDS = 10
LONGEST = 400  # characters of a line that says who and when
EARLY = 8  # lines after the headline in which a byline may stand without a place of its own
STORY_ZONES = frozenset({"byline", "story-line", "published"})
_BY = re.compile(
    r"^\W*(?:(?:courtesy )?(?:story|text|words)(?: (?:and|&) (?:photos?|photography|images?|video))? "
    r"|photos? and (?:story|text) |commentary |written |article |compiled |posted )?(?:by|por)\b:?\s+(?P<names>\S.*)$",
    re.IGNORECASE,
)
_DATE_BY = re.compile(r"^(?P<date>.*\d{4}.*?)\s+(?P<by>(?:by|por)\s+\S.*)$", re.IGNORECASE)
# "From U.S. 7th Fleet Public Affairs": the navy's way to say by whom; only a unit or a rank tells it from a title.
_SENT = re.compile(
    r"^from (?P<names>(?:commander|chief|petty officer|mass communication|ens(?:ign|\.)|seaman|lt\.|sgt\.|cpl\.|capt\.)"
    r".+"
    r"|.{3,80}\b(?:public affairs|communications?|office|fleet|command)\b.{0,60})$",
    re.IGNORECASE,
)
_FROM = re.compile(r"^from an? .{5,120} (?:news release|press release|report)$", re.IGNORECASE)
_PARTS = re.compile(r"\s+[|/•·]\s+|^[/|]\s*|\s*[/|]$")
_LEXICON = lexicon("bylines")
_UNIT = re.compile(rf"\b(?:{either(_LEXICON['units'])})\b", re.IGNORECASE)
# A unit that a span alone parted from the name, and a date that one parted from the unit.
_GLUED = re.compile(
    r"^(?P<name>by (?:\S+ ){1,6}?\S+) (?=(?:do[dw] news|american forces press service|defense media activity"
    r"|(?:army|air force) news service)\b)",
    re.IGNORECASE,
)
_BY_DATE = re.compile(
    r"^(?P<by>(?:by|por)\s.{3,120}?)[\s,]*"
    r"(?P<date>(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]*\.? \d{1,2}, \d{4})$",
    re.IGNORECASE,
)
_SUFFIX = re.compile(r",\s*(?=(?:Jr|Sr)\b\.?|I{2,3}\b|IV\b)")
_RANK = re.compile(
    r"(?:,|;)\s*(?:and\s+)?(?=(?:(?:army|navy|air force|marine(?: corps)?) )?"
    rf"(?:{either(_LEXICON['ranks'])})\b\.? )",
    re.IGNORECASE,
)
# "NAME 12th Wing": a unit with a number needs no comma. "NAME, UNIT, and NAME, UNIT": two with a unit each.
_NUMBERED = re.compile(r"(?P<name>.+?)\s(?P<unit>\d+(?:st|nd|rd|th)\s(?!Class|Lt|Lieut|Sgt).+)$")
_TWO = re.compile(r"(?P<unit>.+?),?\s+and\s+(?P<next>[^,]+,.+)$")
_PHOTOGRAPHED = re.compile(r"[,;]?\s+(?:and\s+)?(?:photos?|photography|video|images) by .*$", re.IGNORECASE)
_AND = re.compile(r"\s+(?:and|y|&)\s+", re.IGNORECASE)
_LOGIN = re.compile(either(f"^{form}$" for form in _LEXICON["logins"]), re.IGNORECASE)
_KICKERS = frozenset(_LEXICON["kickers"])


@dataclass(frozen=True)
class StoryLine:
    """What a line such as "By NAME, UNIT / Published DATE" says."""

    byline: tuple[Byline, ...] = ()
    published: date | None = None


def read_story_line(text: str, *, bare_names: bool = False) -> StoryLine | None:
    """Byline and date of a line that holds nothing else, or None.

    With `bare_names` a part without "By" is a name too: some layouts have a place for it.
    """
    if len(text) > LONGEST:
        return None
    byline: list[Byline] = []
    published = None
    parts = list(_parts(text))
    for part in parts:
        if is_date(part):
            published = published or find_date(part)
        elif (by := _BY.match(part)) or (bare_names and len(parts) > 1):
            byline += read_byline(by["names"] if by else part)
        elif (by := _SENT.match(part)) and not part.endswith("."):
            byline += read_byline(by["names"])
        elif _FROM.match(part):
            byline.append(Byline(name=part))
        elif byline and len(part.split()) <= UNIT_WORDS and not part.endswith("."):
            byline[-1] = byline[-1].model_copy(update={"affiliation": byline[-1].affiliation or part})
        elif fold(part) not in _KICKERS:
            return None
    return StoryLine(tuple(byline), published) if byline or published else None


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
    if unit is None and (glued := _NUMBERED.match(head)) and is_person(glued["name"]):
        head, unit = glued.groups()
    if unit and (both := _TWO.match(unit)) and is_person(both["next"].partition(",")[0]):
        return [Byline(name=head.strip(), affiliation=both["unit"]), *_people(both["next"])]
    if unit and is_person(head.strip()) and (others := _others(unit)):
        return [Byline(name=name) for name in (head.strip(), *others)]
    return [Byline(name=name.replace("\N{NO-BREAK SPACE}", ", "), affiliation=unit) for name in _names(head)]


def _others(text: str) -> list[str]:
    """More names after the first, "B", "B and C" or "B, C, and D", if they are nothing but names."""
    names = [part.strip() for part in re.split(r",\s*(?:and|y)\s+|,|\s+(?:and|y|&)\s+", text)]
    return names if all(map(is_person, names)) else []


def take_story_lines(lines: Sequence[Line]) -> StoryLine:
    """Byline and date from the lines before the text, which are marked; a layout's own places come first."""
    byline: tuple[Byline, ...] = ()
    published = None
    for line in _candidates(lines):
        said = _read(line)
        if said is None and _is_unit(line, byline):
            byline = (byline[0].model_copy(update={"affiliation": line.text}),)
            line.rule = "byline"
            continue
        if said is None and line.zone not in STORY_ZONES:
            continue
        said = said or StoryLine()
        if said.byline and len(byline) == 1 and byline[0].affiliation is None and _UNIT.search(said.byline[0].name):
            byline = (byline[0].model_copy(update={"affiliation": said.byline[0].name}),)
        byline, published = byline or said.byline, published or said.published
        line.rule = "byline" if said.byline else "published" if said.published else line.zone
    return StoryLine(byline, published)


def _is_unit(line: Line, byline: Sequence[Byline]) -> bool:
    """Whether the line under a lone name is where its bearer works: "DoD News, Defense Media Activity"."""
    lone = len(byline) == 1 and byline[0].affiliation is None and not _UNIT.search(byline[0].name)
    return lone and line.is_title and not line.bold and _UNIT.search(line.text) is not None


def _read(line: Line) -> StoryLine | None:
    said = read_story_line(line.text, bare_names=line.zone == "story-line")
    if said is None and line.zone == "byline":
        return StoryLine(tuple(read_byline(line.text)))
    return said


def _parts(text: str) -> Iterator[str]:
    for part in filter(None, map(str.strip, _PARTS.split(text))):
        if (both := _DATE_BY.match(part)) and is_date(both["date"]):
            yield from (both["date"], both["by"])
        elif (both := _BY_DATE.match(part)) and is_date(both["date"]):
            yield from (_GLUED.sub(r"\g<name>, ", both["by"]), both["date"])
        else:
            yield _GLUED.sub(r"\g<name>, ", part)


def _names(text: str) -> list[str]:
    """Two people are joined by "and"; "Marketing and Public Affairs" is one office."""
    parts = [part.strip() for part in _AND.split(text)]
    people = all(2 <= len(part.split()) <= 9 and not _UNIT.search(part) for part in parts)
    return parts if len(parts) > 1 and people else [text.strip()]


def _candidates(lines: Sequence[Line]) -> Iterator[Line]:
    yield from (line for line in lines if line.kept and line.zone in STORY_ZONES)
    early = 0
    for line in lines:
        unit = line.rule == "kicker" and " " in line.key
        if (line.kept or unit) and line.zone in {"", "body"}:
            if line.is_prose or early == EARLY:
                return
            early += 1
            yield line
