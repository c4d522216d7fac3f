"""The texts of a region, piece by piece, become lines."""

import re
from typing import Final, NamedTuple

from lxml import etree

from services.contracts.article import BlockKind
from services.parser.characters import fold, squeeze
from services.parser.lines import Anchor, Line
from services.parser.preformatted import pieces
from services.parser.spoken import spoken

_NO_PAGE: Final = re.compile(r"\s*(?:#|(?!https?:)[a-z][a-z0-9+.-]{0,30}:)", re.IGNORECASE)
"""An address that leads to a place on the page, to a mailbox or to a script."""


class Where(NamedTuple):
    """What an element inherits from those around it."""

    zone: str = ""
    shape: BlockKind = "paragraph"
    group: int = 0
    inside: bool = False
    bold: bool = False


class Paragraph(NamedTuple):
    """What a line stands in: the number of its block, the element of its paragraph, the words of its class and id."""

    place: int = 0
    tag: str = ""
    marks: str = ""


class LineBuilder:
    """Gathers texts and links until a line ends; `paragraph` is that of the line, `formatted` whether it is in a
    `<pre>`.
    """

    def __init__(self) -> None:
        self.lines: list[Line] = []
        self.paragraph = Paragraph()
        self.formatted = False
        self.texts: list[str] = []
        """Those of the line that has begun."""
        self._said = False
        self._plain = False
        self._links: list[Anchor] = []
        self._unseen: list[Line] = []

    @property
    def at(self) -> int:
        """How many lines there are, with the one that has begun."""
        return len(self.lines) + self._said

    def say(self, text: str, *, bold: bool) -> None:
        """One more text of the line."""
        self.texts.append(text)
        if not (self._plain or text.isspace()):
            self._said, self._plain = True, not bold

    def link(self, element: etree._Element, start: int) -> None:
        """A link that is over; `start` is the number of texts before it."""
        written = element.get("href")
        if not written or _NO_PAGE.match(written):
            return
        inline = len(self.texts) > start
        text = squeeze("".join(self.texts[start:] if inline else element.itertext()))
        if not text:
            return
        link = Anchor(text, written)
        if inline or not self.lines:
            self._links.append(link)
        else:  # a card: the link is around whole lines
            self.lines[-1].links += (link,)

    def pass_over(self, element: etree._Element) -> None:
        """An element whose words the page does not show: they follow the line that has begun."""
        if text := squeeze(spoken(element)):
            self._unseen.append(Line(text, fold(text), zone="unseen"))

    def add_row(self, text: str, where: Where, marks: str) -> None:
        """A row of a table."""
        self._add(text, where, "table", Paragraph(self.paragraph.place, "table", marks))

    def flush(self, where: Where) -> None:
        """Ends the line, if one has begun."""
        if self._said:
            self._end(where)
        if self.texts:
            self.texts.clear()
        if self._unseen:
            self.lines += self._unseen
            self._unseen.clear()

    def _end(self, where: Where) -> None:
        written = "".join(self.texts)
        if text := squeeze(written):
            line = self._add(text, where, where.shape, self.paragraph)
            line.bold = not self._plain
            if self._links:
                line.links = tuple(self._links)
                self._links.clear()
            if self.formatted:
                line.pieces = pieces(written)
        self._said = self._plain = False

    def _add(self, text: str, where: Where, shape: BlockKind, paragraph: Paragraph) -> Line:
        zone, _, group, inside, _ = where
        place, tag, marks = paragraph
        line = Line(text, fold(text), zone, shape, group, inside, place=place, tag=tag, marks=marks)
        self.lines.append(line)
        return line
