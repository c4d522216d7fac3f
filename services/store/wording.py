"""What a reader sees of an article, and when two wordings are the same.

Addresses, tags, links, the layout and what was removed are not part of the wording: they change with the site, not
with the news, and an update that nobody can see is no update.
"""

import hashlib
import json
import re
from datetime import UTC, date, datetime, time
from typing import Any

from pydantic_core import PydanticSerializationError

from services.contracts.article import Article, Image
from services.contracts.bounds import bounded

FIELDS = ("headline", "dek", "byline", "dateline", "published_at", "body", "images")
SHARED = 0.2
"""The part of the shorter text's word triples from which on two texts are one article; unrelated releases share
under 0.03, because only names and set phrases are three words long."""

# NUL is no text to PostgreSQL, and half a surrogate pair is none to UTF-8.
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


def content_hash(article: Article) -> str:
    """SHA-256, in hex, of the wording: equal exactly if a reader would see the same, in whatever order."""
    answer = json.dumps([_seen(article, field) for field in FIELDS], ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(answer.encode()).hexdigest()


def differences(old: Article, new: Article) -> tuple[str, ...]:
    """The fields of the wording that differ, in the order in which they are read."""
    return tuple(field for field in FIELDS if _seen(old, field) != _seen(new, field))


def trimmings(old: Article, new: Article) -> tuple[str, ...]:
    """The fields that differ although the wording need not: kind, tags, links, what was removed."""
    unseen = (field for field in Article.model_fields if field not in FIELDS)
    return tuple(field for field in unseen if getattr(old, field) != getattr(new, field))


def alike(one: Article, other: Article) -> bool:
    """Whether two texts can be the same article: they share the headline or a reasonable part of their words."""
    if (text := _words(one.headline)) and text == _words(other.headline):
        return True
    shorter, longer = sorted((_triples(one), _triples(other)), key=len)
    return bool(shorter) and len(shorter & longer) / len(shorter) >= SHARED


def storable(article: Article) -> Article:
    """The article within its bounds, and without the few characters that no database takes.

    NUL goes, a lone surrogate becomes U+FFFD.
    """
    try:
        if r"\u0000" not in article.model_dump_json():
            return bounded(article)
    except PydanticSerializationError:
        pass
    return bounded(Article.model_validate(_clean(article.model_dump())))


def instant(moment: date | None) -> datetime | None:
    """A date or a time as an instant in UTC; a bare date counts as its midnight, a time without zone as UTC."""
    if moment is None:
        return None
    if not isinstance(moment, datetime):
        return datetime.combine(moment, time(), UTC)
    try:
        return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    except OverflowError:  # the first or last hours that a calendar knows, east or west of Greenwich
        return moment.replace(tzinfo=UTC)


def _clean(value: Any) -> Any:
    match value:
        case str():
            return _UNSTORABLE.sub(lambda result: "" if result[0] == "\x00" else "\ufffd", value)
        case dict():
            return {key: _clean(part) for key, part in value.items()}
        case list() | tuple():
            return [_clean(part) for part in value]
    return value


def _seen(article: Article, field: str) -> Any:
    match field:
        case "byline":
            return sorted([writer.name, writer.affiliation or ""] for writer in article.byline)
        case "published_at":
            return article.published_at and article.published_at.isoformat()
        case "body":
            return sorted([block.kind, block.text] for block in article.body)
        case "images":
            return sorted(_picture(image) for image in article.images)
    return getattr(article, field)


def _picture(image: Image) -> list[str]:
    # The address carries sizes, versions and the host of the day. The file's name tells pictures apart that have no
    # VIRIN, which is a number of their own.
    name = re.split("[?#]", image.url)[0].rpartition("/")[2] if image.url and not image.virin else None
    parts = (name, image.title, image.caption, image.credit, image.photographer, image.virin, image.alt)
    return [part or "" for part in parts]


def _triples(article: Article) -> set[tuple[str, ...]]:
    entries = [term for block in article.body for term in _words(block.text)]
    return set(zip(entries, entries[1:], entries[2:], strict=False))


def _words(text: str) -> list[str]:
    return re.findall(r"\w+", text.casefold())
