"""Redacts text for logs and lists: secrets, and control characters that act on a terminal.

Secrets are kept out of logs where they are made. This is the second line, for texts that others wrote: an address with
a token in it, the words of an exception.
"""

import re
from collections.abc import Callable, Mapping
from typing import Any

HIDDEN = "***"
API_KEY = re.compile(r"dl_[0-9]+_[0-9A-Za-z]{43}")

_SECRETS = re.compile(
    r"(?P<key>dl_[0-9]+_)[0-9A-Za-z]{8,}"
    r"|(?P<endpoint>whsec_)[0-9A-Za-z+/=_-]{8,}"
    r"|(?P<header>\b(?:Bearer|Basic)\s{1,3})[0-9A-Za-z._~+/=-]{8,}"
    r"|(?P<login>\b[a-z][a-z0-9+.-]{1,20}://)[^\s/?#@]{1,400}(?=@)"
    r"|(?P<query>[?&](?:[a-z]{1,20}[_-]){0,3}(?:password|secret|token|key|signature|sig|auth|code)=)[^\s&#\"']+"
    # Not the prose after a colon ("the secret: another key sealed it"), which is small words one after the other.
    r"|(?P<named>\b(?:[a-z]{1,20}[_-]){0,3}(?:password|secret|token|api_?key)(?!:\s(?-i:[a-z]{1,15} [a-z]))"
    r"[\"']?\s?[=:]\s?[\"']?)[^\s&;,\"']+",
    re.IGNORECASE,
)
# C0 and C1 but for the tab, and what turns or ends a line for whoever looks: marks of direction, separators, the BOM.
_CONTROLS = re.compile(r"[\x00-\x08\x0a-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]")


def redacted(text: str) -> str:
    """The text, with what looks like a secret replaced by three stars."""
    if text.isalnum():
        return text  # each secret has a mark in it, and most values of a line of the log have none
    return _SECRETS.sub(lambda result: result[result.lastgroup or 0] + HIDDEN, text)


def visible(text: str) -> str:
    """The text on one line, with its number in place of every character that would act on a terminal: `<U+001B>`."""
    return _CONTROLS.sub(lambda result: f"<U+{ord(result[0]):04X}>", text)


def at_every_depth(mend: Callable[[str], str], words: Any) -> Any:
    """The same mappings and sequences, with each text in them mended."""
    if words is None or isinstance(words, int | float):
        return words  # sooner known than that it is no mapping
    match words:
        case str():
            return mend(words)
        case Mapping():
            return {name: at_every_depth(mend, term) for name, term in words.items()}
        case list() | tuple() | set() | frozenset():
            return [at_every_depth(mend, token) for token in words]
    return words
