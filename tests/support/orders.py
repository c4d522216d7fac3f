"""Orders to save, as a parser would give them."""

from datetime import UTC, datetime, timedelta

from services.contracts.article import Article, Block
from services.contracts.messages import Origin, SaveArticle

NOW = datetime(2026, 1, 12, 15, 0, tzinfo=UTC)
KEY = "afpims/defense:644123"
URL = "https://www.war.gov/News/Releases/Release/Article/644123/"
A, B, C = "The harbor reopened at dawn.", "The harbor reopened at noon.", "The harbor stays closed."


def article(words: str = A, **fields) -> Article:
    fields = {"layout": "afpims", "kind": "release", "headline": "Harbor Reopens", "url": URL} | fields
    return Article(body=(Block(text=words),), **fields)


def order(words: str = A, *, minute: int = 0, parser: str = "1", **about) -> SaveArticle:
    """An order of the capture taken at this minute; `about` goes to the article, or to the origin if it knows it."""
    origin = {name: about.pop(name) for name in Origin.model_fields if name in about}
    return SaveArticle(
        origin=Origin(**{"page": 1, "key": KEY, "url": URL, "source": "war-releases"} | origin),
        capture=f"capture-{minute}",
        fetched_at=NOW + timedelta(minutes=minute),
        parser=parser,
        article=article(words, **about),
    )
