"""JSON Feed, versions 1 and 1.1."""

import json
import re
from collections.abc import Iterator
from typing import Any, cast

from services.fetcher.discover.encoding import decoded
from services.fetcher.discover.found import Discovered, Listed, Unreadable, each_once

MAX_JSON = 5_000_000
"""Bytes; a document of nothing but brackets takes twenty times its size in memory."""
_WEB = ("http://", "https://")
_TRAILING_COMMA = re.compile(r"(\"(?:[^\"\\]|\\.)*+(?:\"|\Z))|,(?=\s*+[}\]])", re.DOTALL)


def is_json(body: bytes) -> bool:
    """Whether the document begins as an object does."""
    return decoded(body[:100]).lstrip("\ufeff \t\r\n").startswith("{")


def json_object(body: bytes) -> dict[str, Any] | None:
    """A document that begins as an object, with its numbers as they are written; None where it is no JSON."""
    text = decoded(body).lstrip("\ufeff")
    return _loaded(text) or _loaded(_TRAILING_COMMA.sub(r"\1", text))


def _loaded(text: str) -> dict[str, Any] | None:
    """Line breaks within texts are let through, as templates write them."""
    try:
        return cast("dict[str, Any]", json.loads(text, strict=False, parse_int=str, parse_float=str))
    except (ValueError, RecursionError):
        return None


def read_json_feed(body: bytes, url: str) -> Discovered | Unreadable:
    """The items of a JSON Feed."""
    if len(body) > MAX_JSON:
        return Unreadable(
            f"The JSON feed is larger than {MAX_JSON // 1_000_000} MB, which is more than is read of one."
        )
    feed = json_object(body)
    if feed is None:
        return Unreadable("This begins as JSON but is none, so it is no feed; check the address in a browser.")
    items = feed.get("items")
    if not isinstance(items, list) or not (_says_so(feed) or any(_link(item) for item in items)):
        return Unreadable("This is JSON, but no JSON Feed; check the address.")
    return each_once(_listed(items), url)


def _says_so(feed: dict[str, Any]) -> bool:
    return "jsonfeed.org" in str(feed.get("version"))


def _listed(items: list[Any]) -> Iterator[Listed]:
    for item in items:
        if link := _link(item):
            published, updated = _text(item, "date_published"), _text(item, "date_modified")
            yield Listed(link, _text(item, "title"), published, updated, guid=_text(item, "id"))


def _link(item: Any) -> str | None:
    """Its own page before the one that it writes about, and an id that is an address at last."""
    if not isinstance(item, dict):
        return None
    identity = _text(item, "id") or ""
    return _text(item, "url") or _text(item, "external_url") or (identity if identity.startswith(_WEB) else None)


def _text(item: dict[str, Any], key: str) -> str | None:
    value = item.get(key)
    return value.strip() or None if isinstance(value, str) else None
