"""What the address of a page says of the article: the address inside a tracking link, its number, its slug."""

import re
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

from services.parser.characters import fold

TIMES = 2  # an address inside an address inside an address is nobody's
CUT = 48  # characters: publishing systems cut slugs at 50 and at 80
LONGEST = 2_000
_INNER = re.compile(r"https?:/{1,2}(?=[\w-]+\.)", re.IGNORECASE)
_NUMBER = re.compile(r"/article/(\d{1,12})(?:[/.?]|$)|[?&]article=(\d{1,12})(?:&|$)", re.IGNORECASE)
_HOST = re.compile(r"\s*(?:https?:/{1,2}|//)(?:[^/?#@\s]*@)?([\w-]+(?:\.[\w-]+)+(?::\d+)?)(?=[/?#]|$)", re.IGNORECASE)
_ENDING = re.compile(r"\.(?:aspx?|html?|php|cfm|jsp)$", re.IGNORECASE)
_AGAIN = re.compile(r"(?:-|^)\d{1,3}$")
_PART = re.compile(r"[^\W_]+")


@dataclass(frozen=True)
class Slug:
    """The words of an address that name the headline; the last may be cut short."""

    words: tuple[str, ...]
    cut: bool


def true_address(url: str | None) -> str:
    """The address that was meant: mail systems and archives carry it behind their own, perhaps percent-encoded."""
    address = (url or "")[:LONGEST]
    for _ in range(TIMES):
        address = unquote(address)
    inner = [result.start() for result in _INNER.finditer(address)]
    return address[inner[-1] :] if len(inner) > 1 else address


def article_number(url: str | None) -> int | None:
    """The number under which AFPIMS keeps an article, if the address has one."""
    match = _NUMBER.search(true_address(url))
    return int(match[1] or match[2]) if match else None


def address_host(url: str | None) -> str | None:
    """The host of an address, with its port; None for a relative one and for what is no address."""
    match = _HOST.match(true_address(url))
    return match[1].casefold() if match else None


def slug(url: str | None) -> Slug | None:
    """The slug of an article's address, if it has one of at least two words."""
    try:
        path = urlsplit(true_address(url)).path
    except ValueError:
        return None
    for segment in reversed(path.split("/")):
        text = _AGAIN.sub("", _ENDING.sub("", segment))
        tokens = tuple(_PART.findall(fold(text)))
        if len(tokens) > 1 and ("-" in text or "_" in text) and not all(term.isdecimal() for term in tokens):
            return Slug(tokens, cut=len(text) >= CUT)
    return None


def slug_words(text: str) -> list[str]:
    """The words of a line as slugs spell them: without apostrophes, full stops between capitals, and case."""
    return _PART.findall(re.sub(r"(?<=\w)['.](?=\w)|'", "", fold(text)))


def parted_words(text: str) -> list[str]:
    """The same as some systems spell them: "U.S." is two words there."""
    return _PART.findall(fold(text).replace("'", ""))
