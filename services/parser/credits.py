"""Who made a picture, and its number: the words that stand at the end of a caption or under it."""

import re
from dataclasses import dataclass
from functools import lru_cache

from services.parser.lexicon import either, lexicon
from services.parser.names import is_person

_LEXICON = lexicon("pictures")
_BEGINNING = re.compile(r"[a-z]+(?![?*{])")
_MADE = f"(?:{either(_LEXICON['made'])})"
_MAKERS = f"(?:{either(_LEXICON['makers'])})"
VIRIN = re.compile(r"(?<![\w-])(\d{6}-[A-Z]-[A-Z0-9]{4,6}-\d{3,4}[A-Z]{0,2})(?![\w-])", re.IGNORECASE)
# The line under a picture: "Photo By: NAME", "Credit: NAME | VIRIN: NUMBER", or the number's file name alone.
LABEL = re.compile(
    rf"^(?:(?P<by>{_MADE} (?:by|credit|courtesy of|courtesy|por) ?:"
    rf"|{_MADE} (?:by|por)(?= (?-i:[A-Z])[^:!?]{{2,90}}(?<!\.)$)|(?:{_MADE} )?credits?:|photographer:|foto:)"
    r"(?P<name>.*?))?"
    r"(?:[ |/,]*(?:virin|photo id|vir[ií]n|image id):? *(?P<virin>\S*))?$",
    re.IGNORECASE,
)
_FILE = re.compile(rf"^(?:virin:? ?)?{VIRIN.pattern}(?:\.(?:jpe?g|png))?$", re.IGNORECASE)
_PHOTO = re.compile(r"^photo(?:graph)?s?: (?P<name>.+)$", re.IGNORECASE)
_HINT = re.compile(rf"{_MADE} (?:by|por) |(?:virin )?\d{{6}}-[a-z]-", re.IGNORECASE)
# In brackets at the end: "(U.S. Air Force photo/Name)", "[Courtesy photo]", "(DOD photo by Name) (Released)".
_BRACKETS = re.compile(
    rf"\s*(?:\((?P<credit>[^()]*(?:\([^()]*\)[^()]*)*?(?<![A-Za-z]){_MADE}(?![A-Za-z])[^()]*(?:\([^()]*\)[^()]*)*"
    rf"|courtesy(?: of)? [^()]+)\)|\[(?P<square>[^][]{{0,80}}(?<![A-Za-z]){_MADE}(?![A-Za-z])[^][]*)\])"
    r"[\s.]*(?:\((?:released|cropped|cleared)[^()]*\)\s*)?$",
    re.IGNORECASE,
)
# A last sentence: "Air Force photo by Name", "Courtesy photo", "Photo courtesy of the Navy".
_DIRECTION = re.compile(r"\b(?:is|are|was|were|plays?|begins?|ends?|starts?)(?: \w+)?\.$", re.IGNORECASE)
_SENTENCE = re.compile(
    rf"(?:^|(?<=[.!?\"”’')])(?<!\(U\.S\.)(?<!\bU\.S\.)\s+)(?P<credit>(?:U\.\s?S\.\s+)?[^.!?]{{0,80}}?\b(?:{_MADE}\s+(?:by|courtesy)\b(?:[^!?:)]|\)(?!\s+[A-Z])|:(?!\s+[A-Z][a-z]*\s)|(?<=by):|(?<=of):){{0,160}}"
    rf"|courtesy\s+{_MADE}\b[^.!?]{{0,60}}|{_MAKERS}\s+{_MADE}(?:\s+illustration)?\.?|(?:{_MADE}\s+)?credits?:\s[^!?]{{2,90}}|\bphoto(?:graph)?s?:\s(?-i:[A-Z]\S*\s+[A-Z])[^!?.]{{2,80}}))$",
    re.IGNORECASE,
)
# With a full stop only a maker tells a credit from a sentence: "DOD photo by Name.", or "Photo by Cpl. First Name."
_STOPPED = re.compile(
    rf"(?:^|(?<=[.!?\"”])\s+)(?:(?:U\.S\. )?{_MAKERS} {_MADE}(?: by (?-i:[A-Z])[^!?]{{2,90}})?"
    rf"|{_MADE} by (?-i:(?:[A-Z0-9][\w.'’-]{{0,30}} ){{1,5}}[A-Z][\w'’-]{{1,30}}))\.$",
    re.IGNORECASE,
)
# What galleries hang on a caption: its place, switches, its number, before or behind, and a link.
_HUNG = re.compile(
    rf"^(?:\d+ ?/ ?\d+ ?)?(?:show caption ?\+ ?)?hide caption ?[-–] ?|^{VIRIN.pattern}[\s:.-]*"
    rf"|\s+(?:{VIRIN.pattern}|view original)\s*$",
    re.IGNORECASE,
)
# What the words for pictures begin with: to search for these texts takes a tenth of the time of the expression.
_MADE_WORDS = [found[0] if (found := _BEGINNING.match(form)) else "" for form in _LEXICON["made"]]
_MAKES = re.compile(rf"(?<![A-Za-z]){_MADE}(?![A-Za-z])", re.IGNORECASE)
END = 400
LONGEST = 1_000  # characters at the end of a caption, among which its credit is
SENTENCE = 5  # words in brackets that end with a full stop and name no maker tell something
_BY = re.compile(r"\bby\b|\bcourtesy\b|/|:", re.IGNORECASE)
_TELLS = re.compile(r"th(?:is|ese|e) ", re.IGNORECASE)  # "(This image has been altered by blurring ....)"
LABEL_LENGTH = 200
# "(NASA/Name)", "(Name/The Paper)": only under a picture, for offices are written so too.
_SLASHED = re.compile(r"\s*\((?P<credit>[A-Z][\w.'’ &-]*(?:/[A-Z][\w.'’ &-]*)+)\)\.?$")
_MAKER = re.compile(
    rf"{_MADE}\s*(?:credits?|by|courtesy of(?: the)?|courtesy|por|/|:|-|,)\s*:?\s*(?P<name>.+)$", re.IGNORECASE
)
_STATUS = re.compile(r"(?<![\s/(])[\s/(]*(?:released|cropped|cleared)\)?\.?$", re.IGNORECASE)


@dataclass(frozen=True)
class Credit:
    """The words of a caption without the credit, the credit as it was printed, and the person it names."""

    words: str
    line: str | None = None
    photographer: str | None = None


def split_credit(caption: str) -> Credit:
    """A caption and its credit, apart."""
    # Credits stand at the end: no more of a line is looked at, however long it is.
    before, caption = caption[:-LONGEST], _HUNG.sub("", caption[-LONGEST:])
    if caption.startswith("[") and caption.endswith("]") and len(caption) > LABEL_LENGTH // 4:
        caption = caption[1:-1]
    if not (found := _BRACKETS.search(caption) or _SENTENCE.search(caption) or _SLASHED.search(caption)):
        return Credit(before + caption)
    line = next(filter(None, found.groups())).strip()
    if line.endswith(".") and line.count(" ") >= SENTENCE and (not _BY.search(line) or _TELLS.match(line)):
        return Credit(before + caption)
    return Credit((before + caption[: found.start()]).strip(), line, photographer(line))


def ends_with_credit(line: str) -> bool:
    """Whether this looks like a caption: its last words say who made the picture.

    "(Courtesy of the unit)" alone is not enough: texts are courtesies too.
    """
    return _is_credited(line[-END:])


@lru_cache(maxsize=4_096)
def _is_credited(end: str) -> bool:
    lowered = end.lower()
    if not (any(word in lowered for word in _MADE_WORDS) and _MAKES.search(end)):
        return False
    end = _HUNG.sub("", end)
    if found := _BRACKETS.search(end):
        if _DIRECTION.search(found["credit"] or found["square"]):
            return False
        return _MAKES.search(found["credit"] or found["square"]) is not None
    if end.endswith((".", "!", "?", '"', "”")):
        return _STOPPED.search(end) is not None
    return _SENTENCE.search(end) is not None


def photographer(credit: str) -> str | None:
    """The person (rank stays) whom a credit line names."""
    found = _MAKER.search(credit)
    name = _STATUS.sub("", found["name"]).strip(" /,.;-") if found else ""
    if is_person(name.partition(",")[0]):
        return name.partition(",")[0]
    people = [part.strip() for part in (name or credit).split("/") if is_person(part.strip())]
    return (people[0] if "/" in (name or credit) and people else name) or None


@lru_cache(maxsize=4_096)  # every step of the captions asks again
def read_label(line: str) -> tuple[str | None, str | None] | None:
    """Name and VIRIN of a line that is nothing but a label; None for every other line."""
    if len(line) > LABEL_LENGTH or not (":" in line or _HINT.match(line)):
        return None
    if found := _FILE.match(line):
        return None, found[1].upper()
    if (found := _PHOTO.match(line)) and is_person(found["name"].split("/")[0]):
        return found["name"], None
    found = LABEL.match(line)
    if not found or (found["by"] is None and found["virin"] is None):
        return None
    number = VIRIN.search(found["virin"] or "")
    return (found["name"] or "").strip(" |/") or None, number[1].upper() if number else None
