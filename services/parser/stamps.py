"""Where the tree of a page shows dates, on elements for machines and in short texts, with their places and labels."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

from lxml import etree

from services.parser.characters import fold, squeeze
from services.parser.date_labels import DATE_LINE, Role, is_date, label_role
from services.parser.dates import read_time, spots
from services.parser.lexicon import either, lexicon
from services.parser.page import Page

PROSE, PROSE_WORDS = 80, 12  # characters and words of running text
MOST = 400  # stamps; a page with more dates is a calendar
START = 24  # characters of the headline that find its place
LABEL = 60  # characters of a label that stands in a block of its own
_MARKS = lexicon("dates")["marks"]
_ITEMS = " datePublished datepublished dateCreated datecreated dateModified datemodified "
_FIND = etree.XPath(
    "//body//text()[string-length(.) > 79 or contains(., '20') or contains(., '19') or contains(., $start)"
    " or contains(translate(., '123456789', '000000000'), '0.00')"
    " or contains(translate(., '123456789', '000000000'), '0/00')]"
    f" | //body//time | //abbr[@title] | //body//*[@itemprop and contains('{_ITEMS}', concat(' ', @itemprop, ' '))]"
    " | //body//*[contains(@property, 'dc:date') or contains(@property, 'datePublished')] | //h1"
)
_INLINE_NAMES = "a abbr acronym b bdi bdo big cite em font i ins label mark q s small span strong sub sup time tt u"
_INLINE = frozenset(_INLINE_NAMES.split())
_SILENT = frozenset({"script", "style", "noscript", "template", "textarea", "option", "svg", "title"})
_ATTRIBUTES = ("class", "id", "itemprop", "property")


def _words(name: str) -> re.Pattern[str]:
    return re.compile(either(map(re.escape, _MARKS[name])), re.IGNORECASE)


_PUBLISHED, _UPDATED, _DATED = map(_words, ("published", "updated", "dated"))
_ELSEWHERE = re.compile(rf"(?<![a-z])(?:{either(_MARKS['elsewhere'])})", re.IGNORECASE)
_SUBJECT = re.compile(r"(?<![a-z])(?:category|cat|tag|tax|topic|author)-[\w-]{1,80}", re.IGNORECASE)
_ITEM_PUBLISHED = re.compile(r"date(?:publish|creat)|dc:(?:date|created)", re.IGNORECASE)
_OWN_FOOT = re.compile(r"entry|post|article|node|meta", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Stamp:
    """A date as the page shows it.

    `value` is what an element says to machines, `text` the line around it, `role` what a label or class makes of it,
    `sure` whether a label or a standard attribute does. `prose` is the number of running texts between the headline and
    it, -1 over the headline. `marked` is whether the classes around it are those of dates.
    """

    text: str
    value: str
    role: Role | None
    sure: bool
    prose: int
    marked: bool


def find_stamps(page: Page, headline: str) -> list[Stamp]:
    """The dates around the article, in the order of the page; those of other articles and of comments are left out."""
    if page.root is None:
        return []
    nodes = _FIND(page.root, start=headline[:START] or "\x00")
    at = _headline_at(nodes, fold(headline))
    return list(islice(_stamps(nodes, at), MOST))


def _headline_at(nodes: Sequence[etree._Element | str], key: str) -> int:
    """Where the headline stands: the heading that says it, else any text, else the first heading; -1 for nowhere."""
    heads = [at for at, node in enumerate(nodes) if not isinstance(node, str) and node.tag == "h1"]
    said = [at for at in heads if key and key in fold(_text(nodes[at], len(key) * 2 + DATE_LINE))]
    if said:
        return said[-1]
    shown = (at for at, node in enumerate(nodes) if isinstance(node, str) and key and fold(squeeze(node)) == key)
    return next((at for at in shown if _holder(nodes[at]).tag not in _SILENT), heads[0] if heads else -1)


def _stamps(nodes: Sequence[etree._Element | str], head: int) -> Iterator[Stamp]:
    start = nodes[head] if head >= 0 else None
    around = set() if start is None else set(_holder(start).iterancestors())
    prose, last = (0 if start is None else -1), None
    for at, node in enumerate(nodes):
        if at == head:
            prose = 0
        elif isinstance(node, str):
            holder = _holder(node)
            if holder.tag in _SILENT:
                continue
            if len(node) >= PROSE and node.count(" ") >= PROSE_WORDS:
                prose += prose >= 0
                continue
            block = _block(holder)
            if block is not last and (stamp := _shown(node, holder, block, prose)) and not _elsewhere(holder, around):
                yield stamp
            last = block
        elif node.tag != "h1" and (stamp := _promised(node, prose)) and not _elsewhere(node, around):
            yield stamp


def _shown(node: str, holder: etree._Element, block: etree._Element, prose: int) -> Stamp | None:
    """The date of a short text; its block is the line."""
    text = _text(block)
    text = text if len(text) <= DATE_LINE else squeeze(node)
    if len(text) > DATE_LINE or not spots(fold(text), short_years=True):
        return None
    marks = _marks(block, holder, block.getparent())
    role = label_role(_label_before(block)) if is_date(text) else None
    by_class = _role_of(_marks(block, holder))
    return Stamp(text, "", role or by_class, role is not None, prose, _DATED.search(marks) is not None)


def _promised(node: etree._Element, prose: int) -> Stamp | None:
    """The date that an element says to machines."""
    value = node.get("datetime") or node.get("content") or node.get("title") or ""
    text = _text(node)
    if not (value and read_time(value)) and not (node.tag != "abbr" and text and spots(fold(text), short_years=True)):
        return None
    marks = _marks(node)
    published = node.get("pubdate") is not None or _ITEM_PUBLISHED.search(marks)
    item: Role | None = "published" if published else "updated" if "modified" in marks.casefold() else None
    role = _label_of(node, text) or item
    return Stamp(text, value, role or _role_of(marks), role is not None, prose, marked=True)


def _label_of(node: etree._Element, text: str) -> Role | None:
    """What stands before a time: in it, before it in its line, or in the block before."""
    found = spots(fold(text), short_years=True)
    inner = fold(text)[: found[0].start] if found else ""
    before = node.getprevious()
    outer = (before.tail if before is not None else node.getparent().text) or ""
    if not outer.strip() and before is not None and before.tag != "time":
        outer = _text(before)
    return (
        label_role(inner) or label_role(outer) or (None if outer.strip() else label_role(_label_before(_block(node))))
    )


def _label_before(block: etree._Element) -> str:
    """The short text of the block before: "Release Date:" over "October 3, 2024"."""
    before = block.getprevious()
    text = _text(before) if before is not None and isinstance(before.tag, str) else ""
    return text if len(text) <= LABEL and not spots(fold(text), short_years=True) else ""


def _role_of(marks: str) -> Role | None:
    return "published" if _PUBLISHED.search(marks) else "updated" if _UPDATED.search(marks) else None


def _elsewhere(node: etree._Element, around: set[etree._Element]) -> bool:
    """Whether an element around it, but not around the headline too, belongs to something else."""
    for holder in (node, *node.iterancestors()):
        if holder in around or holder.tag == "body":
            return False
        marks = _marks(holder)
        own_foot = holder.tag == "footer" and (_OWN_FOOT.search(marks) or holder.getparent().tag == "article")
        if (holder.tag in {"nav", "aside", "footer"} and not own_foot) or _ELSEWHERE.search(_SUBJECT.sub("", marks)):
            return True
    return False


def _holder(node: Any) -> etree._Element:
    """The element that a text stands in; an element itself."""
    if not hasattr(node, "is_tail"):
        return node
    parent = node.getparent()
    return parent.getparent() if node.is_tail else parent


def _block(node: etree._Element) -> etree._Element:
    """The element that is a line of the page: the first around it that is not within a line."""
    while node.tag in _INLINE and node.getparent() is not None:
        node = node.getparent()
    return node


def _marks(*nodes: etree._Element | None) -> str:
    return " ".join(node.get(name) or "" for node in nodes if node is not None for name in _ATTRIBUTES)


def _text(node: etree._Element, most: int = DATE_LINE) -> str:
    """The text of an element as far as it matters whether it is short."""
    parts: list[str] = []
    length = 0
    for part in node.itertext():
        parts.append(part)
        length += len(part.strip())
        if length > most:
            break
    return squeeze(" ".join(parts)) if len(parts) > 1 else squeeze("".join(parts))
