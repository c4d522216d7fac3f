"""Which article a page speaks for."""

from urllib.parse import urlsplit

from services.contracts.article import Article
from services.contracts.messages import SaveArticle
from services.contracts.urls import NUMBERED, BadAddress, address_key, page_key
from services.store.traces import is_same_text
from services.store.twins import contradict
from services.store.wording import alike

WITHOUT_ADDRESS = "import:"
"""How the key of a page begins that was imported without its address."""


def claimed_key(order: SaveArticle) -> str:
    """The identity that the page goes by: its own key, whatever it says of itself.

    Only an import without an address is believed when it names its canonical address, or else its article number.
    """
    if not order.origin.key.startswith(WITHOUT_ADDRESS):
        return order.origin.key
    try:
        if order.article.canonical_url:
            return page_key(order.article.canonical_url)
    except BadAddress:
        pass  # a claim that is no address is none
    return order.article.article_key or order.origin.key


def own_key(order: SaveArticle) -> str:
    """The identity that nobody else can have: the page's very address, or the key of the import."""
    return address_key(order.origin.url) if order.origin.url else order.origin.key


def plain_address(url: str | None) -> str | None:
    """The one spelling under which an article's addresses are compared."""
    try:
        return address_key(url) if url else None
    except BadAddress:
        return None


def strangers(key: str, known: Article, known_url: str | None, new: Article, new_url: str | None) -> bool:
    """Whether two texts under one key must be kept apart.

    Two systems may count articles alike, so a number that comes from another host (or from nowhere) counts only
    together with the same headline or some of the same words. So does an address that leads to another one; there, two
    dates that contradict each other tell two texts apart, unless they are the same to the word.
    """
    if not known_url or not new_url or _host(known_url) != _host(new_url):
        return not alike(known, new)
    numbered = key.startswith(NUMBERED) and page_key(new_url) == key
    if numbered or address_key(known_url) == address_key(new_url):
        return False
    return not alike(known, new) or (contradict(known, new) and not is_same_text(known, new))


def _host(url: str) -> str:
    return (urlsplit(url).hostname or "").removeprefix("www.")
