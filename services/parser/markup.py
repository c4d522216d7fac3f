"""The main region of an HTML page as lines and picture frames, read off lxml's tree in one pass."""

import re
from dataclasses import replace
from itertools import islice
from typing import Any, Final, NamedTuple

from lxml import etree

from services.contracts.article import BlockKind
from services.parser.characters import fold, squeeze
from services.parser.general.hidden import is_hidden
from services.parser.general.holders import Holders
from services.parser.layouts import Layout
from services.parser.lines import Anchor, Frame, Line
from services.parser.page import Page
from services.parser.picture_source import holds_one_picture, plays, source_of
from services.parser.preformatted import pieces
from services.parser.scripts import part_figures
from services.parser.spoken import MACHINES, spoken
from services.parser.tables import beside_cells, cells, is_data
from services.parser.zones import OUTSIDE, TAGS, zone_of

_BLOCK_NAMES = (
    "address article aside blockquote body br button caption center dd details dialog div dl dt fieldset figcaption"
    " figure footer form h1 h2 h3 h4 h5 h6 header hgroup hr iframe li main menu nav ol option p pre section summary"
    " table tbody td tfoot th thead tr ul video"
)
BLOCKS: Final = frozenset(_BLOCK_NAMES.split())
SILENT: Final = frozenset(
    {"script", "style", "noscript", "template", "svg", "math", "head", "title", "object", "embed", "iframe", "canvas"}
)
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
NEAR_FRAMES: Final = 4  # pictures that a <noscript> may show again
MAX_FRAMES: Final = 2_000  # no page of a newsroom shows more pictures
VIDEO_HOSTS: Final = ("youtube", "youtu.be", "dvidshub.net/video", "vimeo")
_NO_PAGE: Final = re.compile(r"\s*(?:#|(?!https?:)[a-z][a-z0-9+.-]{0,30}:)", re.IGNORECASE)
"""An address that leads to a place on the page, to a mailbox or to a script."""
_SPOKEN: Final = ("alt", "title", "data-caption", "data-title", "aria-label")


class Where(NamedTuple):
    """What an element inherits from those around it."""

    zone: str = ""
    shape: BlockKind = "paragraph"
    group: int = 0
    inside: bool = False
    bold: bool = False


class Place(NamedTuple):
    """A block of the page: the block around it (0 for none), its element, the words of its class and id."""

    parent: int
    tag: str
    words: str


class Reader:
    """Reads one region, element by element. `lines`, `frames`, `videos` and `places` are what it found."""

    def __init__(self, page: Page, layout: Layout) -> None:
        self.page = page
        self.layout = layout
        self.lines: list[Line] = []
        self.frames: list[Frame] = []
        self.videos = 0
        self.silent: list[str] = []
        self._words: list[str] = []
        self._plain = False
        self._links: list[Anchor] = []
        self._unseen: list[Line] = []
        self._groups = 0
        self._holders = None if layout.names_body else Holders(page)
        self._shown: set[int] = set()
        self.places: list[Place] = [Place(0, "", "")]
        self._place = 0
        self._tag = ""
        self._own = ""
        self._formatted = False

    def read(self, region: etree._Element) -> None:
        """Reads the region into `lines` and `frames`."""
        part_figures(region)
        self._read(region, Where())
        self._flush(Where())

    def _read(self, element: etree._Element, around: Where) -> None:
        # One frame of the stack for each level of the page, so that libxml2's depth limit is also Python's.
        name = element.tag
        if name == "img":
            self._see(element, around)
        if not isinstance(name, str) or name in SILENT:
            self._watch(element, around)
            self._silence(element)
            return
        begun = self._begun(element, name, around.zone)
        if begun == "unseen":
            self._pass_over(element)
            return
        # Outside of the article links are a menu: one line each.
        apart = begun is not None or name in BLOCKS or (name == "a" and around.zone in OUTSIDE)
        inner = around if begun is None and name not in CHANGES else self._inside(name, begun, around)
        place, tag, own = self._place, self._tag, self._own
        if apart:
            self._flush(around)
            self._tag, self._own = name, _marks(element)
            if name not in PARAGRAPHS:
                self.places.append(Place(place, name, self._own))
                self._place = len(self.places) - 1
        start = len(self._words)
        if name == "table" and is_data(element):
            self._rows(element, inner)
        else:
            self._formatted = self._formatted or name == "pre"
            self._say(element.text, inner)
            for child in element:
                self._read(child, inner)
                self._say(child.tail, inner)
        if apart:
            self._flush(inner)
            self._place, self._tag, self._own = place, tag, own
            self._formatted = self._formatted and name != "pre"
        if name == "a":
            self._link(element, start)

    def _begun(self, element: etree._Element, name: str, zone: str) -> str | None:
        """The zone that begins with this element, if one does. Outside of the article stays outside."""
        if zone in OUTSIDE:
            return None
        words = _marks(element)
        found = zone_of(words, self.layout.zones, block=name in BLOCKS) if words else None
        if found == "caption" and plays(element):
            return "control"
        found = found or ("unseen" if is_hidden(element) else self._by_name(element, name, zone))
        if found is None or found == "body":
            return found
        # What stands over an article has no place in it: there a "date" or "title" is a word of the text.
        if (found in HEAD and zone in _INNER and name != "h1") or (
            name != "h1" and self._holders and self._holders.forbid(element, found)
        ):
            return None
        return found

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
        shape = around.shape
        if name in SHAPES and not (name in {"p", "td"} and shape in {"list_item", "quote"}):
            shape = SHAPES[name]
        zone = begun or around.zone
        bold = around.bold or name in BOLD
        return Where(zone, shape, self._frame(begun, zone, around), around.inside or begun == "body", bold)

    def _frame(self, begun: str | None, zone: str, around: Where) -> int:
        """A picture zone is a frame; inside another it is one of its own only once that one shows a picture."""
        if begun == "picture" and (not around.group or around.group in self._shown):
            self._groups += 1
            return self._groups
        return around.group if zone in {"picture", "caption", around.zone} else 0

    def _say(self, text: str | None, where: Where) -> None:
        if text:
            self._words.append(text)
            self._plain = self._plain or not (where.bold or text.isspace())

    def _link(self, element: etree._Element, start: int) -> None:
        written = element.get("href")
        if not written or _NO_PAGE.match(written):
            return
        inline = len(self._words) > start
        text = squeeze("".join(self._words[start:] if inline else element.itertext()))
        if not text:
            return
        link = Anchor(text, written)
        if inline or not self.lines:
            self._links.append(link)
        else:  # a card: the link is around whole lines
            self.lines[-1].links += (link,)

    def _see(self, image: etree._Element, where: Where) -> None:
        if len(self.frames) == MAX_FRAMES:
            return
        if where.zone in OUTSIDE or (self.layout.names_body and where.zone not in {"body", "picture", "caption"}):
            return
        around = [image, *(node for node in image.iterancestors("a", "li"))][:3]
        says = [squeeze(node.get(name) or "") for node in around for name in _SPOKEN]
        self._shown.add(where.group)
        self.frames.append(
            Frame(
                url=self.page.absolute(source_of(image)),
                alt=says[0],
                at=len(self.lines) + bool("".join(self._words).strip()),
                group=where.group,
                says=tuple(dict.fromkeys(fold(text) for text in says if text)),
            )
        )

    def _watch(self, element: etree._Element, where: Where) -> None:
        if element.tag == "noscript":
            self._see_unscripted(element, where)
        if element.tag in {"iframe", "embed", "object"}:
            source = " ".join(filter(None, map(element.get, ("src", "data-src", "data"))))
            self.videos += any(host in source for host in VIDEO_HOSTS)

    def _see_unscripted(self, element: etree._Element, where: Where) -> None:
        """The picture that scripts would load; nothing new where the page shows it with its address as well."""
        shown = {frame.url for frame in self.frames[-NEAR_FRAMES:]}
        for image in islice(element.iter("img"), NEAR_FRAMES):
            address = self.page.absolute(source_of(image))
            if address is None or address in shown:
                continue
            last = self.frames[-1] if self.frames else None
            if last and last.url is None and last.group == where.group:
                self.frames[-1] = replace(last, url=address)  # what stands there until a script comes
            else:
                self._see(image, where)

    def _silence(self, element: etree._Element) -> None:
        if isinstance(element.tag, str) and element.tag not in MACHINES and (text := squeeze(spoken(element))):
            self.silent.append(text)

    def _pass_over(self, element: etree._Element) -> None:
        if text := squeeze(spoken(element)):
            self._unseen.append(Line(text, fold(text), zone="unseen"))

    def _rows(self, table: etree._Element, where: Where) -> None:
        self.silent += filter(None, map(squeeze, beside_cells(table)))
        for image in table.iter("img"):
            self._see(image, where)
        named = _marks(table)
        for row in table.iter("caption", "tr"):
            if text := " | ".join(filter(None, cells(row))):
                self._add(text, where, shape="table", tag="table", marks=named)
                for link in row.iter("a"):
                    self._link(link, len(self._words))

    def _flush(self, where: Where) -> None:
        if self._words:
            self._end_line(where)
        if self._unseen:
            self.lines += self._unseen
            self._unseen.clear()

    def _end_line(self, where: Where) -> None:
        written = "".join(self._words)
        if text := squeeze(written):
            self._add(
                text,
                where,
                shape=where.shape,
                bold=not self._plain,
                links=tuple(self._links),
                tag=self._tag,
                marks=self._own,
                pieces=pieces(written) if self._formatted else (),
            )
            self._links.clear()
        self._words.clear()
        self._plain = False

    def _add(self, text: str, where: Where, **about: Any) -> None:
        zone, _, group, inside, _ = where
        self.lines.append(Line(text, fold(text), zone, group=group, inside=inside, place=self._place, **about))


def _marks(element: etree._Element) -> str:
    """The words of its class and id."""
    words = element.get("class") or ""
    if mark := element.get("id"):
        return f"{words} {mark}" if words else mark
    return words
