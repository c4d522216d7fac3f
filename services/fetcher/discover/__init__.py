"""Channels to addresses: pure functions from the bytes of a feed, listing or sitemap to what they list."""

import zlib
from dataclasses import replace

from services.fetcher.discover.feeds import read_feed
from services.fetcher.discover.found import Discovered, Listed, Unreadable
from services.fetcher.discover.listings import read_listing
from services.fetcher.discover.sitemaps import read_sitemap
from services.runtime.egress import EgressError, TooLarge
from services.runtime.egress.body import read_body

__all__ = ["Discovered", "Listed", "Unreadable", "discover"]

_READERS = {"feed": read_feed, "listing": read_listing, "sitemap": read_sitemap}
MAX_UNPACKED = 20_000_000
"""Bytes of a document that is a gzip file, when unpacked."""
_GZIP = b"\x1f\x8b"
_GZIP_FILE = 31
"""The window by which zlib knows such a file."""


def discover(kind: str, body: bytes, url: str, charset: str | None = None) -> Discovered | Unreadable:
    """What a channel of this kind (feed, listing, sitemap) lists, in its own order, each address once.

    `charset` is what the server calls its encoding; it counts where the document says nothing.
    """
    broken: str | None = None
    for _twice in range(2):
        if not body.startswith(_GZIP):
            break
        try:
            body, broken = _unpacked(body)
        except EgressError as error:
            return Unreadable(f"The {kind} cannot be unpacked: {error}")
    result = _READERS[kind](body, url, charset)
    if broken and isinstance(result, Discovered):
        nothing = not result.listed and not result.parts
        return Unreadable(f"The {kind} cannot be unpacked. {broken}") if nothing else replace(result, note=broken)
    return result


def _unpacked(body: bytes) -> tuple[bytes, str | None]:
    """What it holds, as far as it goes, and one sentence where that is not to its end."""
    try:
        return read_body([body], "gzip", wire=len(body), decoded=MAX_UNPACKED), None
    except TooLarge:
        raise
    except EgressError as error:
        if readable := _beginning(body):
            return readable, f"It could be read in part: {error}"
        raise


def _beginning(body: bytes) -> bytes:
    try:
        return zlib.decompressobj(_GZIP_FILE).decompress(body, MAX_UNPACKED)
    except zlib.error:
        return b""
