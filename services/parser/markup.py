"""The main region of an HTML page as lines and picture frames.

lxml cuts the region out of the page; BeautifulSoup reads the fragment, because it forgives what editors paste into a
body and keeps text where it stood.
"""

from typing import Final

from bs4 import BeautifulSoup, NavigableString, Tag
from lxml import etree

from services.contracts.article import BlockKind, Link
from services.parser.characters import fold, squeeze
from services.parser.layouts import Layout
from services.parser.lines import Frame, Line
from services.parser.page import Page
from services.parser.zones import OUTSIDE, TAGS, zone_of

BLOCKS: Final = frozenset(
    [
        "address",
        "article",
        "aside",
        "blockquote",
        "body",
        "br",
        "caption",
        "center",
        "dd",
        "details",
        "dialog",
        "div",
        "dl",
        "dt",
        "fieldset",
        "figcaption",
        "figure",
        "footer",
        "form",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "header",
        "hgroup",
        "hr",
        "iframe",
        "li",
        "main",
        "menu",
        "nav",
        "ol",
        "option",
        "p",
        "pre",
        "section",
        "summary",
        "table",
        "tbody",
        "td",
        "tfoot",
        "th",
        "thead",
        "tr",
        "ul",
        "video",
        "button",
    ]
)
SILENT: Final = frozenset(
    [
        "script",
        "style",
        "noscript",
        "template",
        "svg",
        "math",
        "head",
        "title",
        "object",
        "embed",
        "iframe",
        "canvas",
        "map",
    ]
)
BOLD: Final = frozenset({"b", "strong"})
SHAPES: Final[dict[str, BlockKind]] = {
    "h2": "subhead", "h3": "subhead", "h4": "subhead", "h5": "subhead", "h6": "subhead", "li": "list_item",
    "blockquote": "quote", "dt": "subhead",
}  # fmt: skip
VIDEO_HOSTS: Final = ("youtube", "dvidshub.net/video", "vimeo", "youtu.be")
_SPOKEN: Final = ("alt", "title", "data-caption", "data-title", "data-sub-html", "aria-label")


def region_markup(region: etree._Element) -> str:
    """The fragment that is worth reading closely."""
    return str(etree.tostring(region, encoding="unicode", method="html", with_tail=False))


class Reader:
    """Reads one region, element by element. `lines`, `frames` and `videos` are what it found."""

    def __init__(self, page: Page, layout: Layout) -> None:
        self.page = page
        self.layout = layout
        self.lines: list[Line] = []
        self.frames: list[Frame] = []
        self.videos = 0
        self._own = layout.zones
        self._words: list[str] = []
        self._plain = False
        self._links: list[Link] = []
        self._unseen: list[Line] = []
        self._groups = 0

    def read(self, fragment: str) -> None:
        """Reads the fragment into `lines` and `frames`."""
        soup = BeautifulSoup(fragment, "lxml")
        self._walk(soup, zone="", shape="paragraph", group=0, bold=False)
        self._flush("", "paragraph", 0)

    def _walk(self, parent: Tag, *, zone: str, shape: BlockKind, group: int, bold: bool) -> None:
        for child in parent.contents:
            if isinstance(child, Tag):
                self._enter(child, zone, shape, group, bold)
            elif type(child) is NavigableString:
                self._words.append(child)
                self._plain = self._plain or not (bold or child.isspace())

    def _enter(self, tag: Tag, zone: str, shape: BlockKind, group: int, bold: bool) -> None:
        name = tag.name
        if name == "img":
            self._see(tag, zone, group)
        if name in SILENT:
            self._watch(tag)
            return
        begun = None if zone in OUTSIDE else self._begun(tag, zone)
        inner = begun or zone
        if inner == "unseen":
            self._pass_over(tag)
        elif name in BLOCKS or inner != zone:
            self._flush(zone, shape, group)
            frame = self._frame(begun, inner, zone, group)
            if name == "table" and _is_data(tag):
                self._rows(tag, inner, frame)
            else:
                new_shape = SHAPES.get(name, shape if name != "p" or shape != "subhead" else "paragraph")
                self._walk(tag, zone=inner, shape=new_shape, group=frame, bold=bold or name in BOLD)
                self._flush(inner, new_shape, frame)
        else:
            self._inline(tag, inner, shape, group, bold)

    def _inline(self, tag: Tag, zone: str, shape: BlockKind, group: int, bold: bool) -> None:
        start = len(self._words)
        self._walk(tag, zone=zone, shape=shape, group=group, bold=bold or tag.name in BOLD)
        href = tag.get("href") if tag.name == "a" else None
        if isinstance(href, str) and href and not href.startswith(("#", "javascript:")):
            text = squeeze("".join(self._words[start:]) or tag.get_text())
            if text:
                self._links.append(Link(text=text, url=self.page.absolute(href)))

    def _begun(self, tag: Tag, zone: str) -> str | None:
        """The zone that begins with this element, if one does."""
        if attributes := tag.attrs:
            classes = attributes.get("class")
            words = " ".join(classes) if classes else ""
            if mark := attributes.get("id"):
                words = f"{words} {mark}"
            if words and (found := zone_of(words, self._own, block=tag.name in BLOCKS)):
                return found
        # A heading inside the body or a picture is not the headline, whatever its rank.
        inner_heading = tag.name == "h1" and (
            zone in {"picture", "caption"} or (zone == "body" and self.layout.names_body)
        )
        return None if inner_heading else TAGS.get(tag.name)

    def _frame(self, begun: str | None, inner: str, outer: str, group: int) -> int:
        """A picture zone is a frame; inside another it is one of its own only once that one shows a picture."""
        if begun == "picture" and (not group or any(frame.group == group for frame in self.frames)):
            self._groups += 1
            return self._groups
        return group if inner in {"picture", "caption", outer} else 0

    def _see(self, tag: Tag, zone: str, group: int) -> None:
        if zone in OUTSIDE or (self.layout.names_body and zone not in {"body", "picture", "caption"}):
            return
        around = [tag, *(p for p in tag.parents if p.name in {"a", "li"})][:3]
        says = [squeeze(str(node.get(name) or "")) for node in around for name in _SPOKEN]
        source = tag.get("src") or tag.get("data-src") or ""
        self.frames.append(
            Frame(
                url=self.page.absolute(str(source)) if source and not str(source).startswith("data:") else None,
                alt=says[0],
                at=len(self.lines) + bool("".join(self._words).strip()),
                group=group,
                says=tuple(dict.fromkeys(fold(x) for x in says if x)),
            )
        )

    def _watch(self, tag: Tag) -> None:
        source = str(tag.get("src") or tag.get("data-src") or tag.get("data") or "")
        self.videos += any(host in source for host in VIDEO_HOSTS)

    def _pass_over(self, tag: Tag) -> None:
        if text := squeeze(tag.get_text()):
            self._unseen.append(Line(text, fold(text), zone="unseen"))

    def _rows(self, table: Tag, zone: str, group: int) -> None:
        for row in table.find_all("tr"):
            cells = [squeeze(cell.get_text(" ")) for cell in row.find_all(["td", "th"])]
            if text := " | ".join(filter(None, cells)):
                self.lines.append(Line(text, fold(text), zone=zone, shape="table", group=group))

    def _flush(self, zone: str, shape: BlockKind, group: int) -> None:
        if self._words:
            if text := squeeze("".join(self._words)):
                line = Line(text, fold(text), zone, shape, group, bold=not self._plain, links=tuple(self._links))
                self.lines.append(line)
                self._links.clear()
            self._words.clear()
            self._plain = False
        if self._unseen:
            self.lines += self._unseen
            self._unseen.clear()


def _is_data(table: Tag) -> bool:
    """A table of figures; the other kind lays out a page, and its cells are read like any element."""
    return (
        len(table.find_all("tr", limit=2)) == 2 and table.find(["table", "p", "div", "br", "img", "ul", "h2"]) is None
    )
