"""Who wrote it and when: the lines between headline and text."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import pairwise, takewhile

from services.contracts.article import Byline
from services.parser.byline_names import LONGEST, NAMES, UNIT, read_byline
from services.parser.characters import fold
from services.parser.date_labels import (
    DATE_LINE,
    DateLine,
    is_date,
    is_event_line,
    label_role,
    label_start,
    read_date_line,
)
from services.parser.dates import Order, spots
from services.parser.lexicon import lexicon
from services.parser.lines import Line
from services.parser.names import is_person

UNIT_WORDS = 10
LABEL = 60  # characters of a label in a line of its own
FAR_OVER = 4  # lines; a date so far over the headline is another's, the day of the visit perhaps
EARLY = 8  # lines after the headline in which a byline may stand without a place of its own
STORY_ZONES = frozenset({"byline", "story-line", "published"})
_BY = re.compile(
    r"^\W{0,9}(?:(?:courtesy )?(?:story|text|words|audio)(?: (?:and|&) (?:photos?|photography|images?|video))? "
    r"|photos? and (?:story|text) |(?:commentary|written|article|compiled|posted|submitted|published|reported) )?"
    r"(?:by|por)\b:?\s+(?:(?:as (?:delivered|prepared)(?: for delivery)? )?by:?\s+)?(?P<names>\S.*)$",
    re.IGNORECASE,
)
# In other languages the word for "by" begins many a title, too: only names of persons follow it in a byline.
_BY_PERSON = re.compile(
    r"^\W{0,9}(?:[^\W\d_]{3,20} )?(?:von|par|di|da|door|av|af|przez)\b:?\s+(?P<names>\S.*)$"
    r"|^\W{0,9}(?:autor(?:a|es|en)?|auteurs?|autore|authors?|redakt[eo]ur|text|texte|skribent)\s?:\s+(?P<others>\S.*)$",
    re.IGNORECASE,
)
_TELLS = re.compile(r"\b[a-z]{4,20}[.!?]\W{0,2} \S")  # "By the way, he was the first. I was the second"
_AFTER_DATE = re.compile(r"\s(?=(?:by|por|von|par|di|door)\s)", re.IGNORECASE)
# What joins a name to the date after it: "by NAME on Saturday, DATE".
_JOINT = re.compile(
    r"(?:[\s,|:–-]{1,4}(?:on|am|at|le|el|il|em|op|den|vom|(?:mon|tue|wed|thu|fri|sat|sun)[a-z]{0,6})){0,2}[\s,|:–-]{0,4}$",
    re.IGNORECASE,
)
# "From U.S. 7th Fleet Public Affairs": the navy's way to say by whom; only a unit or a rank tells it from a title.
_SENT = re.compile(
    r"^from (?!the\b)"
    r"(?P<names>(?:commander|chief|petty officer|mass communication|ens(?:ign|\.)|seaman|lt\.|sgt\.|cpl\.|capt\.)"
    r".+"
    r"|.{3,80}\b(?:public affairs|communications?|office|fleet|command)\b.{0,60})$",
    re.IGNORECASE,
)
_FROM = re.compile(r"^from an? .{5,120} (?:news release|press release|report)$", re.IGNORECASE)
# Under which topic it is filed: "by NAME on DATE in News".
_FILED = re.compile(
    r"\s(?:(?:posted |filed |veröffentlicht )?(?:in|under|unter|dans|en|em|w)|category:?)\s\D{1,60}$", re.IGNORECASE
)
_PARTS = re.compile(r"\s[|/•·]\s|^[/|]\s?|\s?[/|]$")
_LEXICON = lexicon("bylines")
# A unit that a span alone parted from the name, and a date that one parted from the unit.
_GLUED = re.compile(
    r"^(?P<name>by (?:\S+ ){1,6}?\S+) (?=(?:do[dw] news|american forces press service|defense media activity"
    r"|(?:army|air force) news service)\b)",
    re.IGNORECASE,
)
# "ServiceMay 23, 2014": a date that a span alone parted from the unit.
_GLUED_DATE = re.compile(
    r"(?<=[a-z]|[A-Z)])(?=(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]{0,6}\.? \d{1,2}, \d{4}$)"
)
_AUTHOR = re.compile(r"(?<![a-z])(?:author|byline|autor|auteur)(?![a-z])", re.IGNORECASE)
_KICKERS = frozenset(_LEXICON["kickers"])


@dataclass(frozen=True)
class StoryLine:
    """What a line such as "By NAME, UNIT / Published DATE" says; `labelled` when the line itself says "Published"."""

    byline: tuple[Byline, ...] = ()
    published: date | None = None
    updated: date | None = None
    labelled: bool = False


def read_story_line(text: str, *, bare_names: bool = False, order: Order = "month") -> StoryLine | None:
    """Byline and dates of a line that holds nothing else, or None.

    With `bare_names` a part without "By" is a name too: some layouts have a place for it.
    """
    if len(text) > LONGEST:
        return None
    byline: list[Byline] = []
    dates = DateLine()
    parts = list(_parts(text))
    for part in parts:
        if is_date(part):
            dates = _both(dates, read_date_line(part, order=order, short_years=True))
        elif (by := _by(part)) or (bare_names and len(parts) > 1):
            byline += read_byline(by or part)
        elif _FROM.match(part):
            byline.append(Byline(name=part))
        elif (sent := _SENT.match(part)) and not part.endswith("."):
            byline += read_byline(sent["names"])
        elif byline and len(part.split()) <= UNIT_WORDS and not part.endswith("."):
            byline[-1] = byline[-1].model_copy(update={"affiliation": byline[-1].affiliation or part})
        elif fold(part) not in _KICKERS:
            return None
    says = StoryLine(tuple(byline), dates.published, dates.updated, dates.labelled)
    return says if byline or dates.published or dates.updated else None


def _both(first: DateLine, second: DateLine) -> DateLine:
    """The dates of two parts: one that a label explains goes before one without."""
    takes = second.labelled and not first.labelled
    published = second.published if takes else first.published or second.published
    return DateLine(published, first.updated or second.updated, first.labelled or second.labelled)


def _by(part: str) -> str | None:
    """The names after "by", in whatever language."""
    if by := _BY.match(part):
        return None if _TELLS.search(by["names"]) else by["names"]
    names = (by["names"] or by["others"]) if (by := _BY_PERSON.match(part)) else None
    return names if names and all(map(is_person, NAMES.split(names))) else None


def take_story_lines(lines: Sequence[Line], *, order: Order = "month") -> StoryLine:
    """Byline and dates from the lines before the text, which are marked; a layout's own places come first."""
    byline: tuple[Byline, ...] = ()
    dates = DateLine()
    places = {id(line): at for at, line in enumerate(lines)}
    head = max((at for at, line in enumerate(lines) if line.rule == "headline"), default=-1)
    before = {id(line): above.text for above, line in pairwise(lines)}
    after = {id(line): below.text for line, below in pairwise(lines)}
    for line in _candidates(lines):
        says = _read(line, before.get(id(line), ""), order)
        if says is None and _is_unit(line, byline):
            byline = (byline[0].model_copy(update={"affiliation": line.text.lstrip("•·▪ ")}),)
            line.rule = "byline"
            continue
        if says and line.is_linked and not all(is_person(by.name) for by in says.byline):
            continue  # an entry of a menu: "By Topic"
        of_event = says and (_is_of_an_event(says, dates, line) or is_event_line(after.get(id(line), "")))
        if line.zone not in STORY_ZONES and says and not says.labelled and head - places[id(line)] > FAR_OVER:
            says = replace(says, published=None)
        if of_event or (says is None and line.zone not in STORY_ZONES):
            continue
        says = says or StoryLine()
        if says.byline and len(byline) == 1 and byline[0].affiliation is None and UNIT.search(says.byline[0].name):
            byline = (byline[0].model_copy(update={"affiliation": says.byline[0].name}),)
        byline, dates = byline or says.byline, _both(dates, DateLine(says.published, says.updated, says.labelled))
        line.rule = "byline" if says.byline else _rule(says) or line.zone
    byline = byline or _marked(lines[head + 1 :])
    return StoryLine(byline, dates.published, dates.updated, dates.labelled)


def _marked(lines: Sequence[Line]) -> tuple[Byline, ...]:
    """The person whom a line over the text names and nothing else, if its element says that this is the author."""
    for line in takewhile(lambda line: not (line.kept and line.is_prose), lines[:EARLY]):
        if _AUTHOR.search(line.marks) and line.rule in {None, "not-the-article"} and is_person(line.text):
            line.rule = "byline"
            return (Byline(name=line.text),)
    return ()


def _rule(says: StoryLine) -> str | None:
    return "published" if says.published else "updated" if says.updated else None


def _is_of_an_event(says: StoryLine, dates: DateLine, line: Line) -> bool:
    """Whether the line is a mere date under one that the page calls the date of publication: a speech's, say."""
    other = dates.labelled and says.published not in {None, dates.published}
    return other and not (says.byline or says.labelled or line.zone in STORY_ZONES)


def _is_unit(line: Line, byline: Sequence[Byline]) -> bool:
    """Whether the line under a lone name is where its bearer works: "DoD News, Defense Media Activity"."""
    lone = len(byline) == 1 and byline[0].affiliation is None and not UNIT.search(byline[0].name)
    return lone and line.is_title and not line.bold and UNIT.search(line.text) is not None


def _read(line: Line, before: str, order: Order) -> StoryLine | None:
    says = read_story_line(line.text, bare_names=line.zone == "story-line", order=order) or _labelled(line, order)
    if says is None and line.zone == "byline":
        return StoryLine(tuple(read_byline(line.text)))
    if says and says.published and not (says.labelled or says.updated) and len(before) <= LABEL:
        role = label_role(before)  # "Release Date:" in a line of its own
        if role == "updated":
            return replace(says, published=None, updated=says.published)
        return replace(says, labelled=role == "published")
    return says


def _labelled(line: Line, order: Order) -> StoryLine | None:
    """The dates of a short line that opens with the label of one, and goes on: "Published: DATE Source: OFFICE"."""
    key = fold(line.text) if len(line.text) <= DATE_LINE and not line.is_prose else ""
    first = next(iter(spots(key, short_years=True)), None)
    if first is None or label_start(key, first.start) > 0 or first.start == 0:
        return None
    dates = read_date_line(line.text, order=order, short_years=True)
    return StoryLine((), dates.published, dates.updated, dates.labelled)


def _parts(text: str) -> Iterator[str]:
    for part in filter(None, map(str.strip, _PARTS.split(text))):
        yield from (_GLUED.sub(r"\g<name>, ", entry) for entry in _undated(part))


def _undated(part: str) -> tuple[str, ...]:
    """The part cut where a date begins or ends, if the other side is a byline: "DATE by NAME", "by NAME, UNIT DATE"."""
    for joint in _AFTER_DATE.finditer(part, 0, DATE_LINE):
        if is_date(part[: joint.start()]):
            return part[: joint.start()], *_undated(part[joint.end() :])
    part = _GLUED_DATE.sub(" ", part)
    key = fold(part)
    if len(key) == len(part) and (result := spots(key, short_years=True)):
        start = label_start(key, result[0].start)
        names, when = _JOINT.sub("", part[:start]), _FILED.sub("", part[start:])
        if is_date(when) and (_by(names) or (names and start < result[0].start)):
            return names, f"published {when}" if label_role(names) == "published" else when
    return (part,)


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
