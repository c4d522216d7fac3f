"""How large an article may be: far beyond any that people write, and small enough that every event can be sent.

What goes beyond is cut at the end, and `Article.truncated` says so. The budgets add up to less than `EVENT` with the
envelope around them; the whole page stays in its capture.
"""

import json
from bisect import bisect_right
from collections.abc import Sequence
from typing import Any

from pydantic_core import PydanticSerializationError, to_json

from services.contracts.article import Article

EVENT = 1_000_000
"""Bytes of the largest event: receivers refuse bodies, and ours refuses those of others, from about there on."""
WORDS = 100_000
"""Words of a body: a novel. The longest of 300 articles with gold text, a press briefing, has 19 588."""
LINE = 2_000
"""Characters of what is one line, such as a headline, a caption's title or a tag."""
CAPTION = 10_000
"""Characters of a caption or of what a picture shows."""
MOST = {"body": 5_000, "images": 500, "links": 1_000, "attachments": 200, "byline": 100, "tags": 200, "awards": 500}
"""Entries of each list."""
BYTES = {
    "body": 450_000,
    "awards": 180_000,
    "images": 120_000,
    "links": 80_000,
    "attachments": 20_000,
    "byline": 20_000,
    "tags": 20_000,
    "removed": 2_000_000,
}
"""Bytes of each list as JSON. What was removed is in no event; it is kept beside the article, and shown by the API."""
_LONG = {"caption": CAPTION, "alt": CAPTION}
_WHOLE = {"body", "awards", "removed"}


def bounded(article: Article) -> Article:
    """The article itself, or what fits of it with `truncated` set."""
    if all(_surely_fits(name, value) for name, value in article):
        return article
    written = article.model_dump(mode="json")
    fitting = {name: _fitting(name, value) for name, value in written.items()}
    if fitting == written:
        return article
    for image in fitting["images"]:
        image["position"] = min(image["position"], len(fitting["body"]))
    return Article.model_validate(fitting | {"truncated": True})


def _surely_fits(name: str, value: Any) -> bool:
    """Whether nothing of a field is cut, told by nothing but its size: almost every article is far below its bounds."""
    if isinstance(value, str):
        return len(value) <= LINE
    if not isinstance(value, tuple):
        return True
    size, most = _bytes(value), min(BYTES[name], WORDS if name == "body" else EVENT)
    if size > most or len(value) > MOST.get(name, size):
        return False
    return name in _WHOLE or size <= LINE or all(_bytes(entry) <= LINE for entry in value)


def _bytes(value: Any) -> int:
    """How large it is as JSON; larger than anything where it cannot be written."""
    try:
        return len(to_json(value))
    except PydanticSerializationError:  # half a surrogate pair
        return EVENT


def _fitting(name: str, value: Any) -> Any:
    if name not in _WHOLE:
        value = _short(name, value)
    if name not in BYTES:
        return value
    entries = _counted(value) if name == "body" else value
    return _within(BYTES[name], entries[: MOST.get(name)])


def _short(name: str, value: Any) -> Any:
    """Each text in it no longer than its kind may be."""
    match value:
        case str():
            return value[: _LONG.get(name, LINE)] if not name.endswith("url") else value
        case list():
            return [_short(name, part) for part in value]
        case dict():
            return {key: _short(key, part) for key, part in value.items()}
    return value


def _counted(blocks: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """The blocks with the first `WORDS` words."""
    left, retained = WORDS, []
    for block in blocks:
        text = block["text"].split(" ", left)
        retained.append(block if len(text) <= left else block | {"text": " ".join(text[:left])})
        left -= len(text)
        if left <= 0:
            break
    return retained


def _within(room: int, entries: list[Any]) -> list[Any]:
    """The first entries that fit; of the first that does not, as much of its text as fits."""
    if _size(entries) <= room:
        return entries
    results = []
    room -= len("[]")
    for entry in entries:
        size = _size(entry)
        if size > room:
            if isinstance(entry, dict) and "text" in entry:
                results += _beginning(entry, room)
            break
        results.append(entry)
        room -= size + 1
    return results


def _beginning(entry: dict[str, Any], room: int) -> list[dict[str, Any]]:
    """The entry with so much of its text; none where there is no room for any."""
    text = entry["text"]
    end = bisect_right(range(1, len(text)), room, key=lambda end: _size(entry | {"text": text[:end]}))
    return [entry | {"text": text[:end]}] if end else []


def _size(value: Any) -> int:
    return len(json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode(errors="surrogatepass"))
