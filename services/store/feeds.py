"""Articles as a feed: what Atom and JSON Feed have in common, and when a reader has seen it already."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime, parsedate_to_datetime
from hashlib import sha256
from urllib.parse import urlencode, urlsplit
from uuid import UUID, uuid5

from services.contracts.article import Image
from services.contracts.events import ArticleView
from services.store.html import web_address
from services.store.search import Wanted

IDS = UUID("6f2d8c1e-52a4-4d0f-9b7c-0a3e1f64c9d2")
"""The namespace of our ids in feeds (RFC 9562, version 5). Never to be changed: readers would see everything anew."""
BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)
"""When a feed without any article was updated."""
SETTLED = timedelta(minutes=1)
"""After so long no save that began at a time is still to be committed: a save has its message for 45 seconds."""

ASKED = ("source", "kind", "q", "tag", "virin")
"""What makes a feed a feed of its own: the words of a search."""
PAGE = 50
"""Articles in one document."""
PICTURES = {name: f"image/{name}" for name in ("avif", "gif", "jpeg", "png", "tiff", "webp")}
PICTURES |= {"jpg": "image/jpeg", "svg": "image/svg+xml"}


@dataclass(frozen=True)
class Feed:
    """One document of a feed: its articles, the latest updated first, and the addresses of its pages (RFC 5005)."""

    id: str
    title: str
    updated: datetime
    url: str
    first: str
    next: str | None
    articles: tuple[ArticleView, ...]


def feed_of(
    articles: tuple[ArticleView, ...], wanted: Wanted, url: str, *, after: str | None, following: str | None
) -> Feed:
    """The feed of what is wanted at `url`, which is given without a query; `following` is the cursor of its next page.

    Its id is that of what is wanted, whatever the installation is called today.
    """
    asked = {name: value for name in ASKED if (value := getattr(wanted, name))}
    return Feed(
        id=uuid5(IDS, f"feed?{urlencode(asked)}").urn,
        title=", ".join(["Dateline", *asked.values()]),
        updated=max((article.updated for article in articles), default=BEGINNING),
        url=_address(url, asked, after),
        first=_address(url, asked, None),
        next=_address(url, asked, following) if following else None,
        articles=articles,
    )


def entry_id(article: str) -> str:
    """The id of an article in feeds: the same through all its revisions, and on every installation."""
    return uuid5(IDS, article).urn


def pictures(article: ArticleView) -> list[tuple[str, Image]]:
    """The pictures that can be fetched, with their addresses."""
    return [(url, image) for image in article.images if (url := web_address(image.url))]


def media_type(url: str) -> str | None:
    """What the name of a picture's file says of its type."""
    return PICTURES.get(urlsplit(url).path.rpartition(".")[2].lower())


def validators(body: bytes, updated: datetime, now: datetime) -> dict[str, str]:
    """`ETag` of these bytes; `Last-Modified` only once no other article can get the same time."""
    tag = {"ETag": f'"{sha256(body).hexdigest()[:32]}"'}
    if now - updated < SETTLED:
        return tag
    return tag | {"Last-Modified": format_datetime(updated.replace(microsecond=0), usegmt=True)}


def seen(asked: Mapping[str, str], told: Mapping[str, str]) -> bool:
    """Whether the request's validators say that its sender has this very document (RFC 9110, section 13)."""
    if (tags := asked.get("if-none-match")) is not None:
        return tags.strip() == "*" or told["ETag"] in {tag.strip().removeprefix("W/") for tag in tags.split(",")}
    since, modified = _instant(asked.get("if-modified-since")), _instant(told.get("Last-Modified"))
    return bool(since and modified and modified <= since)


def _address(url: str, asked: Mapping[str, str], after: str | None) -> str:
    query = urlencode({**asked, **({"after": after} if after else {})})
    return f"{url}?{query}" if query else url


def _instant(text: str | None) -> datetime | None:
    try:
        when = parsedate_to_datetime(text) if text else None
    except ValueError:
        return None
    return when.replace(tzinfo=UTC) if when and when.tzinfo is None else when
