"""A feed as JSON Feed, version 1.1 (jsonfeed.org)."""

import json
from typing import Any

from starlette.responses import Response

from services.contracts.article_view import ArticleView
from services.store.feeds import Feed, entry_id, labels, media_type, pictures
from services.store.html import html
from services.store.wording import instant

UNKNOWN = "application/octet-stream"


class JsonFeed(Response):
    """Version 1.1."""

    media_type = "application/feed+json"


def document(feed: Feed) -> bytes:
    """The document, in UTF-8; the same feed gives the same bytes."""
    members = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": feed.title,
        "feed_url": feed.url,
        "next_url": feed.next,
        "items": [_item(article) for article in feed.articles],
    }
    return json.dumps(_without_nulls(members), ensure_ascii=False, separators=(",", ":")).encode()


def _item(article: ArticleView) -> dict[str, Any]:
    published, shown = instant(article.published_at), pictures(article)
    return _without_nulls(
        {
            "id": entry_id(article.id),
            "url": article.url,
            "title": article.headline,
            "summary": article.dek,
            "content_html": html(article),
            "image": shown[0][0] if shown else None,
            "date_published": published and published.isoformat(),
            "date_modified": article.updated.isoformat(),
            "authors": [{"name": writer.name} for writer in article.byline],
            "tags": [article.kind, *article.tags, *labels(article)],
            "language": article.lang,
            "attachments": [
                _without_nulls(
                    {"url": url, "mime_type": media_type(url) or UNKNOWN, "title": image.caption or image.title}
                )
                for url, image in shown
            ],
            "_dateline": _without_nulls(
                {
                    "id": article.id,
                    "source": article.source,
                    "revision": article.revision,
                    "status": article.status,
                    "status_since": article.status_since and article.status_since.isoformat(),
                }
            ),
        }
    )


def _without_nulls(members: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in members.items() if value is not None}
