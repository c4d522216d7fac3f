"""An article as the API shows it and as events carry it, with the sample that all examples are made from."""

from datetime import datetime

from pydantic import ConfigDict, Field, JsonValue
from pydantic.json_schema import SkipJsonSchema

from services.contracts.article import Address, Article, ArticleStatus, ReadFrom, Removed

LINE: dict[str, JsonValue] = {
    "id": "art_mfrggzdfmztwq2lk",
    "url": "https://www.army.example/News/Article/1234567/bridge-reopens/",
    "source": "army-news",
    "kind": "news",
    "headline": "Engineers Reopen Bridge After Flood",
    "published_at": "2026-03-02",
    "revision": 2,
    "first_seen": "2026-03-02T14:30:00Z",
    "updated": "2026-03-02T15:04:05Z",
    "status": "live",
    "status_since": None,
    "status_looks": 0,
}
"""The sample article in a list, and what is in front of its words everywhere."""
WORDS: dict[str, JsonValue] = {
    "canonical_url": LINE["url"],
    "article_key": "afpims/army.example:1234567",
    "layout": "afpims",
    "dek": "Traffic is moving again.",
    "byline": [{"name": "Army Sgt. Pat Doe", "affiliation": "Example News"}],
    "dateline": "SPRINGFIELD",
    "published_evidence": "span.date",
    "body": [{"kind": "paragraph", "text": "The bridge reopened at dawn, 41 hours after the water rose."}],
    "images": [
        {
            "url": "https://media.example/bridge.jpg",
            "title": "Bridge",
            "caption": "Soldiers clear the last of the debris.",
            "credit": "Army photo by Spc. Sam Roe",
            "photographer": "Spc. Sam Roe",
            "virin": "260302-A-AB123-001",
            "taken_on": "2026-03-02",
            "service": "Army",
            "vision_id": "AB123",
            "alt": "Soldiers on a bridge",
        }
    ],
    "tags": ["engineers"],
    "links": [{"text": "flood report", "url": "https://www.army.example/flood/"}],
    "same_story": None,
    "sources": [LINE["source"]],
}
"""What the sample article says."""


class ArticleView(Article):
    """The clean article as it stands, as the API shows it and as events carry it: without what was removed."""

    model_config = ConfigDict(json_schema_extra={"examples": [LINE | WORDS]})

    id: str
    source: str
    """The source that showed it first."""
    sources: tuple[str, ...] = ()
    """All sources that have shown it so far, that one in front."""
    revision: int
    first_seen: datetime
    updated: datetime
    status: ArticleStatus = "live"
    """What became of its page."""
    status_since: datetime | None = None
    """When that began; null while the page has always been there."""
    status_looks: int = 0
    """How many looks in a row have shown it, where the page is not there or is blocked."""
    truncated: bool = False
    """Whether the page holds more than an article may."""
    read_from: ReadFrom | None = None
    """Where the body was, if the page does not show it: what it tells machines, or the data of its scripts."""
    continues_at: Address = None
    """The next page of an article that its site has cut into pages."""
    same_story: str | None = None
    """The id of the article that told the same story first, at another newsroom; its own, if others followed."""
    removed: SkipJsonSchema[tuple[Removed, ...]] = Field(default=(), exclude=True)
