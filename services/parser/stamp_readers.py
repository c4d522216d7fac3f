"""What one text or element of a page's tree says of a date: the date, and what a label or class makes of it."""

import re
from dataclasses import dataclass
from itertools import islice
from typing import Final

from lxml import etree

from services.parser.characters import fold, squeeze
from services.parser.date_labels import DATE_LINE, Role, is_date, is_event_line, is_span, label_role
from services.parser.dates import read_time, spots
from services.parser.lexicon import either, lexicon
from services.parser.stamp_lines import block_of, line_of, marks, text_of
from services.parser.stamp_nodes import DATA, Text

LABEL = 60  # characters of a label that stands in a block of its own
SENTENCE = 400  # characters of a sentence that says when the page was published
APART = 40  # characters of a date whose day, month and year stand in boxes of their own
_LEXICON = lexicon("dates")
_MARKS = _LEXICON["marks"]
_YEAR = re.compile(r"(?<!\d)(?:19[89]\d|20\d\d)(?!\d)")
_DIGIT = re.compile(r"\d")
_SENTENCE = re.compile(rf"\W{{0,3}}(?:{either(_LEXICON['sentences']['beginnings'])})\b")
_VALUES: Final = ("datetime", "content", *DATA)


def _words(name: str) -> re.Pattern[str]:
    return re.compile(either(map(re.escape, _MARKS[name])), re.IGNORECASE)


_PUBLISHED, _UPDATED, _DATED = map(_words, ("published", "updated", "dated"))
_ITEM_PUBLISHED = re.compile(r"date(?:publish|creat)|dc:(?:date|created)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Stamp:
    """A date as the page shows it.

    `value` is what an element says to machines, `text` the line around it, `role` what a label or class makes of it,
    `sure` whether a label or a standard attribute does. `prose` is the number of running texts between the headline and
    it, -1 over the headline. `marked` is whether the classes around it are those of dates, `own` whether it stands in
    the element that holds headline and text, `last` whether none of that text follows.
    """

    text: str
    value: str
    role: Role | None
    sure: bool
    prose: int
    marked: bool
    own: bool = False
    last: bool = False


def shown(node: Text, block: etree._Element, prose: int, year: str) -> Stamp | None:
    """The date of a short text; its block is the line, else what stands between two line breaks."""
    if not _DIGIT.search(node.text):
        return None
    text = text_of(block, DATE_LINE)
    if len(text) > DATE_LINE:
        text = line_of(node, DATE_LINE)
    result = bool(spots(fold(text), short_years=True)) and len(text) <= DATE_LINE
    if not result:
        text, block = _joined(block, node.text, year) if len(node.text) <= APART else ("", block)
    if not text or is_span(text):
        return None
    if message := sentence(text, prose):
        return message
    tokens = marks(block, node.holder, block.getparent())
    role = label_role(_label_before(block)) if is_date(text) else None
    line_role = label_role(_before_date(text))
    if (role or line_role) == "published" and _is_over_event(block):
        return None
    by_class = _role_of(marks(block, node.holder))
    sure = role is not None or line_role == "updated"
    return Stamp(text, "", role or line_role or by_class, sure, prose, _DATED.search(tokens) is not None)


def _joined(block: etree._Element, text: str, year: str) -> tuple[str, etree._Element]:
    """The date whose parts stand in boxes of their own; its year may be that of the address."""
    if not (_YEAR.search(text) or year):
        return "", block
    for holder in (block, *islice(block.iterancestors(), 2)):
        joined = text_of(holder, APART)
        if len(joined) > APART:
            break
        missing = "" if _YEAR.search(joined) else f" {year}"
        if spots(fold(joined + missing)) and (not missing or _DATED.search(marks(block, holder))):
            return joined + missing, holder
    return "", block


def _before_date(text: str) -> str:
    key = fold(text)
    result = spots(key, short_years=True)
    return key[: result[0].start] if len(result) == 1 else ""


def sentence(node: str, prose: int) -> Stamp | None:
    """The date in a sentence about the page itself: "This entry was posted on DATE and is filed under TOPIC"."""
    key = fold(squeeze(node[:SENTENCE]))
    begins = _SENTENCE.match(key)
    result = spots(key[:DATE_LINE]) if begins else []
    if not begins or not result:
        return None
    role = label_role(key[begins.end() : result[0].start]) or label_role(key[result[0].end :][:LABEL])
    text = key[result[0].start : result[0].end]
    return Stamp(text, "", role, role is not None, prose, marked=True) if role in {"published", "updated"} else None


def _is_over_event(block: etree._Element) -> bool:
    """Whether the next line says at what time or where: then the date is the event's."""
    after = block.getnext()
    return after is not None and isinstance(after.tag, str) and is_event_line(text_of(after, LABEL))


def promised(node: etree._Element, prose: int) -> Stamp | None:
    """The date that an element says to machines."""
    results = (node.get(name) for name in _VALUES)
    value = next((value for value in results if value and read_time(value)), "")
    text = text_of(node, DATE_LINE)
    if not value and not (node.tag != "abbr" and text and spots(fold(text), short_years=True)):
        return None
    tokens = marks(node)
    published = node.get("pubdate") is not None or _ITEM_PUBLISHED.search(tokens)
    item: Role | None = "published" if published else "updated" if "modified" in tokens.casefold() else None
    role = "updated" if _is_updated_twin(node) else _label_of(node, text) or item
    return Stamp(text, value, role or _role_of(tokens), role is not None, prose, marked=True)


def _is_updated_twin(node: etree._Element) -> bool:
    """Whether it is the time of an update beside one of publication: themes print both and hide one."""
    if node.tag != "time" or "updated" not in (tokens := (node.get("class") or "").split()) or "published" in tokens:
        return False
    twins = (node.getprevious(), node.getnext())
    return any(twin is not None and "published" in (twin.get("class") or "").split() for twin in twins)


def _label_of(node: etree._Element, text: str) -> Role | None:
    """What stands before a time: in it, before it in its line, or in the block before."""
    result = spots(fold(text), short_years=True)
    inner = fold(text)[: result[0].start] if result else ""
    before = node.getprevious()
    outer = (before.tail if before is not None else node.getparent().text) or ""
    if not outer.strip() and before is not None and before.tag != "time":
        outer = text_of(before, DATE_LINE)
    return (
        label_role(inner) or label_role(outer) or (None if outer.strip() else label_role(_label_before(block_of(node))))
    )


def _label_before(block: etree._Element) -> str:
    """The short text of the block before: "Release Date:" over "October 3, 2024"."""
    before = block.getprevious()
    text = text_of(before, DATE_LINE) if before is not None and isinstance(before.tag, str) else ""
    return text if len(text) <= LABEL and not spots(fold(text), short_years=True) else ""


def _role_of(words: str) -> Role | None:
    return "published" if _PUBLISHED.search(words) else "updated" if _UPDATED.search(words) else None
