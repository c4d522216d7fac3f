"""Channels to addresses: pure functions from the bytes of a feed, listing or sitemap to what they list."""

from services.fetcher.discover.feeds import read_feed
from services.fetcher.discover.found import Found, Listed, Unreadable
from services.fetcher.discover.listings import read_listing
from services.fetcher.discover.sitemaps import read_sitemap

__all__ = ["Found", "Listed", "Unreadable", "discover"]

_READERS = {"feed": read_feed, "listing": read_listing, "sitemap": read_sitemap}


def discover(kind: str, body: bytes, url: str) -> Found | Unreadable:
    """What a channel of this kind (feed, listing, sitemap) lists, in its own order, each address once."""
    return _READERS[kind](body, url)
