"""How often and how gently the fetcher looks: `DATELINE_FETCHER_…` variables."""

from functools import cache
from urllib.parse import urlsplit

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

from services.runtime.egress import Limits

FIRST_BYTE = 8.0
"""Seconds until an answer must begin, and the longest pause within it; who needs longer is silent, and costs no thread
more than that."""
SLOWEST = 500
"""Bytes a second that an answer must bring from then on: at less, a page of 15 kB is not here before the deadline."""


class FetcherSettings(BaseSettings):
    """Seconds and bytes; the defaults suit a newsroom that knows nothing of us."""

    model_config = SettingsConfigDict(env_prefix="DATELINE_FETCHER_", frozen=True, extra="ignore")

    pace: float = Field(default=5.0, ge=0, le=3600)
    """Seconds between two requests to one host; 0 only for a newsroom of your own."""
    feed_interval: float = Field(default=300.0, gt=0)
    listing_interval: float = Field(default=900.0, gt=0)
    """Seconds between two looks at a listing or sitemap whose source says nothing else."""
    revisit_scale: float = Field(default=1.0, gt=0)
    """Stretches all planned waits between visits: 0.001 turns a week into ten minutes."""
    depth: int = Field(default=5, ge=1, le=1000)
    """Pages of a listing, or parts of a sitemap, that one round looks at."""
    walk_depth: int = Field(default=200, ge=1, le=100_000)
    """Documents that a walk through a listing or sitemap looks at, once a week and in the bulk lane."""
    gap_after: float = Field(default=1800.0, gt=0)
    """Seconds after which a page that a channel showed, and that is not stored, is a gap."""
    removal_after: float = Field(default=86_400.0, gt=0)
    """Seconds for which a page that answers 404 must be missing before it counts as removed. 410 and 451 need an hour
    at most; error pages sent as good ones, and redirects to no article, three times as long."""
    removal_looks: int = Field(default=3, ge=2, le=20)
    """Looks that must have missed it meanwhile."""
    timeout: float = Field(default=30.0, gt=0, le=40)
    """Seconds for one page with its redirects; with robots.txt it must end within the lease of its message."""
    max_page: int = Field(default=5_000_000, gt=0)
    """Bytes on the wire; twice as many when decoded, four times as many for a feed."""

    max_document: int = Field(default=20_000_000, gt=0)
    """Bytes of an address that ends in `.pdf`: releases come with their pictures."""

    max_file: int = Field(default=20_000_000, gt=0)
    """Bytes of an attachment or picture, where a source's rule keeps them."""

    @property
    def file_limits(self) -> Limits:
        """What one attachment or picture may cost."""
        return self._limits(wire=self.max_file, decoded=self.max_file)

    @property
    def page_limits(self) -> Limits:
        """What one page may cost."""
        return self._limits(wire=self.max_page, decoded=2 * self.max_page)

    def limits_of(self, url: str) -> Limits:
        """What the page at this address may cost."""
        if urlsplit(url).path.lower().endswith(".pdf"):
            return self._limits(wire=self.max_document, decoded=self.max_document)
        return self.page_limits

    @property
    def channel_limits(self) -> Limits:
        """What one look at a channel may cost."""
        return self._limits(wire=4 * self.max_page, decoded=4 * self.max_page)

    def _limits(self, *, wire: int, decoded: int) -> Limits:
        return Limits(self.timeout, first_byte=FIRST_BYTE, slowest=SLOWEST, wire=wire, decoded=decoded)

    def interval(self, kind: str) -> float:
        """Seconds between two rounds of a channel of this kind."""
        return self.feed_interval if kind == "feed" else self.listing_interval


@cache
def fetcher_settings() -> FetcherSettings:
    """The settings of this process, read once."""
    return FetcherSettings()
