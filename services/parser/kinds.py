"""Which kind of article a page is: by its section, by its own word for itself, by what is in it."""

import re
from collections.abc import Mapping, Sequence

from services.contracts.article import ArticleKind, Block, Image
from services.parser.address import true_address
from services.parser.layouts import Layout
from services.parser.lexicon import lexicon
from services.parser.lines import Line
from services.parser.page import Page

_LEXICON = lexicon("kinds")
_SECTIONS: Mapping[re.Pattern[str], ArticleKind] = {
    re.compile(form, re.IGNORECASE): kind for form, kind in _LEXICON["sections"].items()
}
_KICKERS: Mapping[str, ArticleKind] = _LEXICON["kickers"]
_TYPES: Mapping[str, ArticleKind] = _LEXICON["afpims-types"]
_PHOTOS = re.compile(
    r"\b(?:week|month|year|day|\d{4}) in (?:photos|pictures)\b|^photo essay\b|\bin photos$", re.IGNORECASE
)
_CONTRACTS = re.compile(r"^contracts for \w+\.? \d", re.IGNORECASE)
_STUB = re.compile(r"^(?:read|view|download|click|see|watch|listen|to (?:read|view|download)) .{0,80}$", re.IGNORECASE)
ESSAY_PICTURES = 5


def kind_of(
    page: Page,
    layout: Layout,
    headline: str,
    lines: Sequence[Line],
    body: tuple[Block, ...],
    images: Sequence[Image],
    *,
    classes: str,
    videos: int,
) -> ArticleKind:
    """The kind of a page; what is in it outranks where it stands, because sections hold everything."""
    captions = sum(image.caption is not None for image in images)
    token = next((line.key for line in lines if line.rule == "kicker"), "")
    address = true_address(page.url or page.canonical)
    return _by_content(headline, body, captions, videos) or _by_place(address, token, classes, body) or layout.kind


def _by_content(headline: str, body: tuple[Block, ...], captions: int, videos: int) -> ArticleKind | None:
    if len(body) == 1 and _STUB.match(body[0].text):
        return "stub"
    if _CONTRACTS.match(headline):
        return "contracts"
    few = len(body) <= 2
    if few and captions and (_PHOTOS.search(headline) or captions >= ESSAY_PICTURES):
        return "photo_essay"
    if few and videos:
        return "video"
    return None


def _by_place(address: str, word: str, classes: str, body: tuple[Block, ...]) -> ArticleKind | None:
    typed = re.search(r"content-type-(\d+)", classes)
    entry = _KICKERS.get(word) or (_TYPES.get(typed[1]) if typed else None)
    section: ArticleKind | None = next((kind for pattern, kind in _SECTIONS.items() if pattern.search(address)), None)
    if section not in {None, "news"}:
        return section
    if entry is None and sum(block.kind == "turn" for block in body) * 2 > len(body):
        return "transcript"
    return entry or section
