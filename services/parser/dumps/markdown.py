"""Markdown as scrapers write it: headings, links, pictures, lists, emphasis, tables and what stands before the page."""

import re
from collections.abc import Iterator
from html import unescape
from itertools import takewhile

from services.parser.characters import fold, squeeze
from services.parser.lines import Anchor, Frame, Line
from services.parser.wrapping import unwrap

LOOK = 100_000  # characters
MARKS = 3  # links, pictures, headings and bold words: fewer may stand in any text
FRONT = 60  # lines that may stand in the front matter

_HEADING = re.compile(r"(?P<level>#{1,6})\s+(?P<text>\S.*)")
_UNDERLINE = re.compile(r"={3,}|-{3,}")
_RULER = re.compile(r"(?:\*\s?){3,}|(?:-\s?){3,}|(?:_\s?){3,}")
_ITEM = re.compile(r"(?:[*+-]|\d{1,3}[.)])\s+(?P<text>.*)")
_TABLE_RULER = re.compile(r"\|?[\s:|-]{3,}\|?")
_DEFINITION = re.compile(r"\[(?P<name>[^\]]{1,80})\]:\s+<?(?P<url>\S+?)>?(?:\s+[\"'(].*)?")
_TARGET = r"\(\s*<?(?P<url>[^\s()<>]*(?:\([^\s()<>]*\)[^\s()<>]*)*)>?(?:\s+[\"'][^\"']{0,300}[\"'])?\s*\)"
_IMAGE = re.compile(rf"!\[(?P<alt>[^\]]{{0,2000}})\]{_TARGET}")
_LINK = re.compile(rf"\[(?P<text>[^\[\]]{{0,2000}})\]{_TARGET}")
_REFERENCE = re.compile(r"\[(?P<text>[^\[\]]{1,500})\]\[(?P<name>[^\[\]]{0,80})\]")
_AUTOLINK = re.compile(r"<(https?://[^\s<>]{1,2000})>")
_HTML = re.compile(r"</?(?:br|p|div|span|b|i|em|strong|u|s|sup|sub|font|center|a|img)\b[^<>]{0,500}>", re.IGNORECASE)
_STRONG = re.compile(r"(\*\*|__)(?=\S)(?P<text>(?:(?!\1).){1,2000}?)(?<=\S)\1")
_EMPHASIS = re.compile(r"(?<![\w*_])([*_])(?=\S)(?P<text>[^*_]{1,2000})(?<=\S)\1(?![\w*_])")
_ESCAPE = re.compile(r"\\([\\`*_{}\[\]()#+.!|>~$&-])")
_MARKED = re.compile(r"!?\[[^\[\]]{0,300}\]\([^\s()]{0,500}|^#{1,6} \S|\*\*\S|^[ \t]{0,20}[*+-] \[", re.MULTILINE)
_FRONT_MATTER = re.compile(r"\A\s*(?P<fence>---|\+\+\+)[ \t]*\n")
_SAID = re.compile(r"(?P<name>[A-Za-z][A-Za-z _-]{1,30}?)\s*[:=]\s*(?P<value>.*)")
# What a reading service prints over the page it read.
_SERVICE = re.compile(r"\s*Title: (?:.*\n){1,9}?\s*URL Source: ")
_ZONES = {
    "title": "headline", "headline": "headline", "date": "published", "published": "published",
    "published time": "published", "publishdate": "published", "published_at": "published", "author": "byline",
    "authors": "byline", "byline": "byline",
}  # fmt: skip


def is_markdown(text: str) -> bool:
    """Whether a text is marked up so, and not by chance."""
    start = text[:LOOK]
    if _SERVICE.match(start) or start.lstrip().startswith("# "):
        return True
    if (fence := _FRONT_MATTER.match(start)) and re.search(r"^title\s*[:=]", start[fence.end() :], re.MULTILINE):
        return True
    return len(_MARKED.findall(start)) >= MARKS and re.search(r"\]\(|^#{1,6} ", start, re.MULTILINE) is not None


def read_markdown(text: str, *, before: int = 0) -> tuple[list[Line], list[Frame]]:
    """The lines without their marks, and the pictures; `before` is how many lines stand before these."""
    front, text = _front(text)
    reader = _Reader(before)
    reader.lines += front
    pieces = unwrap(text, markdown=True)
    for at, raw in enumerate(pieces):
        reader.read(raw, squeeze(pieces[at + 1]) if at + 1 < len(pieces) else "")
    return reader.lines, reader.frames


class _Reader:
    """Reads line by line; `lines` and `frames` are what it has read so far."""

    def __init__(self, before: int) -> None:
        self.lines: list[Line] = []
        self.frames: list[Frame] = []
        self._before = before
        self._gap = False
        self._underlined = False

    def read(self, raw: str, after: str) -> None:
        """One line; the next one may underline it."""
        text = squeeze(raw)  # also so that no pattern sees a run of spaces
        if not text or _RULER.fullmatch(text) or (self._underlined and _UNDERLINE.fullmatch(text)):
            self._gap, self._underlined = True, False
            return
        if _TABLE_RULER.fullmatch(text) or _DEFINITION.fullmatch(text) or text.startswith("```"):
            return
        self._underlined = bool(_UNDERLINE.fullmatch(after)) and not _UNDERLINE.fullmatch(text)
        self._add(text, "=" if after.startswith("=") else "-" if self._underlined else "")
        self._gap = False

    def _add(self, text: str, underlined: str) -> None:
        heading = _HEADING.fullmatch(text)
        item = _ITEM.fullmatch(text)
        level = len(heading["level"]) if heading else {"=": 1, "-": 2}.get(underlined, 0)
        inner = (
            heading["text"].rstrip("# ") if heading else item["text"] if item else text.removeprefix(">").lstrip("> ")
        )
        tokens, links = self._inline(inner)
        if not tokens:
            return
        line = Line(tokens, fold(tokens), links=links, gap=self._gap)
        if level:
            line.zone, line.shape = ("title", "paragraph") if level == 1 else ("", "subhead")
        elif text.startswith("|"):
            line.shape = "table"
            line.rewrite(squeeze(tokens.strip("| ")))
        elif item or text.startswith(">"):
            line.shape = "list_item" if item else "quote"
        line.bold = not level and _is_bold(inner)
        self.lines.append(line)

    def _inline(self, text: str) -> tuple[str, tuple[Anchor, ...]]:
        """The words of a line, and where its links lead; its pictures are kept."""
        text = _IMAGE.sub(self._take_image, text)
        links: list[Anchor] = []

        def take(found: re.Match[str]) -> str:
            plain = _plain(found["text"])
            if plain and found["url"]:
                links.append(Anchor(plain, found["url"]))
            return plain

        text = _LINK.sub(take, text)
        text = _REFERENCE.sub(lambda result: result["text"], text)
        return _plain(_AUTOLINK.sub(r"\1", text)), tuple(links)

    def _take_image(self, found: re.Match[str]) -> str:
        alt = _plain(found["alt"])
        url = found["url"] if not found["url"].casefold().startswith("data:") else None
        at = self._before + len(self.lines)
        self.frames.append(Frame(url=url or None, alt=alt, at=at, group=0, says=tuple(filter(None, [fold(alt)]))))
        return " "


def _plain(text: str) -> str:
    """Words without emphasis, escapes, entities and stray tags."""
    text = _HTML.sub(" ", text)
    text = _STRONG.sub(lambda result: result["text"], text)
    text = _EMPHASIS.sub(lambda answer: answer["text"], text)
    return squeeze(unescape(_ESCAPE.sub(r"\1", text)).replace("`", ""))


def _is_bold(text: str) -> bool:
    match = _STRONG.fullmatch(text.strip())
    return match is not None and not match["text"].endswith(":")


def _front(text: str) -> tuple[list[Line], str]:
    """What is said of the page before it, as lines that have their zone, and the page."""
    if _SERVICE.match(text):
        head, _, rest = text.partition("Markdown Content:")
        return (list(_said(head.splitlines())), rest) if rest else ([], text)
    if not (fence := _FRONT_MATTER.match(text)):
        return [], text
    lines = text[fence.end() :].split("\n")
    inner = list(takewhile(lambda line: line.strip() != fence["fence"], lines[:FRONT]))
    if len(inner) in {FRONT, len(lines)}:
        return [], text
    return list(_said(inner)), "\n".join(lines[len(inner) + 1 :])


def _said(lines: list[str]) -> Iterator[Line]:
    for raw in lines:
        match = _SAID.fullmatch(squeeze(raw))
        value = squeeze(match["value"].strip("\"' []")) if match else squeeze(raw)
        if value:
            zone = _ZONES.get(match["name"].strip().casefold(), "") if match else ""
            yield Line(value, fold(value), zone=zone, rule=None if zone else "front-matter")
