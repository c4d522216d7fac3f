"""Pages that lead to articles and are none: fronts, hubs, archives, search results. Each hint alone proves nothing."""

import re
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

from services.parser.characters import fold
from services.parser.general.cards import Cards
from services.parser.json_ld import is_article, types
from services.parser.lexicon import either, either_folded, lexicon
from services.parser.page import Page

FEW, SOME, MANY = 3, 4, 8  # cards
DATED: Final = 3
SCARCE, LITTLE, ENOUGH = 25, 60, 150  # words of running text
SHORT: Final = 4  # words of a headline that may be the name of a section
MOST_ARTICLES: Final = 2  # that the head of a page may describe and still be about one
LONGEST_END: Final = 80  # characters of a path's end that are looked at
_LISTS: Final = frozenset({"CollectionPage", "SearchResultsPage", "ItemList", "Blog", "ProfilePage"})
_FORMS = lexicon("rejection")
_FRONT = re.compile(either_folded(_FORMS["fronts"]))
_ADDRESS = re.compile(rf"(?:{either(_FORMS['addresses'])})$")
_QUERY = re.compile(rf"(?:^|&){_FORMS['queries']}=")


@dataclass(frozen=True)
class Front:
    """What speaks for a page being a front: its name, its address, what its head says that it is."""

    named: bool
    addressed: bool
    is_home: bool
    declared: bool

    def __bool__(self) -> bool:
        return self.named or self.addressed or self.is_home or self.declared


def front_of(page: Page, headline: str) -> Front:
    """The hints that the page is a front, apart from its cards."""
    key = fold(headline)
    path, query = address_of(page)
    site = fold(page.meta("og:site_name"))
    return Front(
        named=bool(_FRONT.fullmatch(key) and key.count(" ") <= SHORT) or bool(site and key == site),
        addressed=bool(_ADDRESS.search(path[-LONGEST_END:]) or _QUERY.search(query)),
        is_home=bool(page.url) and not query and path.strip("/") == "",
        declared=any(not _LISTS.isdisjoint(types(thing)) for thing in page.things),
    )


def describes_article(page: Page) -> bool:
    """Whether the page's head describes an article; one that describes several is a list of them."""
    headlines = {str(thing.get("headline") or thing.get("name")) for thing in page.things if is_article(thing)}
    return 1 <= len(headlines) <= MOST_ARTICLES


def listing(page: Page, headline: str, cards: Cards) -> str | None:
    """Why the page is a listing and no article, or None. An article that signs or describes itself is none."""
    if cards.signed or describes_article(page):
        return None
    front = front_of(page, headline)
    short = headline.count(" ") < SHORT
    if why := _of_cards(cards, front, is_front=bool(front) or short or cards.titles >= MANY):
        return f"The page lists {max(cards.titles, cards.again)} others, {why}."
    if short and cards.titles >= SOME and cards.free < SCARCE:
        return f"The page lists {cards.titles} others, and hardly any text stands outside of them."
    if cards.paged and cards.dated >= DATED:
        return f"The page lists {cards.dated} others with their dates, and goes on elsewhere."
    if cards.prose < (ENOUGH if front.is_home else LITTLE if front.named and front.addressed else 0):
        return "The page is the front of a section, and has hardly any text of its own."
    return None


def _of_cards(cards: Cards, front: Front, *, is_front: bool) -> str | None:
    """What makes a page with several cards a listing."""
    if cards.titles < SOME and cards.again < FEW:
        return None
    if cards.prose < SCARCE and (is_front or cards.dated >= DATED):
        return "and has hardly any text of its own"
    if cards.free < LITTLE and cards.dated >= DATED and (is_front or cards.paged):
        return f"{cards.dated} of them with dates"
    if front and cards.free < (ENOUGH if cards.titles >= MANY or cards.paged else LITTLE):
        return "as section fronts do"
    return None


def address_of(page: Page) -> tuple[str, str]:
    """Path and query of the page's address, in small letters; empty where it has none."""
    try:
        address = urlsplit(page.url or page.canonical)
    except ValueError:
        return "", ""
    return address.path.lower(), address.query.lower()
