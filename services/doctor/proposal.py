"""A source as TOML, as `dateline sources --load` takes it."""

import re
from collections.abc import Iterable, Sequence
from urllib.parse import urlsplit

from services.contracts.urls import site_family
from services.doctor.findings import ChannelFinding
from services.fetcher.editing.toml_text import as_toml
from services.fetcher.politeness import host_of
from services.fetcher.scope import ARTICLES
from services.fetcher.source_seeds import SourceSeed


def propose(
    url: str, title: str, channels: Sequence[ChannelFinding], pattern: str | None, articles: Iterable[str]
) -> str | None:
    """The source with these channels, or None where none of them leads to articles."""
    if not (chosen := _chosen(channels, pattern)):
        return None
    families = {site_family(host_of(channel.url)) for channel in chosen}
    others = sorted({host_of(address) for address in articles if site_family(host_of(address)) not in families})[:5]
    alone = all(channel.kind == "feed" for channel in chosen)
    source = {
        "name": name_of(url),
        "title": title[:200],
        "hosts": others,
        "pages": [pattern] if pattern and pattern not in ARTICLES and not alone else [],
        "channels": [{"kind": channel.kind, "url": channel.url} for channel in chosen],
    }
    return as_toml([SourceSeed.model_validate(source)])


def reason_left_out(channel: ChannelFinding, channels: Sequence[ChannelFinding], pattern: str | None) -> str | None:
    """Why this one of the channels is no part of the proposal, in a sentence; None where it is."""
    chosen = _chosen(channels, pattern)
    if channel in chosen:
        return None
    if not channel.listed:
        return "Left out: it lists nothing."
    if channel.kind != "feed" and pattern is None:
        return "Left out: no pattern tells which of its addresses are articles."
    if channel.kind != "sitemap" and not channel.articles:
        return "Left out: none of its addresses looks like an article."
    if any(other.kind == channel.kind for other in chosen):
        return f"Left out: one {channel.kind} is enough."
    return "Left out: a feed or a listing shows news first. Add it where they do not list all articles."


def name_of(url: str) -> str:
    """What people would call it: the first word of its host, in the letters of a name."""
    host = (urlsplit(url).hostname or "").removeprefix("www.")
    first = host if re.fullmatch(r"[\d.]+", host) else host.partition(".")[0]
    return re.sub(r"[^a-z0-9-]+", "-", first.lower()).strip("-")[:63] or "source"


def _chosen(channels: Sequence[ChannelFinding], pattern: str | None) -> list[ChannelFinding]:
    """Feeds and a listing; a sitemap where there is neither. What needs a pattern is left out without one."""
    may = [channel for channel in channels if channel.articles or (channel.kind == "sitemap" and channel.listed)]
    feeds = [channel for channel in may if channel.kind == "feed"]
    listings = [channel for channel in may if channel.kind == "listing" and pattern][:1]
    return [*feeds, *listings] or [channel for channel in may if channel.kind == "sitemap" and pattern][:1]
