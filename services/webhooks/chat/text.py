"""Text of others, made fit for a chat: it mentions nobody, links nowhere, has no markup, and is not too long."""

import re
from collections.abc import Callable
from urllib.parse import quote

BREAK = "\u200b"
"""A space without width: it parts what a service would read as a mention or an address, and nobody sees it."""

_MENTION = re.compile(r"@(?=[^\s\u200b])")
_SCHEME = re.compile(r":(?=//)|(?<=mailto):|(?<=tel):", re.IGNORECASE)
# A name of a host as services recognise it without a scheme; "U.S." and "3.5" are none.
_DOT = re.compile(r"(?<=\w)\.(?=[^\W\d_]{2})")
_ACTS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]")
_MARKDOWN = re.compile(r"([\\`*_~|<>\[\]()#+=!:{}.-])")


def inert(text: str) -> str:
    """The text without what turns lines or acts on a screen, and with every mention and address parted."""
    text = _ACTS.sub("", text.replace("\r", "\n"))
    return _DOT.sub("." + BREAK, _SCHEME.sub(":" + BREAK, _MENTION.sub("@" + BREAK, text)))


def markdown(text: str) -> str:
    """Inert text in which no character is markup, for services that read Markdown."""
    return _MARKDOWN.sub(r"\\\1", inert(text))


def utf16(text: str) -> int:
    """The length of a text as most services count it: in units of UTF-16."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def utf8(text: str) -> int:
    """The length of a text in bytes of UTF-8."""
    return len(text.encode())


def fitted(text: str, limit: int, escape: Callable[[str], str] = inert, size: Callable[[str], int] = utf16) -> str:
    """The text, escaped, and cut with an ellipsis so that it is no longer than `limit` as `size` counts."""
    head = text[: limit + 1]  # escaping never makes a text shorter
    if len(head) == len(text) and size(whole := escape(text)) <= limit:
        return whole
    fits, exceeds = 0, len(head) + 1
    while exceeds - fits > 1:
        middle = (fits + exceeds) // 2
        if size(escape(head[:middle]) + "…") <= limit:
            fits = middle
        else:
            exceeds = middle
    return escape(head[:fits].rstrip()) + "…" if limit else ""


LONGEST_LINK = 2_000
"""Characters of an address; Discord takes 2,048, Slack 3,000."""
_SAFE = "%/:?#@!$&*+,;=~-._"


def link(url: str) -> str | None:
    """The address in characters that end no link and begin no markup; None for one that nobody should follow."""
    quoted = quote(url.strip(), safe=_SAFE)
    is_web = quoted.lower().startswith(("http://", "https://"))
    return quoted if is_web and len(quoted) <= LONGEST_LINK else None
