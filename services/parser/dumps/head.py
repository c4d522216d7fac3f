"""The lines around the headline of a dump: what stands over it, and between it and the text."""

import re
from collections.abc import Sequence
from datetime import date
from itertools import pairwise

from services.parser.characters import fold
from services.parser.credits import ends_with_credit, read_label
from services.parser.dates import find_date
from services.parser.dumps.roles import (
    dates_page,
    is_byline,
    is_note,
    is_place,
    is_sentence,
    is_speaker,
    is_titled,
    is_turn,
    may_be_headline,
    names_speaker,
    role,
    signs,
    speaks,
)
from services.parser.dumps.titles import without_site
from services.parser.lines import Line

BETWEEN = 6  # lines between a headline and what dates it
WORDS = 10  # of a speaker, a place, an office; a longer line is a summary
ENTRY = 4  # words of a menu's entry between a headline and its date
SPEAKERS = 40  # words of a line that names all who speak, with their offices
UNIT = 8  # words of a unit
NOTICE = 2  # texts
TURNS = 2  # one alone may be anything that stands before a colon
_ASKS = re.compile(r"(?:WHO|WHAT|WHEN|WHERE|WHY|HOW|NOTE)\b")  # what an advisory answers
_WRITER = frozenset({"author", "author:", "by", "by:", "written by", "written by:"})
_CONTACT = frozenset(
    {"contact information:", "contact:", "contacts:", "media contact:", "media contacts:", "press contact:"}
)
_DATED = re.compile(
    r"(?:date|(?:published|posted)(?: on)?|(?:release|publication) date|date posted|fecha de publicacion|issued on):?"
)
# Over the contracts of each; in capitals they look like places.
_SERVICE = re.compile(r"(?:.{0,40} )?(?:ARMY|NAVY|AIR FORCE|MARINE CORPS|SPACE FORCE|COAST GUARD|AGENCY|COMMAND)")
_SMALL = re.compile(r"(?:^|\s)[a-z'’]{4,}(?!\S)")  # a word that no name and no office has
_OFFICE = re.compile(
    r".{3,80}\b(?:public affairs|(?:news|press) service|media center|press office|communications)"
    r"(?: (?:office|detachment|team))?",
    re.IGNORECASE,
)


def mark_head(lines: Sequence[Line], at: int) -> date | None:
    """Marks the headline, what is over it, and what is between it and the text; the day that these lines name."""
    headline = lines[at]
    _mark_copies(lines, headline)
    _name(headline)
    end = _end(lines, at)
    dated = _mark_over(lines[:at])
    if any(dates_page(line.text) for line in lines[at + 1 : at + 2]):
        _mark_notice(lines[:at])
    return _mark_under(lines[at + 1 : end], spoken=_first_turn(lines[at + 1 :])) or dated


def mark_under(lines: Sequence[Line]) -> date | None:
    """The same for a page whose headline no line says: all lines before the text stand under it."""
    return _mark_under(lines[: _end(lines, -1)], spoken=_first_turn(lines))


def mark_top(lines: Sequence[Line]) -> date | None:
    """Marks what is no text at the top of a dump without a headline; the day that it names.

    A letterhead ends with the word for its kind, "FOR IMMEDIATE RELEASE"; else only what is known by its words goes.
    """
    text = next((at for at, line in enumerate(lines) if is_sentence(line.text) and role(line) is None), 0)
    kicker = max((at for at, line in enumerate(lines[:text]) if role(line) == "kicker"), default=-1)
    dated = None
    for at, line in enumerate(lines):
        if not line.kept or line.zone != "":
            continue
        if line.shape == "list_item":
            break
        day = dates_page(line.text)
        line.rule = "published" if day else role(line) or ("over-the-headline" if at < kicker else None)
        dated = dated or day
        if line.kept:
            break
    return dated


def _name(headline: Line) -> None:
    headline.zone, headline.shape, headline.bold = "headline", "paragraph", False
    if without_site(headline.text) != headline.text:
        headline.rule = "headline"


def _mark_copies(lines: Sequence[Line], headline: Line) -> None:
    """The headline said again, alone or with the site's name, before the text or far behind it."""
    short = fold(without_site(headline.text))
    keys = {headline.key, headline.key.rstrip("."), short}
    for line in lines:
        own = {line.key, line.key.rstrip("."), fold(without_site(line.text))}
        if line is not headline and line.kept and line.zone in {"", "title", "headline"} and keys & own:
            line.rule, line.zone = "headline", ""
    for line, after in pairwise([line for line in lines[: 2 * len(lines)] if line.kept and line is not headline]):
        if f"{line.key} {after.key}" == short:
            line.rule = after.rule = "headline"


def _end(lines: Sequence[Line], at: int) -> int:
    """Where the text begins: at the first sentence that no date or byline stands right under."""
    for place in range(at + 1, len(lines)):
        line = lines[place]
        if line.kept and line.zone == "" and is_sentence(line.text) and role(line) is None and not is_byline(line.text):
            is_summary = any(_tells(after) for after in lines[place + 1 : place + 2]) and not any(
                _tells(before) for before in lines[at + 1 : place]
            )
            if not is_summary:
                return place
    return len(lines)


def _tells(line: Line) -> bool:
    return line.kept and (dates_page(line.text) is not None or is_byline(line.text))


def _mark_over(lines: Sequence[Line]) -> date | None:
    """Over the headline: what is known by its words, and short lines of the site; texts may be a picture's."""
    dated = None
    for line in lines:
        if not line.kept or line.zone in {"caption", "byline", "published"}:
            continue
        presents = line.key.startswith("presenter")
        day = find_date(line.text) if presents else dates_page(line.text)
        dated = dated or day
        if presents:
            line.rule = "presenter"
        elif day or is_byline(line.text):
            line.rule = "published" if day else "byline"
        else:
            short = (may_be_headline(line) or line.shape == "list_item") and not (
                line.is_prose or is_sentence(line.text)
            )
            line.rule = role(line) or ("over-the-headline" if short else None)
    return dated


def _first_turn(lines: Sequence[Line]) -> int:
    """Where people begin to speak by turns; 0 where they do not."""
    turns = [at for at, line in enumerate(lines) if line.kept and is_turn(line.text) and not _ASKS.match(line.text)]
    return turns[0] if len(turns) >= TURNS else 0


def _mark_notice(over: Sequence[Line]) -> None:
    """A text or two over a headline that has its date under it are the site's; more are an article's."""
    texts = [line for line in over if line.kept and line.zone == ""]
    if len(texts) <= NOTICE:
        for line in texts:
            line.rule = "over-the-headline"


def _mark_under(lines: Sequence[Line], *, spoken: int) -> date | None:
    """Marks the lines under the headline; over the line `spoken` of a transcript stands who spoke and where."""
    dated = _mark_values(lines)
    _mark_contacts(lines)
    last = max(
        (at for at, line in enumerate(lines[: BETWEEN * 2]) if _tells(line) or line.zone in {"published", "byline"}),
        default=-1,
    )
    for at, line in enumerate(lines):
        if not line.kept or line.zone != "" or read_label(line.text):
            continue
        day = dates_page(line.text)
        if day:
            line.zone = "story-line" if signs(line.text) else "published"
        elif is_byline(line.text):
            line.zone = "story-line"
        elif speaks(line.text):
            day = find_date(line.text)
            line.rule = "presenter" if line.key.startswith("remarks") else None
        elif (rule := role(line)) or line.shape == "list_item":
            line.rule = rule or ("navigation" if at < last and line.key.count(" ") < ENTRY else None)
        else:
            if at and lines[at - 1].zone == "story-line" and _is_office(line, lines[at + 1 : at + 2]):
                line.zone = "byline"
                continue
            above = lines[at - 1] if at else None
            line.rule = _before_date(line) if at < last else _behind(line, above, spoken=at < spoken)
        dated = dated or day
    return dated


def _is_office(line: Line, after: Sequence[Line]) -> bool:
    """Whether a line right under a byline is the writer's: an office for the press, or a title in a block with it."""
    block = not line.gap and all(entry.gap for entry in after)
    return _OFFICE.fullmatch(line.text) is not None or (
        block and line.key.count(" ") < UNIT and line.is_title and is_titled(line.text) and not is_place(line.text)
    )


def _presents(text: str) -> bool:
    """Whether a line over the first turn of a transcript says who spoke or where, and nothing that was said."""
    ends = text.endswith((".", "!", "?", "…", '"', "”")) and not text.endswith(("Jr.", "Sr."))
    return not (ends or is_sentence(text) or is_note(text) or ends_with_credit(text)) and text.count(" ") < SPEAKERS


def _signed(line: Line) -> bool:
    """Whether a line says whose story it is, as the services' own agency prints it over the unit."""
    return line.key.startswith(("story by ", "courtesy story"))


def _behind(line: Line, above: Line | None, *, spoken: bool) -> str | None:
    """The rule of a line behind the last date or byline; `spoken` over the first turn of a transcript."""
    if above is not None and _signed(above) and line.key.count(" ") < UNIT and line.is_title:
        return "office"
    if spoken and _presents(line.text):
        return "place" if is_place(line.text) else "presenter"
    if above is not None and above.zone == "published" and names_speaker(line.text):
        return "presenter"
    if _OFFICE.fullmatch(line.text):
        return "office"
    placed = above is not None and above.rule is not None and is_place(line.text)
    placed = placed and not (line.text.endswith(("-", "–", "—")) or _SERVICE.fullmatch(line.text))
    return "place" if placed else None


def _before_date(line: Line) -> str | None:
    if is_speaker(line.text) or line.key.startswith("presenter"):
        return "presenter"
    if is_place(line.text):
        return "place"
    report = is_sentence(line.text) or _SMALL.search(line.text)
    return "dek" if report or line.key.count(" ") >= WORDS else "presenter"


def _mark_contacts(lines: Sequence[Line]) -> None:
    """Whom to ask: the short lines right under the label that says so."""
    under = False
    for line in lines:
        if line.gap and line.kept and role(line) != "contact":
            under = False
        if line.key in _CONTACT:
            line.rule, under = "contact", True
        elif under and line.kept and line.key.count(" ") < WORDS and not is_sentence(line.text):
            line.rule = "contact"


def _mark_values(lines: Sequence[Line]) -> date | None:
    """A label on one line and its value on the next."""
    for line, after in pairwise(lines):
        if line.key in _WRITER and after.kept and is_speaker(after.text):
            line.rule, after.zone = "label", "byline"
        elif _DATED.fullmatch(line.key) and after.kept and dates_page(after.text):
            line.rule, after.zone = "label", "published"
    return next((dates_page(line.text) for line in lines if line.zone == "published"), None)
