"""Where the tree of a page shows dates, on elements for machines and in short texts, with their places and labels."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice

from lxml import etree

from services.parser.characters import fold, squeeze
from services.parser.date_labels import DATE_LINE, Role, is_date, is_event_line, label_role
from services.parser.dates import read_time, spots
from services.parser.lexicon import either, lexicon
from services.parser.page import Page
from services.parser.stamp_lines import HEADING, block_of, holder_of, line_of, marks, text_of
from services.parser.stamp_scope import FEW_LINKS, HEADINGS, Scope

PROSE, PROSE_WORDS = 80, 12  # characters and words of running text
MOST = 400  # stamps; a page with more dates is a calendar
START = 24  # characters of the headline that find its place
LABEL = 60  # characters of a label that stands in a block of its own
SENTENCE = 400  # characters of a sentence that says when the page was published
APART = 40  # characters of a date whose day, month and year stand in boxes of their own
_LEXICON = lexicon("dates")
_MARKS = _LEXICON["marks"]
_ITEMS = " datePublished datepublished dateCreated datecreated dateModified datemodified "
_DATA = ("title", "data-timestamp", "data-time", "data-date", "data-datetime", "data-utime", "data-published")
_TIMED = "(contains(@class, 'date') or contains(@class, 'time') or contains(@class, 'publish'))"
_FIND = etree.XPath(
    "//body//text()[string-length(.) > 79 or contains(., $start)"
    " or contains(translate(., '123456789', '000000000'), '0')]"
    " | //body//time | //body//abbr[@title]"
    f" | //body//*[@itemprop and contains('{_ITEMS}', concat(' ', @itemprop, ' '))]"
    " | //body//*[contains(@property, 'dc:date') or contains(@property, 'datePublished')]"
    f" | //body//*[({' or '.join(f'@{name}' for name in _DATA)}) and {_TIMED}]"
    " | //h1 | //body//h2 | //body//h3 | //body//h4 | //body//h5 | //body//h6 | //body//a"
)
_SILENT = frozenset({"script", "style", "noscript", "template", "textarea", "option", "svg", "title"})
_YEAR = re.compile(r"(?<!\d)(?:19[89]\d|20\d\d)(?!\d)")
_DIGIT = re.compile(r"\d")
_SENTENCE = re.compile(rf"\W{{0,3}}(?:{either(_LEXICON['sentences']['beginnings'])})\b")


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


def find_stamps(page: Page, headline: str, year: str = "") -> list[Stamp]:
    """The dates around the article, in the order of the page; those of other articles and of comments are left out.

    `year` is that of the page's address, for dates that are shown without one.
    """
    if page.root is None:
        return []
    nodes = _FIND(page.root, start=headline[:START] or "\x00")
    walk = _Walk(nodes, fold(headline), year)
    found = list(islice(walk.stamps(), MOST))
    return [replace(stamp, last=stamp.own and stamp.prose >= walk.last_own) for stamp in found]


def _headline_at(nodes: Sequence[etree._Element | str], key: str) -> int:
    """Where the headline stands: the heading that says it, else any text, else the first heading; -1 for nowhere."""
    heads = [at for at, node in enumerate(nodes) if not isinstance(node, str) and node.tag == "h1"]
    for names in ({"h1"}, HEADINGS):
        tagged = (at for at, node in enumerate(nodes) if not isinstance(node, str) and node.tag in names)
        texts = {at: fold(text_of(nodes[at], len(key) * 2 + DATE_LINE)) for at in tagged if key}
        said = [at for at, text in texts.items() if key == text][:1] or [
            at for at, text in texts.items() if key in text
        ]
        if said:
            return said[-1 if names == {"h1"} else 0]
    shown = (at for at, node in enumerate(nodes) if isinstance(node, str) and key and fold(squeeze(node)) == key)
    return next((at for at in shown if holder_of(nodes[at]).tag not in _SILENT), heads[0] if heads else -1)


def _is_prose(text: str) -> bool:
    text = squeeze(text) if len(text) >= PROSE else ""  # markup is indented
    return len(text) >= PROSE and text.count(" ") >= PROSE_WORDS


class _Walk:
    """The nodes of a page in its order, and what of the article has passed."""

    def __init__(self, nodes: Sequence[etree._Element | str], key: str, year: str) -> None:
        self._nodes, self._year = nodes, year
        self._head = head = _headline_at(nodes, key)
        start = holder_of(nodes[head]) if head >= 0 else None
        running = (holder_of(node) for node in nodes[max(head, 0) :] if isinstance(node, str) and _is_prose(node))
        prose = list(islice((holder for holder in running if holder.tag not in _SILENT), 1))
        self._scope = Scope(start, prose)
        self._prose = 0 if start is None else -1
        self.last_own = 0
        """The number of running texts under the headline up to the last of the article's own."""
        links = [at for at, node in enumerate(nodes[: max(head, 0)]) if not isinstance(node, str) and node.tag == "a"]
        self._close_to_head = links[-FEW_LINKS - 1] if len(links) > FEW_LINKS else -1

    def stamps(self) -> Iterator[Stamp]:
        last = None
        for at, node in enumerate(self._nodes):
            if at == self._head:
                self._prose = 0
            elif isinstance(node, str):
                holder = holder_of(node)
                if holder.tag in _SILENT:
                    continue
                block = block_of(holder)
                if _is_prose(node):
                    self._prose += self._prose >= 0
                    own = self._scope.holds(holder) and not self._scope.is_elsewhere(holder)
                    self.last_own = self._prose if own else self.last_own
                    stamp = _sentence(node, self._prose)
                else:
                    stamp = self._shown(node, holder, block) if block is not last or len(node) > DATE_LINE else None
                    last = block if stamp and stamp.text == text_of(block, DATE_LINE) else last
                yield from self._own(stamp, holder, at)
            elif node.tag in HEADINGS:
                self._scope.pass_heading(node, text_of(node, HEADING), begun=self._prose > 0)
            elif node.tag not in {"h1", "a"} and (stamp := _promised(node, self._prose)):
                yield from self._own(stamp, node, at)

    def _own(self, stamp: Stamp | None, node: etree._Element, at: int) -> Iterator[Stamp]:
        if stamp is None or (self._prose < 0 and at < self._close_to_head and not stamp.sure):
            return
        if not self._scope.is_elsewhere(node):
            yield replace(stamp, own=self._scope.holds(node))
        elif stamp.sure and stamp.role == "updated" and self._scope.is_in_foot(node):
            yield stamp

    def _shown(self, node: str, holder: etree._Element, block: etree._Element) -> Stamp | None:
        """The date of a short text; its block is the line, else what stands between two line breaks."""
        if not _DIGIT.search(node):
            return None
        text = text_of(block, DATE_LINE)
        if len(text) > DATE_LINE:
            text = line_of(node, holder, DATE_LINE)
        found = bool(spots(fold(text), short_years=True)) and len(text) <= DATE_LINE
        if not found:
            text, block = self._joined(block, node) if len(node) <= APART else ("", block)
        if not text:
            return None
        if said := _sentence(text, self._prose):
            return said
        words = marks(block, holder, block.getparent())
        role = label_role(_label_before(block)) if is_date(text) else None
        line_role = label_role(_before_date(text))
        if (role or line_role) == "published" and _is_over_event(block):
            return None
        by_class = _role_of(marks(block, holder))
        sure = role is not None or line_role == "updated"
        return Stamp(text, "", role or line_role or by_class, sure, self._prose, _DATED.search(words) is not None)

    def _joined(self, block: etree._Element, node: str) -> tuple[str, etree._Element]:
        """The date whose parts stand in boxes of their own; its year may be that of the address."""
        if not (_YEAR.search(node) or self._year):
            return "", block
        for holder in (block, *islice(block.iterancestors(), 2)):
            text = text_of(holder, APART)
            if len(text) > APART:
                break
            year = "" if _YEAR.search(text) else f" {self._year}"
            if spots(fold(text + year)) and (not year or _DATED.search(marks(block, holder))):
                return text + year, holder
        return "", block


def _before_date(text: str) -> str:
    key = fold(text)
    found = spots(key, short_years=True)
    return key[: found[0].start] if len(found) == 1 else ""


def _sentence(node: str, prose: int) -> Stamp | None:
    """The date in a sentence about the page itself: "This entry was posted on DATE and is filed under TOPIC"."""
    key = fold(squeeze(node[:SENTENCE]))
    begins = _SENTENCE.match(key)
    found = spots(key[:DATE_LINE]) if begins else []
    if not begins or not found:
        return None
    role = label_role(key[begins.end() : found[0].start]) or label_role(key[found[0].end :][:LABEL])
    text = key[found[0].start : found[0].end]
    return Stamp(text, "", role, role is not None, prose, marked=True) if role in {"published", "updated"} else None


def _is_over_event(block: etree._Element) -> bool:
    """Whether the next line says at what time or where: then the date is the event's."""
    after = block.getnext()
    return after is not None and isinstance(after.tag, str) and is_event_line(text_of(after, LABEL))


def _promised(node: etree._Element, prose: int) -> Stamp | None:
    """The date that an element says to machines."""
    named = (node.get(name) for name in ("datetime", "content", *_DATA))
    value = next((value for value in named if value and read_time(value)), "")
    text = text_of(node, DATE_LINE)
    if not value and not (node.tag != "abbr" and text and spots(fold(text), short_years=True)):
        return None
    words = marks(node)
    published = node.get("pubdate") is not None or _ITEM_PUBLISHED.search(words)
    item: Role | None = "published" if published else "updated" if "modified" in words.casefold() else None
    role = "updated" if _is_updated_twin(node) else _label_of(node, text) or item
    return Stamp(text, value, role or _role_of(words), role is not None, prose, marked=True)


def _is_updated_twin(node: etree._Element) -> bool:
    """Whether it is the time of an update beside one of publication: themes print both and hide one."""
    if node.tag != "time" or "updated" not in (words := (node.get("class") or "").split()) or "published" in words:
        return False
    twins = (node.getprevious(), node.getnext())
    return any(twin is not None and "published" in (twin.get("class") or "").split() for twin in twins)


def _label_of(node: etree._Element, text: str) -> Role | None:
    """What stands before a time: in it, before it in its line, or in the block before."""
    found = spots(fold(text), short_years=True)
    inner = fold(text)[: found[0].start] if found else ""
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
