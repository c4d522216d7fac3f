"""Recognises pages that are no article, by what they show. A rejection is an expected outcome, so it is a value."""

import re
from collections.abc import Sequence
from typing import Final

from lxml import etree

from services.contracts.article import Block, RejectionReason
from services.parser.characters import fold, word_count
from services.parser.general.cards import Cards
from services.parser.layouts import DUMP
from services.parser.lexicon import either_folded, lexicon
from services.parser.lines import Line
from services.parser.listing import describes_article, listing
from services.parser.page import Page
from services.parser.parsed_page import Draft

WALL_LENGTH = 1_500  # characters; a longer page with these words in it is about them
STUB_WORDS = 12
SIGNED_WORDS = 6  # under a date or a byline of its own: "The bridge is closed until six."
LINKED = 0.6  # of the text: more than this is a list of links
UNTITLED_WORDS = 30  # a dump of the body alone has no headline, and is an article
UNTITLED_PAGE_WORDS = 60  # the same of a page of the first years, which has neither title nor heading
CARDS = 3
LINKS = 8
ERROR_WORDS: Final = 120  # of running text; a longer page that speaks of errors is about them
ERROR_TITLE: Final = 5  # words; a longer one is a headline that speaks of an error
FORM_WORDS: Final = 40
FORM_FIELDS: Final = 3

_FORMS = lexicon("rejection")
_SAID = rf"\W+(?:{either_folded(_FORMS['said'])})"
_WALLS = re.compile(either_folded(_FORMS["walls"]))
_MISSING = re.compile(either_folded(_FORMS["missing"]).replace("<said>", _SAID))
_CLOSED = re.compile(either_folded(_FORMS["closed"]))
_SORRY = re.compile(either_folded(_FORMS["sorry"]))
_SEARCH = re.compile(either_folded(_FORMS["search"]))
_HUB = re.compile(either_folded(_FORMS["hubs"]))
_ERROR = re.compile(either_folded(_FORMS["errors"]))
_APOLOGY = re.compile(either_folded(_FORMS["apologies"]))
_FORM = re.compile(either_folded(_FORMS["forms"]))
_MAP = re.compile(either_folded(_FORMS["maps"]))
_PASSWORD = etree.XPath("boolean(//input[@type='password'])")
_FIELDS = etree.XPath(
    "count(//main//form//*[self::input[not(@type) or @type='text' or @type='email'] or self::textarea])"
)

Reason = tuple[RejectionReason, str]


def walled(page: Page, lines: Sequence[Line]) -> Reason | None:
    """A wall, an error page or a closed site that was sent instead of the page; `lines` are all that it shows."""
    return walled_text(page, _shown(lines))


def walled_text(page: Page, text: str) -> Reason | None:
    """The same of a text dump."""
    title = fold(page.title)
    short = fold(text[: WALL_LENGTH + 1])
    if _WALLS.search(title) or (len(short) <= WALL_LENGTH and _WALLS.search(short)):
        return "blocked", "A bot wall answered instead of the page."
    closed = len(short) <= WALL_LENGTH and _CLOSED.search(short) and "maintenance" in short
    if _CLOSED.fullmatch(title) or (closed and _SORRY.search(short)):
        return "not_an_article", "The site was closed for maintenance when this page was taken."
    if _MISSING.fullmatch(title.split(" | ", 1)[0].split(" - ", 1)[0].split(" > ", 1)[0].strip()):
        return "not_an_article", "An error page was sent as if it were the page."
    return None


def _words(draft: Draft, body: Sequence[Block]) -> int:
    """How many words the body has, or the captions of a page of pictures."""
    texts = [block.text for block in body] or [image.caption or "" for image in draft.images]
    return sum(word_count(text) - 1 for text in texts)


def no_article(draft: Draft, body: Sequence[Block], cards: Cards | None) -> Reason | None:
    """Why what was read is no article, or None. `cards` are those of an HTML page."""
    page, layout, headline = draft.parsed.page, draft.parsed.layout, draft.headline
    if reason := _by_headline(headline):
        return reason
    if not (body or page.cards or any(image.caption or image.url for image in draft.images)):
        return "empty", "No words are where the article should be."
    known = layout.names_body and any(line.inside for line in draft.lines)
    if not known and (reason := _listing(draft, body) or (_apart(draft, cards) if cards else None)):
        return reason
    if not headline and _words(draft, body) < (UNTITLED_WORDS if layout is DUMP else UNTITLED_PAGE_WORDS):
        return "not_an_article", "The page has no headline."
    shows_video = draft.parsed.videos > 0 and cards is not None and cards.signed
    tokens = sum(word_count(block.text) for block in body)
    least = SIGNED_WORDS if cards is not None and cards.signed else STUB_WORDS
    if not known and page.root is not None and tokens < least and not shows_video:
        return "stub", "Hardly a sentence is where the article should be."
    return None


def _shown(lines: Sequence[Line]) -> str:
    """The text of a page, as much of it as tells that it is too long to be a wall."""
    result, length = [], 0
    for line in lines:
        result.append(line.text)
        length += len(line.text)
        if length > WALL_LENGTH:
            break
    return " ".join(result)


def _by_headline(headline: str) -> Reason | None:
    key = fold(headline)
    if _SEARCH.fullmatch(key):
        return "listing", "The page shows search results."
    if _MISSING.fullmatch(key) or _CLOSED.fullmatch(key):
        return "not_an_article", f"The page says {headline!r}."
    return None


def _apart(draft: Draft, cards: Cards) -> Reason | None:
    """A listing by its cards, a map of the site, a form to fill in, an error in words of its own."""
    page, headline = draft.parsed.page, draft.headline
    if cards.signed or describes_article(page):
        return None
    key = fold(page.without_site(headline))
    if _MAP.fullmatch(key):
        return "listing", f"The page is called {headline!r}: it leads to every other."
    if _is_sorry(draft, cards, key):
        return "not_an_article", "An error page was sent as if it were the page."
    if cards.prose < FORM_WORDS and page.root is not None:
        if _FORM.fullmatch(key) or _PASSWORD(page.root):
            return "not_an_article", "The page is a form to log in or to register with."
        if _FIELDS(page.root) >= FORM_FIELDS and " " not in key.strip():
            return "not_an_article", "The page is a form to fill in."
    why = listing(page, headline, cards)
    return ("listing", why) if why else None


def _is_sorry(draft: Draft, cards: Cards, headline: str) -> bool:
    """Whether a page with hardly any text is called an error, or says in its text that something is not there."""
    titles = (headline, fold(draft.parsed.page.without_site(draft.parsed.page.title)))
    labels = any(title.count(" ") < ERROR_TITLE and _ERROR.search(title) for title in titles)
    if cards.prose < FORM_WORDS and labels:
        return True
    short = labels or headline.count(" ") < ERROR_TITLE
    return short and cards.prose < ERROR_WORDS and any(_APOLOGY.search(line.key) for line in draft.lines if line.kept)


def _listing(draft: Draft, body: Sequence[Block]) -> Reason | None:
    page, layout, headline = draft.parsed.page, draft.parsed.layout, fold(draft.headline)
    if sum(block.kind == "paragraph" for block in body) < CARDS and page.cards >= CARDS:
        return "listing", f"The page lists {page.cards} articles."
    if _HUB.fullmatch(headline):
        return "listing", f"The page is called {headline!r}, as section fronts are."
    entries = [line for line in draft.lines if line.kept]
    shown = sum(len(line.text) for line in entries)
    linked = sum(min(len(line.text), sum(len(link.text) for link in line.links)) for line in entries)
    if shown and linked > LINKED * shown:
        return "listing", "Most of its words are links."
    if (page.is_afpims or len(body) <= 2) and page.article_links >= LINKS:
        return "listing", f"The page leads to {page.article_links} articles and is none."
    if page.is_afpims and body and layout.name != "afpims":
        return "not_an_article", "The publishing system's pages of articles have a container that this page lacks."
    return None
