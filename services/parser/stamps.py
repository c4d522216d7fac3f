"""Where the tree of a page shows dates, on elements for machines and in short texts, with their places and labels."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import islice

from lxml import etree

from services.parser.characters import fold, squeeze
from services.parser.date_labels import DATE_LINE, is_dates
from services.parser.dates import spots
from services.parser.page import Page
from services.parser.stamp_lines import HEADING, block_of, line_of, text_of
from services.parser.stamp_nodes import Node, Text, nodes_of
from services.parser.stamp_readers import Stamp, promised, sentence, shown
from services.parser.stamp_scope import COUNT, FEW_LINKS, HEADINGS, Scope

MOST = 400  # stamps; a page with more dates is a calendar
MOST_NODES = 10_000  # that are looked at; a page with more numbers, links and headings is a table or a list
CARD = 30  # elements of a teaser with its picture
START = 24  # characters of the headline that find its place


def find_stamps(page: Page, headline: str, year: str = "", *, until: int | None = None) -> list[Stamp]:
    """The dates around the article, in the order of the page; those of other articles and of comments are left out.

    `year` is that of the page's address, for dates that are shown without one; `until` is the number of running texts
    under the headline after which none is looked for. Then nobody knows which of them are the `last`.
    """
    body = page.root.find("body") if page.root is not None else None
    if body is None:
        return []
    key, nodes = fold(headline), nodes_of(body, headline[:START] or "\x00")
    if until is not None:
        nodes = _up_to(nodes, _heads(body.iter("h1"), key), until)
    walk = _Walk(list(nodes), key, year)
    result = list(islice(walk.stamps(until), MOST))
    return [replace(stamp, last=stamp.own and stamp.prose >= walk.last_own) for stamp in result]


def _heads(headings: Iterable[etree._Element], key: str) -> list[etree._Element]:
    """The headings that say the headline."""
    return [head for head in headings if key and key in fold(text_of(head, len(key) * 2 + DATE_LINE))]


def _up_to(nodes: Iterator[Node], heads: Sequence[etree._Element], until: int) -> Iterator[Node]:
    """The nodes up to the running text under the headline that is one too many; all where nobody knows the headline."""
    left: int | None = None
    for node in nodes:
        yield node
        if isinstance(node, Text):
            left = left - 1 if left is not None and node.is_prose else left
        elif len(heads) == 1 and node is heads[0]:
            left = until + 1
        if left == 0:
            return


def _headline_at(nodes: Sequence[Node], key: str) -> int:
    """Where the headline stands: the heading that says it, else any text, else the first heading; -1 for nowhere."""
    heads = [
        (at, node) for at, node in enumerate(nodes) if not isinstance(node, Text) and node.tag in HEADINGS | {"h1"}
    ]
    first = [(at, node) for at, node in heads if node.tag == "h1"]
    for tagged in (first, [(at, node) for at, node in heads if node.tag != "h1"]):
        texts = {at: fold(text_of(node, len(key) * 2 + DATE_LINE)) for at, node in tagged if key}
        message = [at for at, text in texts.items() if key == text][:1] or [
            at for at, text in texts.items() if key in text
        ]
        if message:
            return message[-1 if tagged is first else 0]
    printed = (
        at for at, node in enumerate(nodes) if isinstance(node, Text) and key and fold(squeeze(node.text)) == key
    )
    return next(printed, first[0][0] if first else -1)


class _Walk:
    """The nodes of a page in its order, and what of the article has passed."""

    def __init__(self, nodes: Sequence[Node], key: str, year: str) -> None:
        self._nodes, self._year = nodes, year
        self._head = head = _headline_at(nodes, key)
        start = _holder_of(nodes[head]) if head >= 0 else None
        running = (node.holder for node in nodes[max(head, 0) :] if isinstance(node, Text) and node.is_prose)
        self._scope = Scope(start, list(islice(running, 1)))
        self._prose = 0 if start is None else -1
        self.last_own = 0
        """The number of running texts under the headline up to the last of the article's own."""
        over = enumerate(nodes[: max(head, 0)])
        links = [at for at, node in over if not isinstance(node, Text) and node.tag == "a"]
        self._close_to_head = links[-FEW_LINKS - 1] if len(links) > FEW_LINKS else -1

    def stamps(self, until: int | None = None) -> Iterator[Stamp]:
        """The dates in order, up to this number of running texts."""
        last = None
        for at, node in enumerate(islice(self._nodes, MOST_NODES)):
            if until is not None and self._prose > until:
                return
            if at == self._head:
                self._prose = 0
            elif isinstance(node, Text):
                if node.is_prose and not is_dates(node.text):
                    yield from self._own(self._running(node), node.holder, at)
                    continue
                block = block_of(node.holder)
                if self._prose > 0 and _is_count(node):
                    self._scope.pass_heading(node.holder, node.text, begun=True)
                if block is not last or len(node.text) > DATE_LINE:
                    stamp = shown(node, block, self._prose, self._year)
                    last = block if stamp and stamp.text == text_of(block, DATE_LINE) else last
                    yield from self._own(stamp, node.holder, at)
            elif node.tag in HEADINGS:
                self._scope.pass_heading(node, text_of(node, HEADING), begun=self._prose > 0)
            elif node.tag not in {"h1", "a"} and (stamp := promised(node, self._prose)):
                yield from self._own(stamp, node, at)

    def _running(self, node: Text) -> Stamp | None:
        self._prose += self._prose >= 0
        if self._scope.holds(node.holder) and not self._scope.is_elsewhere(node.holder):
            self.last_own = self._prose
        return sentence(node.text, self._prose)

    def _own(self, stamp: Stamp | None, node: etree._Element, at: int) -> Iterator[Stamp]:
        if stamp is None or (self._prose < 0 and at < self._close_to_head and not stamp.sure):
            return
        if self._prose < 0 and not stamp.sure and _is_teaser(node):
            return
        if self._prose > 0 and not stamp.sure and not self._scope.holds(node) and _is_card(node):
            return
        if not self._scope.is_elsewhere(node):
            yield replace(stamp, own=self._scope.holds(node))
        elif stamp.sure and stamp.role == "updated" and self._scope.is_in_foot(node):
            yield stamp


def _is_count(node: Text) -> bool:
    """Whether a line is nothing but how many comments there are: a heading over them, if it leads nowhere."""
    plain = len(node.text) <= HEADING and not node.beside and node.holder.tag not in HEADINGS | {"a"}
    key = fold(squeeze(node.text)) if plain else ""
    return COUNT.fullmatch(key) is not None and fold(line_of(node, HEADING)) == key


def _is_teaser(node: etree._Element) -> bool:
    """Whether a date stands in one of several entries of a list, each with a date and a link."""
    entry = next((member for member in (node, *node.iterancestors()) if member.tag in {"li", "tr"}), None)
    if entry is None or not _leads_elsewhere(entry):
        return False
    return any(element is not None and _leads_elsewhere(element) for element in (entry.getprevious(), entry.getnext()))


def _is_card(node: etree._Element) -> bool:
    """Whether a date stands beside a heading that leads to another article."""
    near = (element for holder in islice(node.iterancestors(), 2) for element in islice(holder.iter(), CARD))
    return any(element.tag in HEADINGS and element.find(".//a") is not None for element in near)


def _leads_elsewhere(entry: etree._Element) -> bool:
    text = text_of(entry, DATE_LINE) if next(entry.iter("a"), None) is not None else ""
    return 0 < len(text) <= DATE_LINE and bool(spots(fold(text), short_years=True))


def _holder_of(node: Text | etree._Element) -> etree._Element:
    return node.holder if isinstance(node, Text) else node
