"""A source as TOML, as `dateline sources --load` takes it."""

import json
import re
import tomllib
from collections.abc import Iterable, Sequence
from urllib.parse import urlsplit

from services.contracts.urls import site_family
from services.doctor.findings import ChannelFinding
from services.fetcher.politeness import host_of
from services.fetcher.scope import ARTICLES
from services.fetcher.sources import SourceSeed


def propose(
    url: str, title: str, channels: Sequence[ChannelFinding], pattern: str | None, articles: Iterable[str]
) -> str | None:
    """The source with these channels, or None where none of them leads to articles."""
    if not (chosen := _chosen(channels, pattern)):
        return None
    families = {site_family(host_of(channel.url)) for channel in chosen}
    others = sorted({host_of(address) for address in articles if site_family(host_of(address)) not in families})[:5]
    lines = ["[[source]]", f"name = {_text(name_of(url))}", f"title = {_text(title[:200])}"]
    lines += [f"hosts = {_list(others)}"] if others else []
    alone = all(channel.kind == "feed" for channel in chosen)
    lines += [f"pages = {_list([pattern])}"] if pattern and pattern not in ARTICLES and not alone else []
    for channel in chosen:
        lines += ["", "[[source.channels]]", f"kind = {_text(channel.kind)}", f"url = {_text(channel.url)}"]
    written = "\n".join(lines) + "\n"
    SourceSeed.model_validate(tomllib.loads(written)["source"][0])
    return written


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


def _text(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def _list(entries: Sequence[str]) -> str:
    return "[" + ", ".join(map(_text, entries)) + "]"
