"""The one rule for the addresses that an article may carry: canonical address, pictures, links and attachments.

A page may name any address, and readers' browsers follow what a feed, a webhook or the desk gives them. So an address
is written as a browser would read it, and only then judged. `Article` applies the rule to all of its addresses: what
breaks it is in no article, wherever that comes from. A mailbox (`mailto:`) is no page: it stays words of the text.
"""

import re
from urllib.parse import quote, urljoin, urlsplit

LONGEST = 4_000
"""Characters of an address: twice what browsers and proxies have agreed to take."""
_WEB = frozenset({"http", "https"})
# What browsers strip from both ends, and what they leave out wherever it stands.
_AROUND = "".join(map(chr, range(0x21))) + "\x7f\x85\xa0\u1680\u2028\u2029\u202f\u205f\u3000\ufeff"
_NOWHERE = str.maketrans("", "", "\t\n\r")
# White space, control, direction and invisible characters, quotes and brackets: not one of them may stand bare.
_BARE = re.compile('[\x00-\x20\x7f-\xa0\xad\u061c\u1680\u180e\u2000-\u200f\u2028-\u202f\u205f-\u206f\u3000\ufeff"<>`]')
_SURROGATES = re.compile("[\ud800-\udfff]")
# What most addresses look like: complete, with nothing in them that would have to be looked at, or written otherwise.
_PLAIN = re.compile(
    r"https?://(?:[a-z0-9-]{1,63}\.){1,8}[a-z]{2,20}/[\w/.~%+,!*:@-]*(?:\?[\w/.~%+,!*:@=&-]+)?", re.ASCII
)
_HOST = re.compile(r"[^\s/\\@\"<>%|^`{}]+")


def web_address(address: str | None, base: str | None = None) -> str | None:
    """An absolute http or https address with a host and nobody's password; None for any other.

    A relative one is completed by `base`, if that is a web address itself.
    """
    if address and len(address) <= LONGEST and _PLAIN.fullmatch(address):
        return address
    joined = _joined(address, base)
    if not joined:
        return None
    try:
        parts = urlsplit(joined)
        parts.port  # noqa: B018 - raises for a port that is none
    except ValueError:
        return None
    if (
        parts.scheme not in _WEB
        or not parts.hostname
        or _BARE.search(parts.hostname)
        or not _HOST.fullmatch(parts.netloc)
    ):
        return None
    return _safe(parts.scheme + joined[len(parts.scheme) :])


def _joined(address: str | None, base: str | None) -> str | None:
    """The address as a browser reads it, complete."""
    if not address or len(address) > LONGEST:
        return None
    plain = _SURROGATES.sub("\ufffd", address.strip(_AROUND).translate(_NOWHERE))
    if not base:
        return plain
    try:
        return urljoin(base, plain)
    except ValueError:
        return None


def _safe(address: str) -> str | None:
    safe = _BARE.sub(lambda result: quote(result[0]), address)
    return safe if len(safe) <= LONGEST else None
