"""Where a feed says that it is pushed from: its WebSub hub, and the address under which the hub knows it."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from services.contracts.urls import BadAddress, canonical_url

LOOKED = 50_000
"""Bytes at the beginning of a feed in which its own links stand."""
_HEADER = re.compile(r"<([^<>]{1,2000})>\s{0,9}((?:;[^,;]{0,200}){1,9})")
_LINK = re.compile(rb"<(?:\w{1,20}:)?link\b([^<>]{1,3000})>")
_ENTRY = re.compile(rb"<(?:item|entry)\b")
_ATTRIBUTE = re.compile(r"\b(rel|href)\s{0,9}=\s{0,9}[\"']?([^\"'<>\s;,]{1,2000})")
_JSON_HUB = re.compile(rb"\"type\"\s{0,9}:\s{0,9}\"WebSub\"[^{}]{0,500}\"url\"\s{0,9}:\s{0,9}\"([^\"]{1,2000})\"")


@dataclass(frozen=True)
class Hub:
    """A hub, and the topic to subscribe to."""

    url: str
    topic: str


def hub_of(body: bytes, url: str, headers: Iterable[tuple[str, str]]) -> Hub | None:
    """The hub that a feed names, in a Link header, or in itself; None where it names none that can be asked."""
    links = [*_in_headers(headers), *_in_feed(body[:LOOKED])]
    hub = next((address for rel, address in links if rel == "hub"), None)
    topic = next((address for rel, address in links if rel == "self"), url)
    try:
        return Hub(canonical_url(hub, base=url), canonical_url(topic, base=url)) if hub else None
    except BadAddress:
        return None


def _in_headers(headers: Iterable[tuple[str, str]]) -> Iterable[tuple[str, str]]:
    for name, value in headers:
        if name.lower() == "link":
            for link in _HEADER.finditer(value[:10_000]):
                rel = dict(_ATTRIBUTE.findall(link[2])).get("rel", "")
                yield rel.lower(), link[1]


def _in_feed(beginning: bytes) -> Iterable[tuple[str, str]]:
    """Links of the feed itself, which stand before its first entry; JSON Feed has a list of hubs."""
    first = _ENTRY.search(beginning)
    for link in _LINK.finditer(beginning[: first.start()] if first else beginning):
        attributes = dict(_ATTRIBUTE.findall(link[1].decode("utf-8", "replace")))
        yield attributes.get("rel", "").lower(), attributes.get("href", "").replace("&amp;", "&")
    if hub := _JSON_HUB.search(beginning):
        yield "hub", hub[1].decode("utf-8", "replace").replace("\\/", "/")
