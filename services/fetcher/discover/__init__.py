"""Channels to addresses: pure functions from the bytes of a feed, listing or sitemap to what they list."""

from services.fetcher.discover.feeds import read_feed
from services.fetcher.discover.found import Discovered, Listed, Unreadable
from services.fetcher.discover.listings import read_listing
from services.fetcher.discover.sitemaps import read_sitemap
from services.runtime.egress import EgressError
from services.runtime.egress.body import read_body

__all__ = ["Discovered", "Listed", "Unreadable", "discover"]

_READERS = {"feed": read_feed, "listing": read_listing, "sitemap": read_sitemap}
MAX_UNPACKED = 20_000_000
"""Bytes of a document that is a gzip file, when unpacked."""
_GZIP = b"\x1f\x8b"


def discover(kind: str, body: bytes, url: str, charset: str | None = None) -> Discovered | Unreadable:
    """What a channel of this kind (feed, listing, sitemap) lists, in its own order, each address once.

    `charset` is what the server calls its encoding; it counts where the document says nothing.
    """
    if body.startswith(_GZIP):
        try:
            body = read_body([body], "gzip", wire=len(body), decoded=MAX_UNPACKED)
        except EgressError as error:
            return Unreadable(f"The {kind} cannot be unpacked: {error}")
    return _READERS[kind](body, url, charset)
