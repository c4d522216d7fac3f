"""Articles as a feed: what Atom and JSON Feed have in common, and when a reader has seen it already."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from urllib.parse import urlencode, urlsplit
from uuid import UUID, uuid5

from services.contracts.article import Image
from services.contracts.article_view import ArticleView
from services.store.search import ArticleQuery

IDS = UUID("6f2d8c1e-52a4-4d0f-9b7c-0a3e1f64c9d2")
"""The namespace of our ids in feeds (RFC 9562, version 5). Never to be changed: readers would see everything anew."""
BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)
"""When a feed without any article was updated."""

ASKED = ("source", "kind", "q", "tag", "virin", "status", "min_grade")
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
    articles: tuple[ArticleView, ...], wanted: ArticleQuery, url: str, *, after: str | None, following: str | None
) -> Feed:
    """The feed of what is wanted at `url`, which is given without a query; `following` is the cursor of its next page.

    Its id is that of what is wanted, whatever the installation is called today.
    """
    # The whole search is one of the words it was typed in: what fields it holds is in it already.
    typed = {"q": wanted.typed} if wanted.typed else {}
    fields = {name: value for name in ASKED if (value := getattr(wanted, name))} | typed
    return Feed(
        id=uuid5(IDS, f"feed?{urlencode(fields)}").urn,
        title=", ".join(["Dateline", *fields.values()]),
        updated=max((article.updated for article in articles), default=BEGINNING),
        url=_address(url, fields, after),
        first=_address(url, fields, None),
        next=_address(url, fields, following) if following else None,
        articles=articles,
    )


def entry_id(article: str) -> str:
    """The id of an article in feeds: the same through all its revisions, and on every installation."""
    return uuid5(IDS, article).urn


def labels(article: ArticleView) -> tuple[str, ...]:
    """What became of its page, as a tag; none while it is there. The text stays in the feed: that is what we keep."""
    return () if article.status == "live" else (f"status:{article.status}",)


def pictures(article: ArticleView) -> list[tuple[str, Image]]:
    """The pictures that can be fetched, with their addresses."""
    return [(image.url, image) for image in article.images if image.url]


def media_type(url: str) -> str | None:
    """What the name of a picture's file says of its type."""
    return PICTURES.get(urlsplit(url).path.rpartition(".")[2].lower())


def etag(body: bytes) -> str:
    """The tag of a document, by its bytes.

    No `Last-Modified` stands beside it: an article that leaves a filtered feed, or is read otherwise, changes the
    document without being the latest, and who asked by the time alone would be told that nothing had changed.
    """
    return f'"{sha256(body).hexdigest()[:32]}"'


def seen(if_none_match: str | None, tag: str) -> bool:
    """Whether the tags that a reader sent say that it has this very document (RFC 9110, section 13.1.2)."""
    if if_none_match is None:
        return False
    return if_none_match.strip() == "*" or tag in {
        entry.strip().removeprefix("W/") for entry in if_none_match.split(",")
    }


def _address(url: str, asked: Mapping[str, str], after: str | None) -> str:
    query = urlencode({**asked, **({"after": after} if after else {})})
    return f"{url}?{query}" if query else url
