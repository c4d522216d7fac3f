"""Pages that are no article, told by what they show; "no article" is weather, so it is a value."""

import re
from collections.abc import Sequence

from services.contracts.article import Block, Image, RejectionReason
from services.parser.characters import fold
from services.parser.layouts import DUMP, Layout
from services.parser.lexicon import either, lexicon
from services.parser.lines import Line
from services.parser.page import Page

WALL_LENGTH = 1_500  # characters; a longer page with these words in it is about them
STUB_WORDS = 12
LINKED = 0.6  # of the text: more than this is a list of links
UNTITLED_WORDS = 30  # a dump of the body alone has no headline, and is an article
CARDS = 3
LINKS = 8

_FORMS = lexicon("rejection")
_SAID = rf"\W+(?:{either(_FORMS['said'])})"
_WALLS = re.compile(either(_FORMS["walls"]))
_MISSING = re.compile(either(_FORMS["missing"]).replace("<said>", _SAID))
_CLOSED = re.compile(either(_FORMS["closed"]))
_SEARCH = re.compile(either(_FORMS["search"]))
_HUB = re.compile(either(_FORMS["hubs"]))

Reason = tuple[RejectionReason, str]


def walled(page: Page, text: str) -> Reason | None:
    """A wall, an error page or a closed site that was sent instead of the page; `text` is all that it shows."""
    title = fold(page.title)
    short = fold(text[: WALL_LENGTH + 1])
    if _WALLS.search(title) or (len(short) <= WALL_LENGTH and _WALLS.search(short)):
        return "blocked", "A bot wall answered instead of the page."
    if _CLOSED.fullmatch(title) or (len(short) <= WALL_LENGTH and _CLOSED.search(short) and "maintenance" in short):
        return "not_an_article", "The site was closed for maintenance when this page was taken."
    if _MISSING.fullmatch(title.split(" | ", 1)[0].split(" - ", 1)[0].split(" > ", 1)[0].strip()):
        return "not_an_article", "An error page was sent as if it were the page."
    return None


def no_article(
    page: Page, layout: Layout, headline: str, lines: Sequence[Line], body: Sequence[Block], images: Sequence[Image]
) -> Reason | None:
    """Why what was read is no article, or None."""
    if reason := _by_headline(headline):
        return reason
    if not (body or page.cards or any(image.caption or image.url for image in images)):
        return "empty", "No words are where the article should be."
    known = layout.names_body
    if not known and (reason := _listing(page, layout, fold(headline), lines, body)):
        return reason
    if not headline and not (layout is DUMP and sum(block.text.count(" ") for block in body) >= UNTITLED_WORDS):
        return "not_an_article", "The page has no headline."
    if not known and page.root is not None and sum(len(block.text.split()) for block in body) < STUB_WORDS:
        return "stub", "Hardly a sentence is where the article should be."
    return None


def _by_headline(headline: str) -> Reason | None:
    key = fold(headline)
    if _SEARCH.fullmatch(key):
        return "listing", "The page shows search results."
    if _MISSING.fullmatch(key) or _CLOSED.fullmatch(key):
        return "not_an_article", f"The page says {headline!r}."
    return None


def _listing(page: Page, layout: Layout, headline: str, lines: Sequence[Line], body: Sequence[Block]) -> Reason | None:
    if sum(block.kind == "paragraph" for block in body) < CARDS and page.cards >= CARDS:
        return "listing", f"The page lists {page.cards} articles."
    if _HUB.fullmatch(headline):
        return "listing", f"The page is called {headline!r}, as section fronts are."
    kept = [line for line in lines if line.kept]
    shown = sum(len(line.text) for line in kept)
    linked = sum(min(len(line.text), sum(len(link.text) for link in line.links)) for line in kept)
    if shown and linked > LINKED * shown:
        return "listing", "Most of its words are links."
    if (page.is_afpims or len(body) <= 2) and page.article_links >= LINKS:
        return "listing", f"The page leads to {page.article_links} articles and is none."
    if page.is_afpims and body and layout.name != "afpims":
        return "not_an_article", "The publishing system's pages of articles have a container that this page lacks."
    return None
