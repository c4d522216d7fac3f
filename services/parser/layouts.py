"""Where things are on each publishing system: data, nothing else.

A layout with a `body` zone says where the words are, and a line outside of every zone is not the article's. One
without trusts its whole region. Class names are taken from captured pages unless marked as reported by others.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from urllib.parse import urlsplit

from lxml import etree

from services.contracts.addresses import web_address
from services.contracts.article import ArticleKind
from services.parser.characters import Decoded, decoded
from services.parser.page import Page


def _has(word: str, tag: str = "*") -> str:
    return f"//{tag}[contains(concat(' ', @class, ' '), ' {word} ')]"


@dataclass(frozen=True)
class Layout:
    """One publishing system, as it stood at some time.

    `region` finds the main region: the first match is read, and having one is what makes a page of this layout.
    `sign` is in the markup of every such page, so that most layouts need no look at the tree.
    `official` layouts are known by so little that only the page of a government is taken for one.
    `zones` maps words of class or id attributes to the part of the page they begin.
    """

    name: str
    sign: str
    region: str
    zones: tuple[tuple[str, str], ...]
    kind: ArticleKind = "other"
    archive: bool = False
    official: bool = False
    version: str = "2"
    """Bumped, with the parser's, when it may read its pages otherwise: then these can be read again, and no others."""

    @property
    def names_body(self) -> bool:
        """Whether a zone says where the words are."""
        return any(zone == "body" for _, zone in self.zones)


# Since 2017.
AFPIMS = Layout(
    name="afpims",
    sign="adetail",
    region=_has("adetail", "div"),
    kind="news",
    zones=(
        ("maintitle", "headline"), ("date", "published"), ("author-block", "byline"), ("byline", "byline"),
        ("author", "byline"), ("info", "story-line"), ("cont-type", "kicker"), ("presenterinfoType", "kicker"),
        ("subtitle", "dek"), ("body", "body"), ("body-text", "body"),
        ("image-caption", "caption"), ("da_media_item", "picture"), ("more-share", "share"),
    ),
)  # fmt: skip

_BODIES = ("body", "body-text", "article-body", "article-text", "article-detail-body")
_PANEL = "//div[contains(@id, '_ViewArticle_UpdatePanel')]"
# Skins of single services have their own classes; the module's panel around the article is in all of them.
AFPIMS_SKIN = replace(
    AFPIMS,
    sign="_ViewArticle_UpdatePanel",
    region=f"{_PANEL}[{' or '.join('.' + _has(term) for term in _BODIES)}]",
    zones=(*AFPIMS.zones, ("title", "headline"), *((token, "body") for token in _BODIES)),
)
AFPIMS_BARE_SKIN = replace(
    AFPIMS_SKIN, region=_PANEL, zones=tuple((token, zone) for token, zone in AFPIMS_SKIN.zones if zone != "body")
)

_PRINT_ZONES = (
    ("title", "headline"), ("biotitleprint", "headline"), ("da_story_info", "story-line"), ("da_black", "body"),
    ("da_media_item", "picture"), ("da_print", "print-tools"), ("da_body_center", "tags"),
)  # fmt: skip

# 2012 to June 2017.
AFPIMS_PRINT = Layout(
    name="afpims-print",
    sign="da_print_body",
    region="//form[.//div[@class='da_print_body']]",
    zones=_PRINT_ZONES,
    kind="news",
)

AFPIMS_PRINT_BIOGRAPHY = replace(
    AFPIMS_PRINT, sign="da_print_bio", region="//form[.//div[@class='da_print_bio']]", kind="biography"
)

# The skin of defense.gov between the two above, until 2020; class names as reported by people who read it then.
DEFENSE_2015 = Layout(
    name="defense-2015",
    sign="article-view",
    region=_has("article-view", "div") + f"[{' or '.join('.' + _has(x) for x in ('body', 'article-body', 'text'))}]",
    zones=(
        ("maintitle", "headline"), ("title", "headline"), ("info", "story-line"), ("author", "byline"),
        ("org", "label"),
        ("date", "published"), ("body", "body"), ("article-body", "body"), ("text", "body"),
    ),
    kind="news",
)  # fmt: skip

# Until 20 January 2017.
WHITE_HOUSE_2017 = Layout(
    name="white-house-archive",
    sign="panel-col-section-content",
    region="//div[contains(@class, 'panel-col-section-content')]/..",
    zones=(
        ("pane-node-title", "headline"), ("pane-node-field-forall-body", "body"),
        ("pane-node-field-transcript", "body"),
        ("author-pane-link", "story-line"), ("pane-forall-blog-post-author-pane", "story-line"),
        ("press-article-header-wrapper", "kicker"), ("press-article-date", "published"),
        ("pane-node-field-forall-summary", "dek"), ("field-label", "label"), ("panel-header", "navigation"),
        ("pane-press-office-listings-panel", "related"), ("press-article-media-links", "picture-tools"),
        ("pane-page-slogan", "notice"),
    ),
    kind="news",
    archive=True,
)  # fmt: skip

USWDS = Layout(
    name="uswds",
    sign="main",
    region="//main",
    official=True,
    version="5",
    zones=(
        ("cdc-page-title-bar__item--date", "published"), ("usa-intro", "dek"), ("dateline", "byline-or-date"),
        ("article-meta__doctype", "kicker"), ("article-meta__author-bureau", "byline"),
    ),
)  # fmt: skip

USWDS_BY_ROLE = replace(USWDS, region="//*[@role='main']|//*[@id='main-content']")

WHOLE_PAGE = Layout(name="unknown", sign="", region="//body", zones=(), version="6")
# People keep dumps of news; a page of an unknown site may be anything.
DUMP = Layout(name="text-dump", sign="", region="", zones=(), kind="news", version="4")
# A release as a file: what is printed says what it is, and all of it is the document's.
DOCUMENT = Layout(name="pdf", sign="", region="", zones=(("body", "body"),), kind="document", version="1")

LAYOUTS = (
    AFPIMS,
    AFPIMS_PRINT,
    AFPIMS_PRINT_BIOGRAPHY,
    WHITE_HOUSE_2017,
    DEFENSE_2015,
    AFPIMS_SKIN,
    AFPIMS_BARE_SKIN,
    USWDS,
    USWDS_BY_ROLE,
)
LEARNED = frozenset(layout.name for layout in (*LAYOUTS, WHOLE_PAGE, DUMP)) - frozenset(
    layout.name for layout in LAYOUTS if layout.names_body
)
"""The layouts whose pages are read with the profile of their site: those that never know better."""
VERSIONS = {layout.name: layout.version for layout in (*LAYOUTS, WHOLE_PAGE, DUMP, DOCUMENT)}
"""The version of each layout, by its name: the skins of one count as one."""
_UNREAD = frozenset({"script", "style", "noscript"})
_Finder = tuple[Layout, bytes, etree.XPath]
_FINDERS: tuple[_Finder, ...] = tuple((layout, layout.sign.encode(), etree.XPath(layout.region)) for layout in LAYOUTS)


# Each form begins with letters, so that a search for it costs next to nothing on the pages that lack it.
_OFFICIAL = tuple(
    re.compile(form.encode())
    for form in (
        *(
            rf"{system}-(?<=[\"' ]{system}-)"
            "(?:banner|header|footer|identifier|prose|layout|nav|section|intro|page-title)"
            for system in ("usa", "cdc")
        ),
        "official website of the",
        "sitio (?:web )?oficial del gobierno",
    )
)


_SIGNS = (b"usa-", b"cdc-", b"official website of the", b"oficial del gobierno")


def recognise(page: Page, markup: Decoded) -> tuple[Layout, etree._Element | None]:
    """The layout of a page and its main region; `WHOLE_PAGE` and the body element where no layout is known."""
    if page.root is None:
        return WHOLE_PAGE, None
    for layout, sign, find in _possible(page, markup):
        if sign in markup.utf8 and (region := next(filter(_has_words, find(page.root)), None)) is not None:
            return layout, region
    return WHOLE_PAGE, page.root.find("body")


def _possible(page: Page, markup: Decoded) -> Iterator[_Finder]:
    yield from (finder for finder in _FINDERS if not finder[0].official)
    if is_official(page, markup):  # asked only of a page that is none of the others
        yield from (finder for finder in _FINDERS if finder[0].official)


def _has_words(region: etree._Element) -> bool:
    """Whether anything is said in it: a mark to jump to is no region."""
    return any(_says_words(element, region) for element in region.iter())


def _says_words(element: etree._Element, region: etree._Element) -> bool:
    text, tail = element.text, element.tail
    if text and not text.isspace() and isinstance(element.tag, str) and element.tag not in _UNREAD:
        return True
    return bool(tail) and not tail.isspace() and element is not region


def is_official(page: Page, markup: str) -> bool:
    """Whether a government sent it: every site has a `<main>`, and only those of agencies can be trusted with it."""
    hosts = (
        urlsplit(address).hostname or "" for entry in (page.url, page.canonical) if (address := web_address(entry))
    )
    if any(re.search(r"\.(?:gov|mil)(?:\.|$)", host) for host in hosts):
        return True
    folded = decoded(markup).lowered
    return any(sign in folded for sign in _SIGNS) and any(form.search(folded) for form in _OFFICIAL)
