"""Which kind of article a page is: by its section, by its own word for itself, by what is in it."""

import re
from collections.abc import Sequence

from services.contracts.article import ArticleKind, Block, Image
from services.parser.layouts import Layout
from services.parser.lines import Line
from services.parser.page import Page

# In the path of an address; the first that is found.
_SECTIONS: dict[str, ArticleKind] = {
    r"/transcripts?/": "transcript",
    r"/speech(?:es)?/": "speech",
    r"/contracts?/": "contracts",
    r"/(?:media-)?advisor(?:y|ies)/": "advisory",
    r"/(?:press-|news-|media-)?releases?(?:-view)?/|/statements?-releases?/|/pr/": "release",
    r"/feature-?(?:stor(?:y|ies)|s)?/|/commentar(?:y|ies)/": "feature",
    r"/bio(?:graph(?:y|ies)|s)?/": "biography",
    r"/fact-?sheets?/": "fact_sheet",
    r"/photo-?(?:essays?|galler(?:y|ies))/": "photo_essay",
    r"/videos?/|/video-view/": "video",
    r"/press-office/|/briefing": "release",
    r"/news/|/article|/blog/|/stories/": "news",
}
_WORDS: dict[str, ArticleKind] = {
    "release": "release", "news release": "release", "press release": "release", "immediate release": "release",
    "for immediate release": "release", "comunicado de prensa": "release", "contract": "contracts",
    "contracts": "contracts", "transcript": "transcript", "speech": "speech", "afa speeches": "speech",
    "advisory": "advisory", "media advisory": "advisory", "feature": "feature", "feature story": "feature",
    "story": "feature", "photo essay": "photo_essay", "commentary": "feature",
    "press statement": "release", "media statement": "release", "news": "news", "news story": "news",
}  # fmt: skip
# content-type-N of AFPIMS' own container.
_TYPES: dict[str, ArticleKind] = {"9": "release", "400": "contracts", "800": "feature", "1": "news", "13": "transcript"}
_PHOTOS = re.compile(
    r"\b(?:week|month|year|day|\d{4}) in (?:photos|pictures)\b|^photo essay\b|\bin photos$", re.IGNORECASE
)
_CONTRACTS = re.compile(r"^contracts for \w+\.? \d", re.IGNORECASE)
_STUB = re.compile(r"^(?:read|view|download|click|see|watch|listen|to (?:read|view|download)) .{0,80}$", re.IGNORECASE)
STUB_LENGTH = 240
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
    word = next((line.key for line in lines if line.rule == "kicker"), "")
    address = page.url or page.canonical
    return _by_content(headline, body, captions, videos) or _by_place(address, word, classes, body) or layout.kind


def _by_content(headline: str, body: tuple[Block, ...], captions: int, videos: int) -> ArticleKind | None:
    if len(body) == 1 and len(body[0].text) < STUB_LENGTH and _STUB.match(body[0].text):
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
    found = _WORDS.get(word) or (_TYPES.get(typed[1]) if typed else None)
    section: ArticleKind | None = next(
        (kind for pattern, kind in _SECTIONS.items() if re.search(pattern, address, re.IGNORECASE)), None
    )
    if section not in {None, "news"}:
        return section
    if found is None and sum(block.kind == "turn" for block in body) * 2 > len(body):
        return "transcript"
    return found or section
