"""Pages that stay and are no news: privacy policy, glossary, staff, about, frequently asked questions."""

import re
from collections.abc import Iterator
from itertools import islice
from typing import Final
from urllib.parse import urlsplit

from lxml import etree

from services.parser.characters import fold
from services.parser.general.cards import Cards
from services.parser.layouts import is_official
from services.parser.lexicon import either, either_folded, lexicon
from services.parser.listing import address_of, describes_article
from services.parser.parsed_page import Draft

LONG: Final = 200  # words of running text; an agency's longer page may be a report that bears no date
MENU: Final = 3  # links beside each other, at least
ENTRY: Final = 60  # characters of an entry of a menu
MOST_LINKS: Final = 3_000  # of a page that are looked at
SURE: Final = frozenset({"byline", "dateline", "label", "time", "microdata", "json-ld"})
"""Evidence of a date that stands for its day. A content system gives every page some date in its head."""
_FORMS = lexicon("reference")
_TITLE = re.compile(either_folded(_FORMS["titles"]))
_PATH = re.compile(either(_FORMS["paths"]))
_NEWS = re.compile(either(_FORMS["news"]))
_WORD = re.compile(r"/[a-z]+/?")  # "/heroes": no article of an agency has so short an address
_LINKS = etree.XPath("//ul/li/a[@href] | //ul/li/*/a[@href] | //nav//a[@href]")
_TYPES: Final = frozenset({"AboutPage", "ContactPage"})


def is_reference(draft: Draft, evidence: str | None, cards: Cards) -> bool:
    """Whether it is such a page: by its name, or because an agency's page is no news by any sign.

    `evidence` is that of the date of publication.
    """
    page, layout = draft.parsed.page, draft.parsed.layout
    if cards.signed or draft.story.byline or draft.dateline or describes_article(page):
        return False
    if _TITLE.fullmatch(fold(page.without_site(draft.headline))):
        return True
    path, _ = address_of(page)
    if evidence in SURE or _NEWS.search(path) or not is_official(page, draft.parsed.markup):
        return False
    lacks_body = layout.names_body and not any(line.inside for line in draft.lines)
    return lacks_body or _PATH.search(path) is not None or (cards.prose < LONG and _is_in_menu(draft))


def is_reference_dump(draft: Draft, evidence: str | None) -> bool:
    """Whether a dump is of such a page: it has no date and nobody signed it, and its title or its address says so."""
    if draft.kind or evidence or draft.story.byline or draft.dateline:
        return False
    path, _ = address_of(draft.parsed.page)
    labels = _TITLE.fullmatch(fold(draft.parsed.page.without_site(draft.headline))) is not None
    if labels or _NEWS.search(path):
        return labels
    short = not draft.headline and _WORD.fullmatch(path.lower()) is not None
    return _PATH.search(path) is not None or (short and is_official(draft.parsed.page, draft.parsed.markup))


def _is_in_menu(draft: Draft) -> bool:
    """Whether a menu of the page leads to the page itself."""
    own = {key for address in (draft.parsed.page.url, draft.parsed.page.canonical) if (key := _key(address))}
    return any(_is_entry(link) for link in _own_links(draft, own))


def _own_links(draft: Draft, own: set[tuple[str, str]]) -> Iterator[etree._Element]:
    page = draft.parsed.page
    for link in islice(_LINKS(page.root), MOST_LINKS) if page.root is not None and own else ():
        written = link.get("href")
        if not written.startswith("#") and _key(page.absolute(written)) in own:
            yield link


def _is_entry(link: etree._Element) -> bool:
    """Whether a link is one of several short ones in a list, and that list no trail of crumbs."""
    item = next(link.iterancestors("li"), None)
    if item is None or len("".join(link.itertext()).strip()) > ENTRY:
        return False
    marks = " ".join((above.get("class") or "") for above in islice(item.iterancestors(), 3)).lower()
    beside = [entry for entry in item.getparent() if entry.tag == "li"]
    return len(beside) >= MENU and not any(token in marks for token in ("crumb", "share", "social", "pag", "lang"))


def _key(address: str | None) -> tuple[str, str] | None:
    try:
        parts = urlsplit(address or "")
        path = parts.path.rstrip("/").lower()
        return ((parts.hostname or "").removeprefix("www."), path) if path else None
    except ValueError:
        return None
