"""The main region of an HTML page as lines and picture frames, read off lxml's tree in one pass."""

from collections.abc import Iterator
from typing import Final, NamedTuple

from lxml import etree

from services.contracts.article import BlockKind
from services.parser.characters import squeeze
from services.parser.frames import FrameReader
from services.parser.hidden import is_hidden
from services.parser.holders import Holders
from services.parser.layouts import Layout
from services.parser.line_builder import LineBuilder, Paragraph, Where
from services.parser.page import Page
from services.parser.picture_source import holds_one_picture, plays
from services.parser.scripts import part_figures
from services.parser.spoken import MACHINES, spoken
from services.parser.tables import beside_cells, cells, is_data
from services.parser.zones import OUTSIDE, TAGS, zones_of

_BLOCK_NAMES = (
    "address article aside blockquote body br button caption center dd details dialog div dl dt fieldset figcaption"
    " figure footer form h1 h2 h3 h4 h5 h6 header hgroup hr iframe li main menu nav ol option p pre section summary"
    " table tbody td tfoot th thead tr ul video"
)
BLOCKS: Final = frozenset(_BLOCK_NAMES.split())
SILENT: Final = frozenset(
    {"script", "style", "noscript", "template", "svg", "math", "head", "title", "object", "embed", "iframe", "canvas"}
)
_WORDLESS: Final = SILENT | {"img"}
BOLD: Final = frozenset({"b", "strong"})
SHAPES: Final[dict[str, BlockKind]] = {
    "h2": "subhead", "h3": "subhead", "h4": "subhead", "h5": "subhead", "h6": "subhead", "dt": "subhead",
    "li": "list_item", "blockquote": "quote", "p": "paragraph", "td": "paragraph",
}  # fmt: skip
# Blocks that are one paragraph of the block around them.
PARAGRAPHS: Final = frozenset(
    ["p", "h1", "h2", "h3", "h4", "h5", "h6", "li", "dt", "dd", "br", "hr", "a", "figcaption", "summary"]
)
SUBHEADS: Final = frozenset({"h2", "h3", "h4", "h5", "h6"})
PERMALINKS: Final = frozenset("#¶§")
HEAD: Final = frozenset({"headline", "published", "byline", "story-line", "kicker", "dek", "label"})
_INNER: Final = frozenset({"body", "picture", "caption"})
CHANGES: Final = BOLD | SHAPES.keys()
_SPEAKING: Final = TAGS.keys() | {"aside", "button", "a", "div", "h1"}
"""Elements whose name may begin a zone."""


class Place(NamedTuple):
    """A block of the page: the block around it (0 for none), its element, the words of its class and id."""

    parent: int
    tag: str
    words: str


class Reader:
    """Reads one region, element by element. `lines`, `frames`, `videos` and `places` are what it found."""

    def __init__(self, page: Page, layout: Layout) -> None:
        self.layout = layout
        self.places: list[Place] = [Place(0, "", "")]
        self._text = LineBuilder()
        self._pictures = FrameReader(page, layout)
        self._zone_of = zones_of(layout.zones)
        self._holders = None if layout.names_body else Holders(page)
        self._groups = 0
        self._silent: list[etree._Element] = []
        self.lines, self.frames = self._text.lines, self._pictures.frames

    @property
    def videos(self) -> int:
        """How many videos are shown."""
        return self._pictures.videos

    def silent(self) -> Iterator[str]:
        """What the region holds that is shown to nobody who reads its text."""
        for element in self._silent:
            sentence = beside_cells(element) if element.tag == "table" else [spoken(element)]
            yield from filter(None, map(squeeze, sentence))

    def read(self, region: etree._Element) -> None:
        """Reads the region into `lines` and `frames`."""
        part_figures(region)
        self._read(region, Where())
        self._text.flush(Where())

    def _read(self, element: etree._Element, around: Where) -> None:
        # One frame of the stack for each level of the page, so that libxml2's depth limit is also Python's.
        name, zone, text = element.tag, around.zone, self._text
        if not isinstance(name, str) or name in _WORDLESS:
            self._pass_by(element, name, around)
            return
        marks = marks_of(element)
        begun = None if zone in OUTSIDE else self._begun(element, name, zone, marks)
        if begun == "unseen":
            text.pass_over(element)
            return
        inner = around if begun is None and name not in CHANGES else self._inside(name, begun, around)
        before, formatted, bold = text.paragraph, text.formatted, inner.bold
        apart = begun is not None or name in BLOCKS or self._parts(name, zone, before.tag)
        if apart:
            text.flush(around)
            text.paragraph = Paragraph(self._place(before.place, name, marks), name, marks)
            text.formatted = formatted or name == "pre"
        start = len(text.texts)
        if name != "table" or not self._rows(element, marks, inner):
            if message := element.text:
                text.say(message, bold=bold)
            for child in element:
                self._read(child, inner)
                if message := child.tail:
                    text.say(message, bold=bold)
        if apart:
            text.flush(inner)
            text.paragraph, text.formatted = before, formatted
        if name == "a":
            text.link(element, start)

    def _parts(self, name: str, zone: str, around: str) -> bool:
        """Whether lines begin and end with this element, which is no block; `around` is the paragraph's."""
        # Elements of the page's own making are mostly boxes. Outside of the article links are a menu: one line each.
        return (name == "a" and zone in OUTSIDE) or ("-" in name and around not in PARAGRAPHS)

    def _place(self, around: int, name: str, marks: str) -> int:
        """The number of the block that begins with this element; a paragraph begins none."""
        if name in PARAGRAPHS:
            return around
        self.places.append(Place(around, name, marks))
        return len(self.places) - 1

    def _begun(self, element: etree._Element, name: str, zone: str, marks: str) -> str | None:
        """The zone that begins with this element, if one does."""
        zone_of = self._zone_of(marks, name in BLOCKS) if marks else None
        if zone_of is None:
            if is_hidden(element):
                zone_of = "unseen"
            elif name in _SPEAKING:
                zone_of = self._by_name(element, name, zone)
        elif zone_of == "caption" and plays(element):
            return "control"
        if zone_of is None or zone_of == "body":
            return zone_of
        # What stands over an article has no place in it: there a "date" or "title" is a word of the text.
        if (zone_of in HEAD and zone in _INNER and name != "h1") or (
            name != "h1" and self._holders and self._holders.forbid(element, zone_of)
        ):
            return None
        return zone_of

    def _by_name(self, element: etree._Element, name: str, zone: str) -> str | None:
        """The zone of an element whose classes say nothing."""
        if name == "aside" and not self.layout.names_body:
            return "aside"
        if name == "button" and element.getparent().tag in SUBHEADS:
            return None  # a heading that folds what is under it
        if name == "a" and element.text in PERMALINKS:
            return "unseen"
        if name == "div" and holds_one_picture(element):
            return "picture"
        if name != "h1":
            return TAGS.get(name)
        return None if zone in _INNER else "headline"

    def _inside(self, name: str, begun: str | None, around: Where) -> Where:
        zone, shape, group, inside, bold = around
        if name in SHAPES and not (name in {"p", "td"} and shape in {"list_item", "quote"}):
            shape = SHAPES[name]
        if begun is not None:
            zone, group, inside = begun, self._frame(begun, around), inside or begun == "body"
        return Where(zone, shape, group, inside, bold or name in BOLD)

    def _frame(self, begun: str, around: Where) -> int:
        """A picture zone is a frame; inside another it is one of its own only once that one shows a picture."""
        if begun == "picture" and (not around.group or around.group in self._pictures.shown):
            self._groups += 1
            return self._groups
        return around.group if begun in {"picture", "caption", around.zone} else 0

    def _pass_by(self, element: etree._Element, name: object, around: Where) -> None:
        """A picture, an element for machines, or a comment."""
        if name == "img":
            self._pictures.see(element, around.zone, around.group, self._text.at)
        elif isinstance(name, str):
            self._pictures.watch(element, around.zone, around.group, self._text.at)
            if name not in MACHINES:
                self._silent.append(element)

    def _rows(self, table: etree._Element, marks: str, where: Where) -> bool:
        """Reads a table of figures row by row; nothing if it is of another kind."""
        if not is_data(table):
            return False
        self._silent.append(table)
        for image in table.iter("img"):
            self._pictures.see(image, where.zone, where.group, self._text.at)
        for row in table.iter("caption", "tr"):
            if text := " | ".join(filter(None, cells(row))):
                self._text.add_row(text, where, marks)
                for link in row.iter("a"):
                    self._text.link(link, len(self._text.texts))
        return True


def marks_of(element: etree._Element) -> str:
    """The words of its class and id."""
    entry = element.get("class") or ""
    if mark := element.get("id"):
        return f"{entry} {mark}" if entry else mark
    return entry
